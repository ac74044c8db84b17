/** The picture of a course: means with their range, or bars of counts; each point leads to its figure. */
import { VALID_COVERAGE } from './air.js';
import * as chart from './chart.js';
import { explore } from './explore.js';
import { figureAddress } from './figure-rules.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { whyCorrected } from './mark-reasons.js';
import { state } from './state.js';
import { HOUR, civil, midnight } from './time.js';

const DAY = 24 * HOUR;

/**
 * The picture of one span of windows and what a reader is told of the points.
 * @param {{pole:string, chosen:string, now:() => number}} whose pole and property, and until when
 * @param {'count'|'gauge'} kind
 * @param {{id:string, from:(now:number) => number}} span
 * @param {{items:any[], days?:{x:number, value:number}[]|null}} found windows, at least one of them with a value; day means that are not made of these
 * @param {number} width in CSS pixels
 */
export function drawCourse({ pole, chosen: id, now }, kind, span, { items, days }, width) {
  const property = state.properties.get(id);
  const step = span[kind][1];
  const [from, to] = [Math.min(span.from(now()), Date.parse(items[0].start)), Math.max(now(), Date.parse(items.at(-1).end))];
  const points = items.map((item) => point(item, kind)).filter(({ value }) => value !== null);
  const lows = points.map(({ low, value }) => low ?? value);
  const highs = points.map(({ high, value }) => high ?? value);
  const unit = format.unit(property?.unit);
  const [low, high] = [Math.min(...lows), Math.max(...highs)];
  const label = t('pole.chart', {
    property: format.propertyName(property, id),
    span: t(`pole.${span.id}`),
    low: format.value(low, property),
    high: format.value(high, property),
    unit,
    last: format.value(points.at(-1).value, property),
  });
  const drawn = chart.plot({
    width,
    height: 170,
    x: [from, to],
    y: [floor(property, kind, low), high],
    ticks: ticks(span, from, to, width),
    label,
  });
  if (kind === 'count') chart.bars(drawn, points, step);
  else if (span.id === '30d') {
    chart.line(drawn, points, step * 1.5, 'line thin');
    chart.line(drawn, days ?? dailyMeans(points), DAY * 1.5);
  } else {
    chart.band(drawn, points, step * 1.5);
    chart.line(drawn, points, step * 1.5);
  }
  chart.corrected(drawn, points);
  /** @returns {import('./figure-rules.js').Figure} */
  const figure = ({ item }) => ({ kind: 'pole', id: pole, property: id, step: span[kind][0], start: Date.parse(item.start) });
  const why = (one) => (one.item.state === 'corrected' ? whyCorrected(figure(one)) : null);
  return {
    root: drawn.root,
    readout: explore(
      drawn,
      points,
      (one) => say(one, span, property, unit),
      (one) => figureAddress(figure(one)),
      why,
    ),
  };
}

/** A day's mean is the mean of its valid hours, of which it needs 18 (39. BImSchV, Anlage 11 A). */
function dailyMeans(hours) {
  const days = new Map();
  for (const { item, value, x } of hours) {
    if (item.coverage < VALID_COVERAGE) continue;
    const day = midnight(x);
    days.set(day, [...(days.get(day) ?? []), value]);
  }
  return [...days].filter(([, values]) => values.length >= 18).map(([day, values]) => ({ x: day + DAY / 2, value: mean(values) }));
}

/** A window of a silent device says null, which is not zero. */
export function valueOf(item, kind) {
  return (kind === 'count' ? item.sum : item.mean) ?? null;
}

function point(item, kind) {
  const x = Date.parse(item.start);
  const middle = (x + Date.parse(item.end)) / 2;
  if (kind === 'count') return { x, middle, value: valueOf(item, kind), faint: item.state === 'open', item };
  return { x: middle, value: valueOf(item, kind), low: item.min ?? item.mean, high: item.max ?? item.mean, item };
}

/** Amounts start at zero; temperatures and levels where they are. */
function floor(property, kind, low) {
  return kind === 'count' || ['air_quality', 'air'].includes(property?.theme) ? Math.min(0, low) : low;
}

function ticks(span, from, to, width) {
  const found = [];
  if (span.id === '24h') {
    const every = width < 360 ? 6 : 3;
    for (let at = Math.ceil(from / HOUR) * HOUR; at <= to; at += HOUR)
      if (civil(at).hour % every === 0) found.push({ at, text: String(civil(at).hour) });
    return found;
  }
  for (let days = -28; days <= 0; days += 7) found.push({ at: midnight(to, days), text: format.day(midnight(to, days)) });
  return found;
}

function say({ item, value }, span, property, unit) {
  const time =
    span.id === '24h'
      ? `${format.clock(Date.parse(item.start))}–${format.clock(Date.parse(item.end))}`
      : format.moment(Date.parse(item.start));
  return `${time}: ${format.value(value, property)} ${unit} · ${t('window.coverage', { state: t(`window.${item.state}`), share: format.percent(item.coverage) })}`;
}

/** The mean of numbers, of which there is one at least. */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
