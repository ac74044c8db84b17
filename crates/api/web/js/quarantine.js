/** What was not understood, by reason: how much, whose matter, since when, what to do. A reason opens its messages. */
import { list } from './api.js';
import { load } from './data.js';
import { find, h, renew, setText } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { drawMessages, openMessages, renewMessages } from './quarantine-list.js';
import { groups, occurred } from './quarantine-rules.js';
import { loadReasons, meaning, reasonWord, remedy, replayable, severity, severityMark } from './reason-words.js';
import { mendingLink } from './registry-card.js';
import { replayLine } from './replays.js';
import { reveal } from './reveal.js';
import { address, route } from './route.js';
import { changed, on, state } from './state.js';
import { head, instead } from './states.js';
import { count } from './targets.js';
import { HOUR, rfc3339 } from './time.js';

/** So far back it is told since when something occurs. */
const DAYS = 31;
/** What occurred since is asked again after so many ms. */
const EVERY = 60_000;
/** After so many, if there is a reason of which it is not known. */
const SOON = 5000;
let hours = new Map();
let asked = 0;
let counted = '';
let note = null;

/** Follows the address, and asks what the words need. */
export function startQuarantine() {
  addEventListener('hashchange', follow);
  on(['reasons', 'replays', 'messages', 'registry'], drawQuarantine);
  on(['ledger'], freshenMessages);
  loadReasons().catch(() => {}); // the words of this page do without
  follow();
}

function follow() {
  const wanted = route().quarantine;
  if (wanted === undefined) return;
  openMessages(wanted);
  reveal(() => find('#messages-title') ?? find('#quarantine'), 'nearest');
}

/** Asks again for the messages that are open when their number is another one. */
function freshenMessages() {
  const now = JSON.stringify(groups(state.equations, severity));
  if (now !== counted) renewMessages();
  counted = now;
}

/** The number as it grows; what is behind it comes with the ledger. */
export function freshenQuarantine() {
  const total = state.ledger?.quarantined;
  setText(note, total ? t('quarantine.note', { n: format.number(total) }) : '');
}

async function loadHours() {
  asked = Date.now();
  const rows = await list('ledger/rows', { by: 'source', from: rfc3339(asked - DAYS * 24 * HOUR), limit: 10_000 }).catch(() => null);
  if (!rows) return;
  hours = occurred(rows);
  const known = state.sources.size;
  for (const { source } of rows) state.sources.add(source);
  if (state.sources.size > known) changed('sources');
  drawQuarantine();
}

/** Draws the card. */
export function drawQuarantine() {
  const card = find('#quarantine');
  renew(card, [head('quarantine-title', t('quarantine.title'), null, h('span', { class: 'note' })), ...content()]);
  note = card.querySelector('.note');
  freshenQuarantine();
}

function content() {
  const found = groups(state.equations, severity);
  if (found.length && Date.now() - asked > (found.every(({ reason }) => hours.has(reason)) ? EVERY : SOON)) loadHours();
  const other = instead('ledger', !state.equations, t('quarantine.emptyHelp'), () => load('ledger'));
  if (other) return [other];
  const tools = h(
    'p',
    { class: 'repair-tools' },
    h('a', { class: 'btn', href: address('repair', ''), 'data-focus': 'repair' }, t('repair.open')),
    replayLine(),
  );
  if (found.length === 0)
    return [
      h(
        'div',
        { class: 'state' },
        h('p', { class: 'state-word' }, t('quarantine.empty')),
        h('p', { class: 'note' }, t('quarantine.emptyHelp')),
      ),
      tools,
    ];
  return [table(found), tools, drawMessages()].filter(Boolean);
}

function table(found) {
  const columns = ['reason', 'messages', 'since', 'step', 'repair'];
  const title = (column) =>
    h(
      'th',
      { scope: 'col', class: `c-${column}` },
      column === 'repair' ? h('span', { class: 'hidden' }, t('quarantine.repair')) : t(`quarantine.${column}`),
    );
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'things reasons-table', 'aria-label': t('quarantine.caption') },
      h('thead', {}, h('tr', {}, columns.map(title))),
      h('tbody', {}, found.map(row)),
    ),
  );
}

function row(group) {
  const { reason } = group;
  const cell = (column, ...inside) => h('td', { class: `c-${column}`, 'data-column': t(`quarantine.${column}`) }, inside);
  const open = route().quarantine === reason;
  return h(
    'tr',
    { 'data-reason': reason, 'data-severity': severity(reason), 'aria-current': open ? 'true' : null },
    h(
      'th',
      { scope: 'row', class: 'c-reason' },
      h(
        'div',
        { class: 'marked' },
        severityMark(severity(reason), true),
        h(
          'div',
          {},
          h('a', { href: `#quarantine=${reason}`, class: 'quiet', 'data-focus': `reason ${reason}` }, reasonWord(reason)),
          h('p', { class: 'note' }, meaning(reason)),
        ),
      ),
    ),
    cell('messages', ...amounts(group)),
    cell('since', ...since(group)),
    cell('step', remedy(reason)),
    cell(
      'repair',
      mendingLink(reason),
      replayable(reason)
        ? h(
            'a',
            {
              class: 'btn',
              href: address('repair', reason),
              'data-focus': `repair ${reason}`,
              'aria-label': `${t('repair.again')}: ${reasonWord(reason)}`,
            },
            t('repair.again'),
          )
        : h('span', { class: 'note' }, t('repair.never')),
    ),
  );
}

/** Readings alone are refused of messages of which the rest counts. */
function amounts({ messages, readings }) {
  if (messages === 0) return [count('value', readings)];
  return [format.number(messages), readings > messages ? h('div', { class: 'note' }, count('value', readings)) : null];
}

function since({ reason, messages }) {
  const known = hours.get(reason);
  if (!known) return ['–'];
  const began = known.messages < messages ? t('quarantine.longer', { n: DAYS }) : format.moment(known.first);
  return [began, known.last > known.first ? h('div', { class: 'note' }, t('quarantine.last', { time: format.moment(known.last) })) : null];
}
