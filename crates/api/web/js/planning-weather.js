/** The weather at the poles under the calendar, week by week: mean and range of temperature, sum of rain. */
import { weekdayOf } from './calendar-rules.js';
import { svg } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { LEFT, pitchOf } from './planning-calendar.js';
import { calendarSpans, daysBetween, startOf } from './planning-rules.js';

const TALL = 64;
const TOP = 8;
const WEEKS = 53;

/**
 * One strip a block of the calendar.
 * @param {{temperature:any, rain:any}} weather
 * @param {{from:string, to:string}} period
 */
export function weatherStrips(weather, period, width) {
  if (weather.temperature.items.length === 0 && weather.rain.items.length === 0) return [];
  const spans = calendarSpans(period);
  return spans.map((span, at) => strip(weather, span, width, at === spans.length - 1));
}

function strip({ temperature, rain }, span, width, isLast) {
  const pitch = pitchOf(width);
  const column = (start) => Math.round((daysBetween(span.from, localDate(start)) - 1 + weekdayOf(span.from)) / 7);
  const place = (items) =>
    items
      .map((item) => ({ ...item, at: column(item.start) }))
      .filter(({ at, mean, sum }) => at >= 0 && at < WEEKS && (mean ?? sum ?? null) !== null);
  const warm = place(temperature.items.filter(inside(span)));
  const wet = place(rain.items.filter(inside(span)));
  const known = temperature.items.filter(({ mean }) => mean !== null); // all strips by the same scale
  const [low, high] = [Math.min(0, ...known.map(({ min }) => min)), Math.max(1, ...known.map(({ max }) => max))];
  const most = Math.max(1, ...rain.items.map(({ sum }) => sum ?? 0));
  const x = (at) => LEFT + at * pitch;
  const y = (value) => TOP + (TALL - TOP) * (1 - (value - low) / (high - low));
  const wide = Math.ceil(LEFT + pitch * WEEKS);
  const line = warm.map(({ at, mean }) => `${(x(at) + pitch / 2).toFixed(1)},${y(mean).toFixed(1)}`).join(' ');
  return svg(
    'svg',
    {
      viewBox: `0 0 ${wide} ${TALL + 20}`,
      width: wide,
      height: TALL + 20,
      class: 'calendar weather',
      role: 'img',
      'aria-label': label(warm, wet),
    },
    svg('text', { x: 0, y: y(high) + 8, class: 'lab' }, degrees(high)),
    svg('text', { x: 0, y: y(low) + 2, class: 'lab' }, degrees(low)),
    svg('line', { x1: LEFT, x2: wide, y1: y(0), y2: y(0), class: 'rule' }),
    wet.map(({ at, sum }) =>
      svg('rect', {
        x: x(at) + 2,
        y: TALL - (sum / most) * (TALL - TOP) * 0.5,
        width: pitch - 4,
        height: (sum / most) * (TALL - TOP) * 0.5,
        class: 'rain',
      }),
    ),
    warm.map(({ at, min, max }) =>
      svg('rect', { x: x(at) + 1, y: y(max), width: pitch - 2, height: Math.max(1, y(min) - y(max)), rx: 3, class: 'range' }),
    ),
    svg('polyline', { points: line, class: 'line' }),
    isLast ? svg('text', { x: LEFT, y: TALL + 16, class: 'lab' }, legend(known, wet)) : null,
  );
}

function degrees(value) {
  return `${format.number(value)}°`.replace('-', '−');
}

function legend(warm, wet) {
  return [warm.length ? t('planning.weather.temperature') : null, wet.length ? t('planning.weather.rain') : t('planning.weather.noRain')]
    .filter(Boolean)
    .join(' · ');
}

function label(warm, wet) {
  if (warm.length === 0) return legend(warm, wet);
  const coldest = warm.reduce((best, item) => (item.mean < best.mean ? item : best));
  const hottest = warm.reduce((best, item) => (item.mean > best.mean ? item : best));
  return t('planning.weather.label', {
    low: format.number(coldest.mean, 1),
    lowAt: format.day(Date.parse(coldest.start)),
    high: format.number(hottest.mean, 1),
    highAt: format.day(Date.parse(hottest.start)),
  });
}

function inside({ from, to }) {
  return ({ start, end }) => Date.parse(end) > startOf(from) && Date.parse(start) < startOf(to) + 86_400_000;
}

/** The civil date of a window's first noon. */
function localDate(start) {
  return new Date(Date.parse(start) + 12 * 3_600_000).toISOString().slice(0, 10);
}
