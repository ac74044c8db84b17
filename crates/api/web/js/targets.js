/** Where accepted readings are forwarded to: how each target is, what became of every reading, the next step. */
import { load } from './data.js';
import { find, h, renew } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { address } from './route.js';
import { circuitMark, shareBar, verdictMark } from './shapes.js';
import { state } from './state.js';
import { condition, isBehind, secondsUntil, shares, span, terms } from './target-rules.js';

/** Targets are not in the live stream; while somebody looks at them they are asked for. */
const REFRESH = 3000;

/** Keeps targets fresh while the ledger is seen. */
export function startTargets() {
  let seen = false;
  new IntersectionObserver((entries) => {
    seen = entries.at(-1).isIntersecting;
  }).observe(find('#ledger'));
  setInterval(() => seen && !document.hidden && state.targets?.length && load('ledger'), REFRESH);
}

/** Draws all targets into `box`; without any there is nothing. What did not change stays, with what is selected in it. */
export function drawTargets(box) {
  const targets = state.targets ?? [];
  box.hidden = targets.length === 0;
  while (box.children.length > targets.length) box.lastChild.remove();
  targets.forEach((target, at) => drawTarget(box.children[at] ?? box.appendChild(h('article')), target));
}

function drawTarget(card, target) {
  card.className = `target is-${condition(target)}`;
  card.dataset.target = target.name;
  card.dataset.circuit = target.circuit.state;
  const parts = [title(target), trouble(target), bar(target), equation(target), refused(target), foot(target)];
  renew(card, parts.filter(Boolean));
}

function title(target) {
  const now = condition(target);
  const sum = h(
    'span',
    { class: `sum ${target.balanced ? 'good' : 'bad'}` },
    verdictMark(target.balanced),
    t(target.balanced ? 'target.ok' : 'target.bad'),
  );
  return h(
    'div',
    { class: 'head' },
    h('h3', {}, targetName(target.name)),
    h('span', { class: 'condition' }, circuitMark(now), t(`target.${now}`)),
    h('span', { class: 'lag' }, lag(target)),
    sum,
  );
}

/** "InfluxDB city" */
export function targetName(name) {
  return `InfluxDB ${name}`;
}

/** "12 s zurück, 3.400 Messwerte aus 25 Nachrichten ausstehend" */
function lag(target) {
  if (target.pending === 0) return t('lag.none');
  const pending = { values: count('value', target.pending), messages: count('message', target.pending_messages) };
  return isBehind(target) ? t('lag.behind', { span: duration(target.lag_s), ...pending }) : t('lag.pending', pending);
}

/** "1 Messwert", "3.400 Messwerte" */
export function count(word, n) {
  return t(n === 1 ? `${word}.one` : `${word}.many`, { n: format.number(n) });
}

function duration(seconds) {
  const { unit, n } = span(seconds);
  return t(`span.${unit}`, { n: format.number(n) });
}

/** What is in the way, in plain words, and what to do about it. */
function trouble({ balanced, circuit }) {
  const told = circuit.state === 'closed' ? [] : cause(circuit);
  if (!balanced) told.push(h('p', { class: 'step' }, t('target.badHelp')));
  return told.length ? h('div', { class: 'trouble' }, told) : null;
}

function cause({ state: now, kind, reason, since, retry_at: retryAt }) {
  const known = kind && knows(`trouble.${kind}`);
  const left = secondsUntil(retryAt, Date.now());
  const next = now === 'half_open' ? t('target.trying') : left === null ? t('target.soon') : t('target.next', { span: duration(left) });
  const said = [known ? t(`trouble.${kind}`) : reason, since && t('target.since', { time: format.since(since) }), next].filter(Boolean);
  return [
    h('p', {}, said.join('\u00a0· ')),
    known && h('p', { class: 'step' }, t(`trouble.${kind}.step`)),
    known && reason && h('p', { class: 'note words' }, t('target.words', { words: reason })),
  ];
}

function bar(target) {
  const all = terms(target);
  const parts = shares(all.map(({ value }) => value));
  return target.accepted > 0 ? shareBar(all.map(({ name }, at) => ({ share: parts[at], kind: name }))) : null;
}

/** accepted = filtered + forwarded + pending + refused; what was refused opens its lines. */
function equation(target) {
  const term = ({ name, value }) => {
    const number = format.number(value);
    const opens = name === 'refused' && value > 0;
    return h(
      'div',
      { class: `term ${name}${value === 0 ? ' none' : ''}` },
      h('dt', {}, t(`target.${name}`)),
      h('dd', {}, opens ? h('a', { href: address('refused', target.name), 'data-focus': `refused ${target.name}` }, number) : number),
    );
  };
  return h('dl', { class: 'terms' }, term({ name: 'accepted', value: target.accepted }), terms(target).map(term));
}

function refused(target) {
  return target.refused.length ? h('p', { class: 'reasons' }, h('span', { class: 'note' }, t('target.why')), reasonLinks(target)) : null;
}

/** A link for each reason, to the lines refused for it. */
export function reasonLinks(target, current) {
  const link = ({ reason, value }) =>
    h(
      'a',
      {
        class: 'chip',
        href: address('refused', `${target.name}/${reason}`),
        'data-focus': `${target.name}/${reason}`,
        'aria-current': reason === current ? 'true' : null,
      },
      `${reasonWord(reason)} ${format.number(value)}`,
    );
  return target.refused.map(link);
}

/** A reason in words, or its code. */
export function reasonWord(reason) {
  return knows(`refused.${reason}`) ? t(`refused.${reason}`) : reason;
}

function foot({ since, windows }) {
  const counted = since ? t('target.counted', { time: format.moment(Date.parse(since)) }) : t('target.always');
  return h('p', { class: 'note foot' }, `${counted} ${t('target.sent', { windows: count('window', windows) })}`);
}
