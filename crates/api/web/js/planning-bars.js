/** Windows of the period beside what they are compared with: grey = then, coloured = now. */
import { plot } from './chart.js';
import { h, svg } from './dom.js';
import { CROSSINGS, figureAddress } from './figure-rules.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { whyCorrected } from './mark-reasons.js';
import { walkGrid } from './planning-grid.js';
import { civil } from './time.js';

const HEIGHT = 260;
/** Narrower bars have no figure above them. */
const FIGURE = 30;

/**
 * @param {any} answer of `/footfall` with `compare`
 * @param {{zone:any, step:string, partner:string|null}} told
 * @param {number} width
 */
export function bars({ items }, told, width) {
  const shown = items.map((item, at) => ({ item, at, now: countOf(item), then: item.partner ? countOf(item.partner) : null }));
  const top = Math.max(10, ...shown.flatMap(({ now, then }) => [now ?? 0, then ?? 0]));
  const label = t('planning.bars.label', { n: format.number(shown.length), windows: t(`planning.windows.${told.step}`) });
  const drawn = plot({
    width,
    height: HEIGHT,
    x: [0, Math.max(1, shown.length)],
    y: [0, top * 1.08],
    ticks: shown.map(({ item, at }) => ({ at: at + 0.5, text: nameOf(item, told.step) })),
    label,
  });
  drawn.root.setAttribute('role', 'group');
  const slot = drawn.x(1) - drawn.x(0);
  for (const one of shown) drawn.root.append(...pair(drawn, one, slot, told));
  const why = (at) => (items[at].state === 'corrected' && told.step !== '1mo' ? whyCorrected(figureOf(items[at], told)) : null);
  return { root: drawn.root, readout: walkGrid(drawn.root, { ArrowLeft: -1, ArrowRight: 1 }, why) };
}

/** @returns {import('./figure-rules.js').Figure} */
function figureOf(item, { zone, step }) {
  return { kind: 'zone', id: zone.id, property: CROSSINGS, step, start: Date.parse(item.start) };
}

/** Crossings; of a cordon the public gets who came in. */
export function countOf(item) {
  return item.crossings ?? item.in ?? null;
}

/** "28. Nov.", "KW 48", "Nov. 26" */
export function nameOf({ start, end }, step) {
  const middle = (Date.parse(start) + Date.parse(end)) / 2;
  if (step === '1d') return format.day(middle);
  if (step === '1w') return t('planning.week', { n: isoWeek(middle) });
  return format.monthName(middle);
}

/** The ISO week: that of its Thursday. */
function isoWeek(ms) {
  const { year, month, day, weekday } = civil(ms);
  const thursday = Date.UTC(year, month - 1, day + 4 - (weekday || 7));
  return Math.floor((thursday - Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1)) / 604_800_000) + 1;
}

function pair({ x, y }, { item, at, now, then }, slot, told) {
  const space = Math.min(14, slot * 0.16);
  const wide = Math.min(44, (slot - 2 * space) / (told.partner ? 2 : 1));
  const middle = x(at + 0.5);
  const left = told.partner ? middle - wide : middle - wide / 2;
  const rect = (from, value, style) =>
    svg('rect', {
      x: from + 0.5,
      y: y(value),
      width: Math.max(1, wide - 1),
      height: Math.max(0, y(0) - y(value)),
      rx: Math.min(3, wide / 3),
      class: style,
    });
  const figure = (from, value) =>
    wide >= FIGURE
      ? svg('text', { x: from + wide / 2, y: y(value) - 5, 'text-anchor': 'middle', class: 'tick' }, format.compact(value))
      : null;
  const right = told.partner ? middle : left;
  const link = svg(
    'a',
    { href: figureAddress(figureOf(item, told)), 'data-at': at, 'aria-label': words({ item, now, then }, told), tabindex: -1 },
    svg('rect', { x: x(at), y: y(0) - 200, width: slot, height: 200, class: 'hit' }),
    told.partner &&
      (then === null
        ? svg('line', { x1: left + wide / 2, x2: left + wide / 2, y1: y(0) - 22, y2: y(0), class: 'absent' })
        : [rect(left, then, 'bar then'), figure(left, then)]),
    now === null
      ? svg('line', { x1: right + wide / 2, x2: right + wide / 2, y1: y(0) - 22, y2: y(0), class: 'absent' })
      : [rect(right, now, item.coverage < 0.9 ? 'bar thin' : 'bar'), figure(right, now)],
    item.state === 'corrected' && now !== null
      ? svg('path', {
          d: `M${(right + wide / 2).toFixed(1)},${(y(now) - (wide >= FIGURE ? 19 : 4)).toFixed(1)} l-3.5,-6 h7 Z`,
          class: 'corrected',
        })
      : null,
  );
  return [link];
}

/** "28. Nov.: 114.137 Querungen, +5 % gegen 108.729 (Vorjahr), Abdeckung 100 %, korrigiert" */
function words({ item, now, then }, told) {
  const value = now === null ? t('planning.noData') : t('planning.crossings', { n: format.number(now) });
  const change =
    item.change_permille === undefined || item.change_permille === null
      ? null
      : t('planning.against', { change: format.permille(item.change_permille), then: format.number(then), partner: told.partner });
  const not = item.not_comparable && told.partner ? t('compare.not', { why: whyNot(item.not_comparable.reason) }) : null;
  return `${nameOf(item, told.step)}: ${[value, change, not, t('planning.covered', { share: format.percent(item.coverage ?? 0) }), item.state ? t(`window.${item.state}`) : null].filter(Boolean).join(', ')}`;
}

/** A reason why two counts must not be compared, in words. */
export function whyNot(reason) {
  return knows(`not.${reason}`) ? t(`not.${reason}`) : t('not.other', { code: reason });
}

/** All bars as a table. */
export function barTable({ items }, told) {
  const cell = (value) => h('td', { class: 'n' }, value === null || value === undefined ? '–' : format.number(value));
  const columns = ['window', 'now', ...(told.partner ? ['then', 'change'] : []), 'coverage', 'state'];
  return h(
    'table',
    { class: 'planning-table' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        columns.map((column) =>
          h('th', { scope: 'col', class: column === 'window' || column === 'state' ? null : 'n' }, t(`planning.column.${column}`)),
        ),
      ),
    ),
    h(
      'tbody',
      {},
      items.map((item) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, nameOf(item, told.step)),
          cell(countOf(item)),
          told.partner
            ? [
                cell(item.partner ? countOf(item.partner) : null),
                h(
                  'td',
                  { class: 'n' },
                  item.not_comparable
                    ? whyNot(item.not_comparable.reason)
                    : item.change_permille === undefined || item.change_permille === null
                      ? '–'
                      : format.permille(item.change_permille),
                ),
              ]
            : null,
          h('td', { class: 'n' }, format.percent(item.coverage ?? 0)),
          h('td', {}, item.state ? t(`window.${item.state}`) : '–'),
        ),
      ),
    ),
  );
}
