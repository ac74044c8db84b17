/** The course of a pole's properties: 24 hours and 30 days. */
import { POLLUTANTS } from './air.js';
import { get } from './api.js';
import { citeFold } from './cite.js';
import { courseCitation } from './course-cite.js';
import { drawCourse, mean, valueOf } from './course-chart.js';
import { h, svg } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { stateChip } from './places.js';
import { rawCourse } from './raw-course.js';
import { state } from './state.js';
import { broken, head, nothing, skeleton } from './states.js';
import { HOUR, midnight, rfc3339 } from './time.js';

const DAY = 24 * HOUR;
/** A count is a sum, so its steps are longer than those of a mean. */
const SPANS = [
  { id: '24h', from: (now) => now - DAY, gauge: ['15m', HOUR / 4], count: ['1h', HOUR] },
  { id: '30d', from: (now) => midnight(now, -29), gauge: ['1h', HOUR], count: ['1d', DAY] },
];

/**
 * @param {{pole:string, items:any[], chosen?:string, frozen?:number|null}} wish `frozen`: as it was known then, UTC ms
 * @returns {{root:HTMLElement, load:() => Promise<void>, draw:() => void, chosen:string, picked:string|undefined}} `picked`: what a reader or the address chose
 */
export function courses({ pole, items, chosen, frozen = null }) {
  const properties = charted(items);
  const first = [chosen, 'pm2_5', properties[0]].find((id) => properties.includes(id));
  /** @type {any} gets its methods below */
  const self = {
    pole,
    chosen: first,
    picked: chosen,
    frozen,
    now: () => frozen ?? Date.now(),
    found: {},
    folds: {},
    error: null,
    raw: null,
    rawOpen: false,
  };
  const boxes = SPANS.map((span) => ({ span, box: h('div', { class: 'course', 'data-testid': `chart-${span.id}` }) }));
  const readings = h('div', {});
  const chooser = h(
    'div',
    { class: 'chooser', role: 'group', 'aria-label': t('pole.property') },
    properties.map((id) => button(id)),
  );
  function button(id) {
    return h(
      'button',
      { type: 'button', 'data-property': id, 'aria-pressed': String(id === self.chosen), onclick: () => choose(id) },
      format.propertyName(state.properties.get(id), id),
    );
  }
  function choose(id) {
    self.chosen = id;
    self.picked = id;
    self.found = {};
    self.folds = {};
    single();
    for (const one of chooser.children) one.setAttribute('aria-pressed', String(one.dataset.property === id));
    self.draw();
    self.load();
  }
  self.root = h(
    'section',
    { class: 'courses' },
    head(null, t('pole.course')),
    chooser,
    boxes.map(({ box }) => box),
    readings,
  );
  /** Of counts of persons single readings are not shown here. */
  function single() {
    self.raw =
      shapeOf(self.chosen) === 'count' || !self.chosen
        ? null
        : rawCourse(pole, self.chosen, self.rawOpen, (open) => {
            self.rawOpen = open;
          });
    readings.replaceChildren(...(self.raw ? [self.raw.root] : []));
  }
  self.draw = () => {
    self.raw?.draw();
    drawBoxes();
  };
  const drawBoxes = () => boxes.forEach(({ span, box }) => box.replaceChildren(...course(self, span, box).filter(Boolean)));
  self.load = async () => {
    const asked = self.chosen;
    try {
      const found = await Promise.all(SPANS.map((span) => fetchSpan(self, asked, span)));
      if (asked !== self.chosen) return;
      self.found = Object.fromEntries(SPANS.map((span, at) => [span.id, found[at]]));
      self.error = null;
    } catch (error) {
      self.error = error.message;
    }
    self.draw();
  };
  single();
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

/** Less than a page of windows, with what it is cited with. */
async function fetchSpan({ pole, frozen, now }, property, span) {
  const asked = { pole, from: rfc3339(span.from(now())), to: rfc3339(now()), as_of: frozen && rfc3339(frozen) };
  const [found, days] = await Promise.all([
    get('series', { ...asked, property, step: span[shapeOf(property)][0] }),
    span.id === '30d' && POLLUTANTS.includes(property) ? get('air/days', asked) : null,
  ]);
  return { at: Date.now(), ...found, days: days && daysByLaw(days.items, property) };
}

/** Day means of a pollutant, of those of its sensors that were at work: a silent one beside them takes no day away. */
function daysByLaw(items, property) {
  const known = items.map(({ start, end, pollutants }) => {
    const { mean: value = null } = pollutants.find(({ pollutant }) => pollutant === property) ?? {};
    return { x: (Date.parse(start) + Date.parse(end)) / 2, value };
  });
  return known.filter(({ value }) => value !== null);
}

function course(self, span, box) {
  const kind = shapeOf(self.chosen);
  const title = h('div', { class: 'head' }, h('h3', {}, t(`pole.${span.id}`)));
  const found = self.found[span.id];
  if (!found) return [title, self.error ? broken(self.error, () => self.load()) : skeleton('plot-size')];
  const { items } = found;
  if (!items.some((item) => valueOf(item, kind) !== null)) return [title, nothing(t('pole.noData'))];
  title.append(stateChip(stateOf(items), mean(items.map((item) => item.coverage))));
  const drawn = drawCourse(self, kind, span, found, Math.max(240, box.clientWidth || 320));
  return [
    title,
    h('div', { class: 'plot' }, drawn.root, drawn.readout),
    h(
      'p',
      { class: 'note' },
      t(kind === 'count' ? 'pole.count' : span.id === '30d' ? 'pole.days' : 'pole.mean', { step: t(`step.of.${span[kind][0]}`) }),
    ),
    correctedNote(items),
    fold(self, span),
  ];
}

/** It stays as a reader has it when the chart is drawn anew. */
function fold(self, span) {
  self.folds[span.id] ??= citeFold(() => courseCitation(self, self.found[span.id]));
  return self.folds[span.id];
}

/** A span is provisional as long as one of its windows is. */
function stateOf(items) {
  const has = (...states) => items.some((item) => states.includes(item.state));
  return has('open', 'provisional') ? 'provisional' : has('corrected') ? 'corrected' : 'final';
}

/** How many windows were corrected, beside the mark that they have. */
function correctedNote(items) {
  const n = items.filter((item) => item.state === 'corrected').length;
  const mark = svg(
    'svg',
    { viewBox: '-4 -7 8 8', width: 9, height: 9, 'aria-hidden': 'true' },
    svg('path', { d: 'M0,0 l-3.5,-6 h7 Z', class: 'corrected' }),
  );
  return n
    ? h(
        'p',
        { class: 'note' },
        mark,
        ' ',
        n === 1 ? t('mark.note.one') : t('mark.note.n', { n: format.number(n) }),
        '. ',
        t('mark.openHelp'),
      )
    : null;
}
