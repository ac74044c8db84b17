/** The single readings of a day: each as a point, hollow where it does not count, with the remark in words. */
import { answer, shown } from './answer.js';
import * as chart from './chart.js';
import { h } from './dom.js';
import { explore } from './explore.js';
import { readings } from './figure-data.js';
import { flagWord } from './figure-words.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { tally } from './raw-rules.js';
import { address } from './route.js';
import { state } from './state.js';
import { HOUR, civil, midnight } from './time.js';
import { operates } from './view-rules.js';

/** The interface gives no more of them at once. */
const MOST = 2000;
/** Nothing is odd about a value of which this is all that is said: it was corrected, is as uncalibrated as all of them, or came by a replay. */
const SILENT = ['corrected', 'uncalibrated', 'replayed'];

/**
 * @param {string} pole
 * @param {string} property
 * @param {boolean} opened whether it is unfolded
 * @param {(opened:boolean) => void} keep told when that changes
 */
export function rawCourse(pole, property, opened, keep) {
  let day = midnight(Date.now());
  let asked = null;
  const title = h('b', {});
  const body = h('div', { class: 'course', 'data-testid': 'chart-raw' });
  const step = (days, label) =>
    h(
      'button',
      {
        type: 'button',
        class: 'icon',
        'aria-label': t(label),
        title: t(label),
        onclick: () => {
          day = Math.min(midnight(day, days), midnight(Date.now()));
          load();
        },
      },
      days < 0 ? '‹' : '›',
    );
  const draw = () =>
    body.replaceChildren(
      ...[shown(asked, (found) => picture(property, day, found, Math.max(240, body.clientWidth || 320)))].flat(2).filter(Boolean),
    );
  const load = () => {
    title.textContent = format.date(day);
    asked = answer(() => readings({ kind: 'pole', id: pole, property }, day, midnight(day, 1), MOST), draw);
    draw();
    return asked.load();
  };
  const box = h(
    'details',
    { class: 'raw', open: opened },
    h('summary', {}, t('raw.show')),
    h('div', { class: 'day-steps' }, title, step(-1, 'raw.before'), step(1, 'raw.after')),
    body,
  );
  box.addEventListener('toggle', () => {
    keep(box.open);
    if (box.open && !asked) load();
  });
  return { root: box, draw: () => asked?.value && draw() };
}

function picture(id, day, { items, next }, width) {
  if (items.length === 0) return h('p', { class: 'note' }, t('raw.none'));
  const property = state.properties.get(id);
  const unit = format.unit(property?.unit);
  const points = items
    .map((item) => ({ x: Date.parse(item.event_time), value: item.counted ?? item.value, hollow: item.counted === null, item }))
    .sort((a, b) => a.x - b.x);
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const label = t('raw.chart', {
    property: format.propertyName(property, id),
    day: format.date(day),
    n: format.number(items.length),
    low: format.exact(low),
    high: format.exact(high),
    unit,
  });
  const drawn = chart.plot({ width, height: 170, x: [day, midnight(day, 1)], y: [low, high], ticks: ticks(day), label });
  chart.line(
    drawn,
    points.filter(({ hollow }) => !hollow),
    HOUR,
    'line thin',
  );
  chart.dots(drawn, points);
  const lead = !operates(state.role) ? null : ({ item }) => address('trace', `${item.device}/${id}/${item.channel}/${item.event_time}`);
  return [
    h(
      'div',
      { class: 'plot' },
      drawn.root,
      explore(drawn, points, (point) => say(point, unit), lead),
    ),
    ...words(tally(items, SILENT)).map((text) => h('p', { class: 'note' }, text)),
    next ? h('p', { class: 'note' }, t('raw.most', { n: format.number(items.length) })) : null,
  ];
}

function ticks(day) {
  return [0, 6, 12, 18].map((hour) => day + hour * HOUR).map((at) => ({ at, text: String(civil(at).hour) }));
}

function say({ x, item }, unit) {
  const odd = item.flags
    .filter((flag) => !SILENT.includes(flag))
    .map(flagWord)
    .join(', ');
  const counts =
    item.counted === null
      ? t('raw.not', { remarks: odd || item.flags.map(flagWord).join(', ') })
      : item.counted === item.value
        ? odd
        : [t('raw.countedAs', { value: format.exact(item.counted) }), odd].filter(Boolean).join(' · ');
  return [t('raw.point', { time: format.clock(x), value: format.exact(item.value), unit }), counts].filter(Boolean).join(' · ');
}

/** "3 von 288 Messwerten zählen nicht: Sprung" */
function words({ n, excluded, why, odd, remarks }) {
  const list = (found) =>
    found
      .map(([flag, times]) => (found.length > 1 ? t('raw.times', { remark: flagWord(flag), n: format.number(times) }) : flagWord(flag)))
      .join(', ');
  const first =
    excluded === 0
      ? t('raw.all', { n: format.number(n) })
      : `${t(excluded === 1 ? 'raw.one' : 'raw.some', { excluded: format.number(excluded), n: format.number(n), remarks: list(why) })}. ${t('raw.key')}`;
  return [first, odd > 0 && t('raw.odd', { n: format.number(odd), remarks: list(remarks) })].filter(Boolean);
}
