/** The questions that the planner's view asks the interface: every figure on it is one of their answers. */
import { get, list } from './api.js';
import { settledAt } from './cite.js';
import { instantName } from './figure-rules.js';
import { state } from './state.js';
import { isSeenBy } from './view-rules.js';
import { DAYS, calendarSpans, dateAfter, lastDays, startOf, stepOf } from './planning-rules.js';

/** The most windows that the interface puts on a page. */
const LIMIT = 1000;
/** The most days of a pole that it puts on a page. */
const POLE_DAYS = 366;
/** What the interface adds up at once: days of a ranking, days of poles of sites, hours of counters. */
const RANKED_DAYS = 371;
const SITE_DAYS = 10_000;
const COVERAGE_HOURS = 500_000;
const SECOND = 1_000;
const MINUTE = 60_000;
/** Properties of `/series` that stand for a measure. */
const SERIES = { parking: 'parking_state' };
/** The property that is measured where a measure is. */
export const MEASURED_BY = { noise: 'noise_laeq', parking: 'parking_state' };

/** @typedef {import('./planning-rules.js').Choices} Choices */
/** @typedef {{zone:any, choices:Choices, period:{from:string, to:string}, sites:string[], poles:Map<string, number>}} Asked a zone of the registry, what of it, which sites side by side, and how many poles zones have */

/** First and last instant of a period as the interface wants them. */
export function spanOf({ from, to }) {
  return { from: instantName(startOf(from)), to: instantName(startOf(dateAfter(to, 1))) };
}

/** What is asked of all that can be asked as of an instant. */
function asOf({ asOf: minute }) {
  return { as_of: minute === null ? null : instantName(minute) };
}

/** The whole span of the calendar. */
export function shownSpan(period) {
  const spans = calendarSpans(period);
  return { from: spans[0].from, to: spans.at(-1).to };
}

/** Parameters of the days of a calendar. */
export function daysQuestion({ zone, choices, period }) {
  return { zone: zone.id, step: '1d', hours: choices.hours, ...spanOf(shownSpan(period)), ...asOf(choices), limit: LIMIT };
}

/** Parameters of the bars: windows of the period, beside what they are compared with. */
export function barsQuestion({ zone, choices, period }) {
  const compare = choices.compare === 'none' ? null : choices.compare;
  return {
    zone: zone.id,
    step: stepOf(choices, period),
    hours: choices.hours,
    days: DAYS[choices.days],
    compare,
    totals: true,
    ...spanOf(period),
    ...asOf(choices),
    limit: LIMIT,
  };
}

/** Parameters of the mean week. */
export function weekQuestion({ zone, choices, period }) {
  return { zone: zone.id, hours: choices.hours, holidays: 'own', ...spanOf(period), ...asOf(choices) };
}

/** Parameters of zones side by side. */
export function rankingQuestion(asked) {
  const { choices } = asked;
  return { hours: choices.hours, ...spanOf(rankedPeriod(asked)), ...asOf(choices) };
}

/** Parameters of the limits of the last year of the period. */
export function limitsQuestion({ zone, choices, period }) {
  return { zone: zone.id, year: period.to.slice(0, 4), ...asOf(choices) };
}

/** Parameters of what came of the counters. */
export function coverageQuestion({ zone, choices, period }) {
  return {
    zone: zone.id,
    property: 'people_in',
    step: '1mo',
    ...spanOf(lastDays(period, COVERAGE_HOURS / 24 / Math.max(1, zone.poles.length))),
    ...asOf(choices),
  };
}

/** Parameters of sites side by side. */
export function sitesQuestion(asked) {
  return { sites: asked.sites.join(','), ...spanOf(sitesPeriod(asked)), ...asOf(asked.choices) };
}

/** As much of the period as sites may be asked for. */
export function sitesPeriod({ sites, period, poles }) {
  return lastDays(
    period,
    SITE_DAYS /
      Math.max(
        1,
        sites.reduce((sum, id) => sum + (poles.get(id) ?? 1), 0),
      ),
  );
}

/** As much of the period as zones are ranked by. */
export function rankedPeriod({ period }) {
  return lastDays(period, RANKED_DAYS);
}

/** Parameters of a property's weeks in a zone. */
export function weatherQuestion({ zone, choices, period }, property) {
  return { zone: zone.id, property, step: '1w', ...spanOf(shownSpan(period)), ...asOf(choices), limit: LIMIT };
}

