/** The operator's strip: the ledger as one picture whose sums add up, and the sums in detail. */
import { loadAll } from './data.js';
import { find, h, keepFocus, setText, svg } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { numberId } from './ledger-rules.js';
import { address } from './route.js';
import { verdictMark } from './shapes.js';
import { state } from './state.js';
import { head, instead } from './states.js';
import { allBalanced } from './target-rules.js';
import { drawTargets } from './targets.js';

const OUTS = ['uplink', 'duplicate', 'control', 'quarantined'];
const HEIGHT = 236;
/** A stream that exists is at least this tall, so that it can be seen. */
const THIN = 5;
let drawnFor = '';
let parts = {};

/** Draws the card anew (language, size, first data). */
export function drawLedger() {
  const now = state.ledger;
  const card = find('#ledger');
  drawnFor = '';
  parts = { chip: h('span', { class: 'chip' }), picture: h('div', { class: 'flow-box' }), targets: h('div', { class: 'targets', 'data-testid': 'targets', hidden: true }), sums: h('div') };
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
  if (!parts.picture?.isConnected) { drawLedger(); return; }
  const balanced = allBalanced(now, state.targets);
  parts.chip.className = `chip ${balanced ? 'good' : 'bad'}`;
  const verdict = t(balanced ? 'ledger.ok' : 'ledger.bad');
  if (parts.chip.textContent.trim() !== verdict) parts.chip.replaceChildren(verdictMark(balanced), verdict);
  drawTargets(parts.targets);
  const outs = outcomes(now);
  const shown = `${outs.map(({ name }) => name)} ${parts.picture.clientWidth}`;
  if (shown !== drawnFor) { drawnFor = shown; parts.picture.replaceChildren(picture(now, outs, parts.picture.clientWidth)); }
  setText(parts.picture.querySelector('[data-number=journalled]'), format.number(now.journalled));
  setText(parts.picture.querySelector('[data-number=readings]'), format.number(now.readings_accepted));
  for (const { name, value } of outs) setText(parts.picture.querySelector(`[data-number=${name}]`), format.number(value));
}

function outcomes(now) {
  return OUTS.map((name) => ({ name, value: now[name] ?? 0 }));
}

/** Heights that show proportion, yet let nothing vanish. */
function heights(outs, total, room) {
  const spare = room - outs.length * THIN;
  return outs.map(({ value }) => (value > 0 ? THIN : 2) + (total ? (value / total) * spare : 0));
}

