/** The operator's strip: the ledger as one picture whose sums add up, and the sums in detail. */
import { loadAll } from './data.js';
import { find, h, keepFocus, setText } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { flowPicture } from './ledger-flow.js';
import { numberId } from './ledger-rules.js';
import { address } from './route.js';
import { verdictMark } from './shapes.js';
import { state } from './state.js';
import { head, instead } from './states.js';
import { allBalanced, condition } from './target-rules.js';
import { drawTargets } from './targets.js';

const OUTS = ['uplink', 'duplicate', 'control', 'quarantined'];
let drawnFor = '';
let parts = {};

/** Draws the card anew (language, size, first data). */
export function drawLedger() {
  const now = state.ledger;
  const card = find('#ledger');
  drawnFor = '';
  parts = {
    chip: h('span', { class: 'chip' }),
    picture: h('div', { class: 'flow-box' }),
    targets: h('div', { class: 'targets', 'data-testid': 'targets', hidden: true }),
    sums: h('div'),
  };
  const other = instead('ledger', !now || now.journalled === 0, t('ledger.empty'), loadAll);
  const title = head('ledger-title', t('ledger.title'), t('ledger.note'), other ? null : parts.chip);
  if (other) return drawEmpty(card, title, other);
  const open = card.querySelector('details')?.open ?? false;
  card.replaceChildren(title, parts.picture, parts.targets, h('details', { open }, h('summary', {}, t('ledger.sums')), parts.sums));
  drawSums();
  return freshenLedger();
}

/** A target can be in trouble before the first message. */
function drawEmpty(card, title, other) {
  drawTargets(parts.targets);
  keepFocus(card, () => card.replaceChildren(title, other, parts.targets));
}

/** The picture each second: the same elements as long as nothing appears or goes. */
export function freshenLedger() {
  const now = state.ledger;
  if (!now) return;
  if (!parts.picture?.isConnected) {
    drawLedger();
    return;
  }
  const balanced = allBalanced(now, state.targets);
  parts.chip.className = `chip ${balanced ? 'good' : 'bad'}`;
  const verdict = t(balanced ? 'ledger.ok' : 'ledger.bad');
  if (parts.chip.textContent.trim() !== verdict) parts.chip.replaceChildren(verdictMark(balanced), verdict);
  drawTargets(parts.targets);
  const outs = outcomes(now);
  const targets = state.targets ?? [];
  parts.width ||= parts.picture.clientWidth; // asked each second it would be laid out each second
  const shown = `${outs.map(({ name }) => name)} ${parts.width} ${targets.map((target) => `${target.name}=${condition(target)}`)}`;
  if (shown !== drawnFor) {
    drawnFor = shown;
    keepFocus(parts.picture, () => parts.picture.replaceChildren(flowPicture(now, outs, targets, parts.width)));
  }
  setText(parts.picture.querySelector('[data-number=journalled]'), format.number(now.journalled));
  setText(parts.picture.querySelector('[data-number=readings]'), format.number(now.readings_accepted));
  for (const { name, value } of outs) setText(parts.picture.querySelector(`[data-number=${name}]`), format.number(value));
  for (const { name, pending } of targets)
    setText(parts.picture.querySelector(`[data-pending="${CSS.escape(name)}"]`), t('ledger.pending', { n: format.number(pending) }));
}

function outcomes(now) {
  return OUTS.map((name) => ({ name, value: now[name] ?? 0 }));
}

/** The equations, term by term. */
export function drawSums() {
  if (!parts.sums) return;
  keepFocus(parts.sums, () => parts.sums.replaceChildren(...(state.equations ?? []).map(equation), excluded()));
}

function word(key) {
  return knows(key) ? t(key) : key.replace(/^\w+\./, '');
}

function equation({ name, total, terms, balanced }) {
  const term = ({ name: of, value, reason }, at) =>
    h(
      'li',
      {},
      at ? '+ ' : '= ',
      opens(name, of, reason, value, reason ? `${word(`term.${of}`)}: ${word(`reason.${reason}`)}` : word(`term.${of}`)),
    );
  return h(
    'div',
    { class: 'equation' },
    h(
      'h3',
      {},
      word(`equation.${name}`),
      ' ',
      h('span', { class: balanced ? 'good' : 'bad' }, verdictMark(balanced), t(balanced ? 'tile.ledger.ok' : 'tile.ledger.bad')),
    ),
    h('p', {}, opens(name, total.name, null, total.value, word(`term.${total.name}`))),
    h('ul', {}, terms.map(term)),
    balanced ? null : h('p', { class: 'note' }, t('ledger.badHelp')),
  );
}

/** What remarks keep out of windows is no term: it was accepted, and stays visible. */
function excluded() {
  if (state.excluded.length === 0) return '';
  const line = ({ flag, value }) => h('li', {}, opens(null, 'excluded', flag, value, word(`flag.${flag}`)));
  return h(
    'div',
    { class: 'equation' },
    h('h3', {}, t('term.excluded')),
    h('p', { class: 'note' }, t('ledger.excluded')),
    h('ul', {}, state.excluded.map(line)),
  );
}

/** A number of which there is something opens what it counts; what is not folded yet stands nowhere. */
function opens(equation, name, reason, value, text) {
  const said = [h('b', {}, format.number(value)), ' ', text];
  if (value === 0 || name === 'not_yet_folded') return said;
  const id = numberId(equation, name, reason);
  return h('a', { href: address('count', id), 'data-focus': `count ${id}` }, said);
}
