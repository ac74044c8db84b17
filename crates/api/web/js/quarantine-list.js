/** The messages of one reason, newest first; each opens its panel. */
import { get } from './api.js';
import { answer, shown } from './answer.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { reasonWord, replayable } from './reason-words.js';
import { address } from './route.js';
import { changed } from './state.js';
import { head } from './states.js';

const PAGE = 10;
/** The reason whose messages are open, `''` for all; null: none are. */
let open = null;
let asked = null;

/** Opens the messages of a reason, of all reasons with `''`. */
export function openMessages(reason) {
  open = reason;
  const mine = answer(page, () => mine === asked && changed('messages'));
  asked = mine;
  mine.load();
  changed('messages');
}

/** Asks again for what is open. */
export function renewMessages() {
  if (open !== null) asked.load();
}

/** The first page, or as many messages as the reader has come to, and a page more when they want it. */
async function page() {
  const wanted = asked.value?.items.length ?? 0;
  return get('quarantine', { reason: open || null, limit: Math.max(PAGE, wanted) });
}

async function more() {
  const mine = asked;
  const { items, next } = mine.value;
  const further = await get('quarantine', { reason: open || null, limit: PAGE, cursor: next }).catch((error) => ({ error }));
  if (further.error) mine.error = further.error;
  else mine.value = { items: [...items, ...further.items], next: further.next };
  changed('messages');
}

/** The section, or null when no reason is open. */
export function drawMessages() {
  if (open === null) return null;
  const title = open ? t('messages.of', { reason: reasonWord(open) }) : t('messages.all');
  const close = h('a', { href: '#betrieb', class: 'note', 'data-focus': 'messages close', onclick: shut }, t('messages.close'));
  return h(
    'section',
    { class: 'messages', 'data-testid': 'messages', 'data-reason': open, 'aria-labelledby': 'messages-title' },
    head(
      'messages-title',
      title,
      t('messages.newest'),
      open && replayable(open) ? h('a', { href: address('repair', open), 'data-focus': 'messages repair' }, t('repair.again')) : null,
      close,
    ),
    shown(asked, rows),
  );
}

function shut() {
  open = null;
  changed('messages');
}

function rows({ items, next }) {
  if (items.length === 0)
    return h(
      'div',
      { class: 'state' },
      h('p', { class: 'state-word' }, t('messages.none')),
      h('p', { class: 'note' }, t('messages.noneHelp')),
    );
  return [
    h('ol', { class: 'message-list' }, items.map(row)),
    next && h('button', { type: 'button', class: 'btn', 'data-focus': 'messages more', onclick: more }, t('quarantine.more')),
  ];
}

function row({ seq, reason, detail, device, topic, received_at: at, size }) {
  return h(
    'li',
    {},
    h(
      'a',
      { href: address('message', seq), 'data-focus': `message ${seq}`, 'data-message': seq },
      h('b', {}, format.moment(Date.parse(at))),
      h('span', { class: 'what' }, open ? null : h('span', { class: 'reason-word' }, `${reasonWord(reason)}: `), detail),
      h('code', {}, device ?? topic ?? '–'),
      h('span', { class: 'note size' }, size === null ? t('bytes.none') : format.bytes(size)),
    ),
  );
}