function picture(now, outs, width) {
  const narrow = width < 560;
  const [left, middle, right] = narrow ? [8, Math.round(width * 0.4), width - 8] : [Math.max(150, width * 0.18), width * 0.5, width * 0.82];
  const gap = 26;
  const room = HEIGHT - 24 - gap * (outs.length - 1);
  const tall = heights(outs, now.journalled, room);
  const total = tall.reduce((sum, one) => sum + one, 0);
  const label = t('ledger.label', { total: format.number(now.journalled), ...Object.fromEntries(outs.map(({ name, value }) => [name, format.number(value)])) });
  const root = svg('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, class: 'flow', role: 'group', 'aria-label': label });
  let from = (HEIGHT - total) / 2;
  let to = 12;
  root.append(svg('rect', { x: left, y: from, width: 10, height: total, rx: 3, class: 'node' }));
  outs.forEach(({ name }, at) => {
    if (at === 0) root.append(readings(middle + 10, right, to, tall[0], narrow)); // under the words of the uplinks
    root.append(stream(left + 10, from, middle, to, tall[at], name), svg('rect', { x: middle, y: to, width: 10, height: tall[at], rx: 3, class: `node ${name}` }), outText(name, middle + 20, to + tall[at] / 2, at === 0));
    from += tall[at];
    to += tall[at] + gap;
  });
  root.append(sourceText(left, HEIGHT / 2, narrow)); // on a phone it stands upon the streams
  return root;
}

function stream(x0, y0, x1, y1, tall, name) {
  const half = (x0 + x1) / 2;
  return svg('path', { d: `M${x0},${y0} C${half},${y0} ${half},${y1} ${x1},${y1} V${y1 + tall} C${half},${y1 + tall} ${half},${y0 + tall} ${x0},${y0 + tall}Z`, class: `stream ${name}` });
}

/** A number, and the way to what it counts. */
function link(equation, name, ...inside) {
  const id = numberId(equation, name);
  return svg('a', { href: address('count', id), 'data-focus': `count ${id}`, class: name }, inside);
}

function readings(x0, x1, y, tall, narrow) {
  const told = (...inside) => link('readings', 'accepted', ...inside);
  if (narrow) return told(svg('text', { x: x0 + 10, y: y + tall / 2 + 36 }, svg('tspan', { class: 'v', 'data-number': 'readings' }), ' ', svg('tspan', { class: 'word' }, t('ledger.readings'))));
  return svg('g', {}, svg('path', { d: `M${x0},${y} H${x1} V${y + tall} H${x0}Z`, class: 'stream uplink under' }), svg('rect', { x: x1, y, width: 10, height: tall, rx: 3, class: 'node readings' }),
    told(svg('text', { x: x1 + 20, y: y + tall / 2 - 3, class: 'v', 'data-number': 'readings' }), svg('text', { x: x1 + 20, y: y + tall / 2 + 16, class: 'word' }, t('ledger.readings'))));
}

function sourceText(x, y, narrow) {
  const place = narrow ? { x: x + 18, 'text-anchor': 'start' } : { x: x - 12, 'text-anchor': 'end' };
  return svg('g', { class: 'source' }, link('messages', 'journalled', svg('text', { ...place, y: y - 3, class: 'v', 'data-number': 'journalled' }), svg('text', { ...place, y: y + 16, class: 'word' }, t(narrow ? 'term.journalled' : 'ledger.journalled'))));
}

function outText(name, x, y, tall) {
  const number = svg('tspan', { class: 'v', 'data-number': name });
  const lines = tall
    ? svg('text', { y: y - 3 }, svg('tspan', { x, class: 'v', 'data-number': name }), svg('tspan', { x, dy: 19, class: 'word' }, t(`ledger.${name}`)))
    : svg('text', { x, y: y + 5 }, number, ' ', svg('tspan', { class: 'word' }, t(`ledger.${name}`)));
  return link('messages', name, lines);
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
  const term = ({ name: of, value, reason }, at) => h('li', {}, at ? '+ ' : '= ', opens(name, of, reason, value, reason ? `${word(`term.${of}`)}: ${word(`reason.${reason}`)}` : word(`term.${of}`)));
  return h('div', { class: 'equation' },
    h('h3', {}, word(`equation.${name}`), ' ', h('span', { class: balanced ? 'good' : 'bad' }, verdictMark(balanced), t(balanced ? 'tile.ledger.ok' : 'tile.ledger.bad'))),
    h('p', {}, opens(name, total.name, null, total.value, word(`term.${total.name}`))), h('ul', {}, terms.map(term)), balanced ? null : h('p', { class: 'note' }, t('ledger.badHelp')));
}

/** What remarks keep out of windows is no term: it was accepted, and stays visible. */
function excluded() {
  if (state.excluded.length === 0) return '';
  const line = ({ flag, value }) => h('li', {}, opens(null, 'excluded', flag, value, word(`flag.${flag}`)));
  return h('div', { class: 'equation' }, h('h3', {}, t('term.excluded')), h('p', { class: 'note' }, t('ledger.excluded')), h('ul', {}, state.excluded.map(line)));
}

/** A number of which there is something opens what it counts; what is not folded yet stands nowhere. */
function opens(equation, name, reason, value, text) {
  const said = [h('b', {}, format.number(value)), ' ', text];
  if (value === 0 || name === 'not_yet_folded') return said;
  const id = numberId(equation, name, reason);
  return h('a', { href: address('count', id), 'data-focus': `count ${id}` }, said);
}
