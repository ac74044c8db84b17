/** The course of a pole's properties: 24 hours and 30 days. */
import { VALID_COVERAGE } from './air.js';
import { list } from './api.js';
import * as chart from './chart.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { stateChip } from './places.js';
import { state } from './state.js';
import { broken, head, nothing, skeleton } from './states.js';
import { HOUR, civil, midnight, rfc3339 } from './time.js';

const DAY = 24 * HOUR;
/** A count is a sum, so its steps are longer than those of a mean. */
const SPANS = [
  { id: '24h', from: (now) => now - DAY, gauge: ['15m', HOUR / 4], count: ['1h', HOUR] },
  { id: '30d', from: (now) => midnight(now, -29), gauge: ['1h', HOUR], count: ['1d', DAY] },
];

/**
 * @param {{pole:string, items:any[], chosen?:string}} wish
 * @returns {{root:HTMLElement, load:() => Promise<void>, draw:() => void, chosen:string}}
 */
export function courses({ pole, items, chosen }) {
  const properties = charted(items);
  const first = [chosen, 'pm2_5', properties[0]].find((id) => properties.includes(id));
  const self = { chosen: first, found: {}, error: null };
  const boxes = SPANS.map((span) => ({ span, box: h('div', { class: 'course', 'data-testid': `chart-${span.id}` }) }));
  const chooser = h('div', { class: 'chooser', role: 'group', 'aria-label': t('pole.property') }, properties.map((id) => button(id)));
  function button(id) {
    return h('button', { type: 'button', 'data-property': id, 'aria-pressed': String(id === self.chosen), onclick: () => choose(id) }, format.propertyName(state.properties.get(id), id));
  }
  function choose(id) {
    self.chosen = id;
    self.found = {};
    for (const one of chooser.children) one.setAttribute('aria-pressed', String(one.dataset.property === id));
    self.draw();
    self.load();
  }
  self.root = h('section', { class: 'courses' }, head(null, t('pole.course')), chooser, boxes.map(({ box }) => box));
  self.draw = () => boxes.forEach(({ span, box }) => box.replaceChildren(...course(self, span, box)));
  self.load = async () => {
    const asked = self.chosen;
    try {
      const found = await Promise.all(SPANS.map((span) => fetchSpan(pole, asked, span)));
      if (asked !== self.chosen) return;
      self.found = Object.fromEntries(SPANS.map((span, at) => [span.id, found[at]]));
      self.error = null;
    } catch (error) {
      self.error = error.message;
    }
    self.draw();
  };
  self.draw();
  return self;
}

/** What can be drawn: a total's differences are the course of the property that it feeds. */
function charted(items) {
  const ids = items.map(({ property }) => {
    const feeds = property.replace(/_total$/, '');
    return state.properties.get(property)?.kind === 'total_count' && state.properties.has(feeds) ? feeds : property;
  });
  return [...new Set(ids)].filter((id) => state.properties.get(id)?.kind !== 'total_count');
}

function shapeOf(property) {
  return state.properties.get(property)?.kind === 'interval_count' ? 'count' : 'gauge';
}

function fetchSpan(pole, property, span) {
  const now = Date.now();
  return list('series', { pole, property, from: rfc3339(span.from(now)), to: rfc3339(now), step: span[shapeOf(property)][0] });
}

function course(self, span, box) {
  const kind = shapeOf(self.chosen);
  const title = h('div', { class: 'head' }, h('h3', {}, t(`pole.${span.id}`)));
  const items = self.found[span.id];
  if (!items) return [title, self.error ? broken(self.error, () => self.load()) : skeleton('plot-size')];
  if (!items.some((item) => valueOf(item, kind) !== null)) return [title, nothing(t('pole.noData'))];
  title.append(stateChip(stateOf(items), mean(items.map((item) => item.coverage))));
  const drawn = draw(self.chosen, kind, span, items, Math.max(240, box.clientWidth || 320));
  return [title, h('div', { class: 'plot' }, drawn.root, drawn.readout), h('p', { class: 'note' }, t(kind === 'count' ? 'pole.count' : span.id === '30d' ? 'pole.days' : 'pole.mean', { step: t(`step.of.${span[kind][0]}`) }))];
}

/** A span is provisional as long as one of its windows is. */
function stateOf(items) {
  const has = (...states) => items.some((item) => states.includes(item.state));
  return has('open', 'provisional') ? 'provisional' : has('corrected') ? 'corrected' : 'final';
}

function draw(id, kind, span, items, width) {
  const property = state.properties.get(id);
  const step = span[kind][1];
  const [from, to] = [Math.min(span.from(Date.now()), Date.parse(items[0].start)), Math.max(Date.now(), Date.parse(items.at(-1).end))];
  const points = items.map((item) => point(item, kind)).filter(({ value }) => value !== null);
  const lows = points.map(({ low, value }) => low ?? value);
  const highs = points.map(({ high, value }) => high ?? value);
  const unit = format.unit(property?.unit);
  const [low, high] = [Math.min(...lows), Math.max(...highs)];
  const label = t('pole.chart', { property: format.propertyName(property, id), span: t(`pole.${span.id}`), low: format.value(low, property), high: format.value(high, property), unit, last: format.value(points.at(-1).value, property) });
  const drawn = chart.plot({ width, height: 170, x: [from, to], y: [floor(property, kind, low), high], ticks: ticks(span, from, to, width), label });
  if (kind === 'count') chart.bars(drawn, points, step);
  else if (span.id === '30d') { chart.line(drawn, points, step * 1.5, 'line thin'); chart.line(drawn, dailyMeans(points), DAY * 1.5); }
  else { chart.band(drawn, points, step * 1.5); chart.line(drawn, points, step * 1.5); }
  return { root: drawn.root, readout: chart.explore(drawn, points, (one) => say(one, span, property, unit)) };
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
function valueOf(item, kind) {
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
    for (let at = Math.ceil(from / HOUR) * HOUR; at <= to; at += HOUR) if (civil(at).hour % every === 0) found.push({ at, text: String(civil(at).hour) });
    return found;
  }
  for (let days = -28; days <= 0; days += 7) found.push({ at: midnight(Date.now(), days), text: format.day(midnight(Date.now(), days)) });
  return found;
}

function say({ item, value }, span, property, unit) {
  const time = span.id === '24h' ? `${format.clock(Date.parse(item.start))}–${format.clock(Date.parse(item.end))}` : format.moment(Date.parse(item.start));
  return `${time}: ${format.value(value, property)} ${unit} · ${t('window.coverage', { state: t(`window.${item.state}`), share: format.percent(item.coverage) })}`;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
