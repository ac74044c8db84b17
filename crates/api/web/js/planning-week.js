/** The mean week: weekday by hour, the darker the more. */
import { ink } from './calendar-rules.js';
import { h, svg } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { walkGrid } from './planning-grid.js';

const LEFT = 34;
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday', 'holiday'];
const TALL = 24;

/**
 * @param {any} profile of `/footfall/profile`
 * @param {number} width
 */
export function week({ items }, width) {
  const days = DAYS.filter((day) => items.some((item) => item.day === day && item.hours > 0));
  const wide = (width - LEFT) / 24;
  const values = items.map(valueOf).filter((value) => value !== null);
  const scale = [0, Math.max(1, ...values)];
  const height = days.length * TALL + 20;
  const cell = (item) => {
    const [x, y] = [LEFT + item.hour * wide, days.indexOf(item.day) * TALL];
    const box = { x: x + 1, y: y + 1, width: wide - 2, height: TALL - 2, rx: 4 };
    const value = valueOf(item);
    if (item.of === 0) return null; // no such hour was looked at
    if (value === null) return svg('rect', { ...box, class: 'no-data' }, svg('title', {}, words(item)));
    return svg(
      'a',
      { 'data-at': days.indexOf(item.day) * 24 + item.hour, role: 'img', tabindex: -1, 'aria-label': words(item) },
      svg('rect', { ...box, class: 'day', 'fill-opacity': ink(value, scale).toFixed(3) }),
    );
  };
  const root = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, class: 'calendar week', role: 'group', 'aria-label': peak(items) },
    days.map((day, row) => svg('text', { x: 0, y: row * TALL + TALL / 2 + 4, class: 'lab' }, t(`planning.short.${DAYS.indexOf(day)}`))),
    items.filter(({ day }) => days.includes(day)).map(cell),
    [0, 3, 6, 9, 12, 15, 18, 21].map((hour) =>
      svg('text', { x: LEFT + (hour + 0.5) * wide, y: height - 3, 'text-anchor': 'middle', class: 'lab' }, String(hour)),
    ),
  );
  return { root, readout: walkGrid(root, { ArrowUp: -24, ArrowDown: 24, ArrowLeft: -1, ArrowRight: 1 }) };
}

function valueOf(item) {
  return item.crossings ?? item.in ?? null;
}

/** "Samstag, 16–17 Uhr: 1.310 Querungen je Stunde, Mittel von 4 von 4 Stunden" */
function words(item) {
  const value = valueOf(item);
  const when = t('planning.hour', { day: t(`planning.day.${item.day}`), from: item.hour, to: item.hour + 1 });
  return value === null
    ? `${when}: ${t('planning.noData')}`
    : `${when}: ${t('planning.perHour', { n: format.number(Math.round(value)), hours: item.hours, of: item.of })}`;
}

/** "Spitze: Samstag, 16–17 Uhr, 1.310 Querungen je Stunde." */
export function peak(items) {
  const known = items.filter((item) => valueOf(item) !== null);
  if (known.length === 0) return t('planning.noData');
  const most = known.reduce((best, item) => (valueOf(item) > valueOf(best) ? item : best));
  return t('planning.peak', {
    when: t('planning.hour', { day: t(`planning.day.${most.day}`), from: most.hour, to: most.hour + 1 }),
    n: format.number(Math.round(valueOf(most))),
  });
}

/** Hours down, days across. */
export function weekTable({ items }) {
  const days = DAYS.filter((day) => items.some((item) => item.day === day && item.hours > 0));
  const at = new Map(items.map((item) => [`${item.day} ${item.hour}`, valueOf(item)]));
  const number = (value) => (value === null || value === undefined ? '–' : format.number(value, 1));
  return h(
    'table',
    { class: 'planning-table' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, t('planning.column.hour')),
        days.map((day) => h('th', { scope: 'col', class: 'n' }, t(`planning.short.${DAYS.indexOf(day)}`))),
      ),
    ),
    h(
      'tbody',
      {},
      Array.from({ length: 24 }, (_, hour) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, t('planning.hourOnly', { from: hour, to: hour + 1 })),
          days.map((day) => h('td', { class: 'n' }, number(at.get(`${day} ${hour}`)))),
        ),
      ),
    ),
  );
}