/** Days of the calendar, with the citation of the answer; of other measures than crossings see {@link measureQuestion}. */
export async function askDays(asked) {
  if (asked.choices.what !== 'crossings') return askMeasure(asked);
  const answer = await get('footfall', daysQuestion(asked));
  return {
    ...answer,
    path: 'footfall',
    question: daysQuestion(asked),
    known: new Map(answer.items.map((item) => [localDate(item), { ...item, value: item.crossings ?? item.in ?? null }])),
  };
}

/** The civil date in the middle of a day's window. */
function localDate({ start, end }) {
  return new Date((Date.parse(start) + Date.parse(end)) / 2).toISOString().slice(0, 10);
}

/** Where the days of a measure come from, and how its question is put. */
export function measureQuestion({ choices, period }, pole) {
  const span = { pole, ...spanOf(shownSpan(period)), ...asOf(choices), limit: POLE_DAYS };
  if (choices.what === 'noise') return { path: 'noise', question: span };
  if (choices.what in SERIES) return { path: 'series', question: { ...span, property: SERIES[choices.what], step: '1d' } };
  return { path: 'air/days', question: span };
}

/** Poles of the zone that measure what was chosen. */
async function polesOf({ zone, choices }) {
  const found = await list('latest', { zone: zone.id, property: MEASURED_BY[choices.what] ?? choices.what });
  return [...new Set(found.map(({ pole }) => pole))].sort();
}

async function askMeasure(asked) {
  const poles = await polesOf(asked);
  const pole = asked.choices.pole ?? poles[0];
  if (!pole) return { poles, pole: null, known: new Map(), items: [] };
  const { path, question } = measureQuestion(asked, pole);
  const answer = await whole(path, question);
  const read = READERS[path];
  return {
    ...answer,
    path,
    question,
    poles,
    pole,
    known: new Map(answer.items.map((item) => [item.date ?? localDate(item), read(item, asked.choices.what)])),
  };
}

/** An answer with the items of all its pages. */
async function whole(path, question) {
  const first = await get(path, question);
  const items = [...first.items];
  for (let { next } = first; next; ) {
    const more = await get(path, { ...question, cursor: next });
    items.push(...more.items);
    next = more.next;
  }
  return { ...first, items };
}

const READERS = {
  'air/days': ({ pollutants, start }, what) => {
    const found = pollutants.find(({ pollutant }) => pollutant === what);
    return found
      ? { value: found.mean, coverage: null, valid: found.valid_hours, state: found.state, revision: found.revision, start }
      : { value: null };
  },
  noise: ({ poles, start }) => ({
    value: poles[0]?.day_figure ?? null,
    coverage: null,
    state: poles[0]?.state ?? null,
    revision: poles[0]?.revision ?? null,
    start,
  }),
  series: ({ mean, coverage, state, revision, start }) => ({ value: mean ?? null, coverage, state, revision, start }),
};

/** Bars of the period. */
export function askBars(asked) {
  return get('footfall', barsQuestion(asked));
}

/**
 * The same for the council's paper: as of a minute that is over, as its link shows them again. What all came within the minute that runs,
 * as of a service that was just started, is waited for.
 */
export async function askQuoted(asked) {
  const question = barsQuestion(asked);
  if (question.as_of || !state.role || !isSeenBy('planung', state.role)) return get('footfall', question);
  const settled = () => get('footfall', { ...question, as_of: instantName(settledAt(Date.now())) });
  const isKnown = ({ totals }) => (totals?.crossings ?? null) !== null;
  const found = await settled();
  if (isKnown(found) || !isKnown(await askBars(asked))) return found;
  await new Promise((over) => setTimeout(over, settledAt(Date.now()) + MINUTE + SECOND - Date.now()));
  return settled();
}

/** Public holidays and events of the span that the calendar shows. */
export async function askOccasions(asked) {
  const span = shownSpan(asked.period);
  const [days, events] = await Promise.all([
    get('calendar', { from: span.from, to: dateAfter(span.to, 1) }),
    get('events', { zone: asked.zone.id, ...spanOf(span) }),
  ]);
  return { days: new Map(days.items.map((day) => [day.date, day])), events: events.items };
}

/** Weeks of temperature and rain at the zone's poles. */
export async function askWeather(asked) {
  const [temperature, rain] = await Promise.all(['temperature', 'rain'].map((property) => get('series', weatherQuestion(asked, property))));
  return { temperature, rain };
}

/** The address of an answer as a file. */
export function fileAddress(path, question, form) {
  const query = new URLSearchParams(
    Object.entries({ ...question, format: 'csv', csv: form }).filter(([, value]) => value !== null && value !== undefined),
  );
  return `/api/v1/${path}?${query}`;
}
