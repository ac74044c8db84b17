/** What a planner chose, and the address that says it. Pure: no clock, no page. */
import { instant, midnight } from './time.js';

/** What the calendar can show: crossings of the zone, or a property of one of its poles. */
export const MEASURES = ['crossings', 'pm2_5', 'pm10', 'no2', 'o3', 'noise', 'parking'];
/** Times to compare with, as `/footfall` names them; `event:<id>` is one more. */
export const COMPARISONS = ['none', 'baseline', 'previous_week', 'previous_year', 'easter', 'advent'];
/** Days of the week to look at, as `/footfall` names them. */
export const DAYS = { all: null, workdays: 'monday,tuesday,wednesday,thursday,friday', saturdays: 'saturday', sundays: 'sunday' };
/** Sites stand side by side from two to six. */
export const MOST_SITES = 6;
const WEEKS = 4;
const DAY = 24 * 3_600_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** The longest period: answers of the interface hold a thousand windows. */
const MOST_DAYS = 1000;

/**
 * @typedef {object} Choices
 * @property {string|null} zone its id; null = the page's main zone
 * @property {string} what one of {@link MEASURES}
 * @property {string|null} pole of a measure that poles have; null = the first that measures it
 * @property {string|null} from first day, `2026-11-01`; null with `to` = the last four weeks
 * @property {string|null} to last day
 * @property {string} days one of {@link DAYS}
 * @property {'all'|'open'} hours
 * @property {string} compare one of {@link COMPARISONS} or `event:<id>`
 * @property {number|null} asOf as what was known at this minute, UTC ms; null = today
 * @property {string[]} sites ids of zones and poles side by side; none = all places
 * @property {Note[]} notes
 *
 * @typedef {{date:string, text:string}} Note
 */

/**
 * The choices that an address says; what it says wrongly is as if it was not said.
 * @param {Record<string, string>} said
 * @returns {Choices}
 */
export function choicesOf(said) {
  const oneOf = (value, known, other) => (known.includes(value) ? value : other);
  const isPeriod = isDate(said.from) && isDate(said.to) && said.from <= said.to && daysBetween(said.from, said.to) <= MOST_DAYS;
  const asOf = Date.parse(said.as_of ?? '');
  return {
    zone: said.zone || null,
    what: oneOf(said.what, MEASURES, MEASURES[0]),
    pole: said.pole_of || null,
    from: isPeriod ? said.from : null,
    to: isPeriod ? said.to : null,
    days: oneOf(said.days, Object.keys(DAYS), 'all'),
    hours: oneOf(said.hours, ['all', 'open'], 'all'),
    compare: /^event:./.test(said.compare ?? '') ? said.compare : oneOf(said.compare, COMPARISONS, 'baseline'),
    asOf: Number.isNaN(asOf) ? null : Math.floor(asOf / 60_000) * 60_000,
    sites: (said.sites ?? '').split(',').filter(Boolean).slice(0, MOST_SITES),
    notes: notesOf(said.notes ?? ''),
  };
}

/** The address that says the choices: all of them, but not what goes without saying. */
export function addressOf(choices) {
  const { zone, what, pole, from, to, days, hours, compare, asOf, sites, notes } = choices;
  const said = {
    zone,
    what: what === MEASURES[0] ? null : what,
    pole_of: pole,
    from,
    to,
    days: days === 'all' ? null : days,
    hours: hours === 'all' ? null : hours,
    compare: compare === 'baseline' ? null : compare,
    as_of: asOf === null ? null : new Date(asOf).toISOString().replace('.000Z', 'Z'),
    sites: sites.join(',') || null,
    notes: notes.map(({ date, text }) => `${date} ${text}`).join('\n') || null,
  };
  const pairs = Object.entries(said).filter(([, value]) => value !== null);
  return `#planung${pairs.map(([key, value]) => `&${key}=${encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%2C', ',')}`).join('')}`;
}

/** Notes as the address keeps them: a day and a text a line. */
function notesOf(text) {
  return text
    .split('\n')
    .map((line) => ({ date: line.slice(0, 10), text: line.slice(11).trim() }))
    .filter(({ date, text: said }) => isDate(date) && said !== '');
}

function isDate(text) {
  return DATE.test(text ?? '') && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
}

/** The civil date that lies `days` after a date. */
export function dateAfter(date, days) {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

/** How many days a period has, first and last counted. */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1;
}

/** The first instant of a civil date, UTC ms. */
export function startOf(date) {
  return midnight(instant(`${date}T12:00`));
}

/** The period that is looked at: the chosen one, or the last four weeks before `today`. */
export function periodOf({ from, to }, today) {
  return from ? { from, to } : { from: dateAfter(today, -7 * WEEKS), to: dateAfter(today, -1) };
}

/** The last days of a period, as many as may be asked for at once. */
export function lastDays({ from, to }, most) {
  const first = dateAfter(to, 1 - Math.max(1, Math.floor(most)));
  return { from: from < first ? first : from, to };
}

/** Periods by name, to choose from. */
export function presets(today) {
  const year = Number(today.slice(0, 4));
  const monthStart = `${today.slice(0, 7)}-01`;
  const monthBefore = `${dateAfter(monthStart, -1).slice(0, 7)}-01`;
  return {
    weeks4: { from: null, to: null },
    month: { from: monthBefore, to: dateAfter(monthStart, -1) },
    weeks52: { from: dateAfter(today, -364), to: dateAfter(today, -1) },
    year: { from: `${year}-01-01`, to: `${year}-12-31` },
    yearBefore: { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` },
  };
}

/** The step of the bars: days, unless there are too many and what they are compared with goes by longer ones. */
export function stepOf({ days, compare }, { from, to }) {
  const length = daysBetween(from, to);
  if (length <= 35 || days !== 'all' || compare === 'baseline' || compare.startsWith('event:')) return '1d';
  return length <= 190 || !['none', 'previous_year'].includes(compare) ? '1w' : '1mo';
}

/**
 * The periods that a calendar of whole weeks shows: a year up to the end of a short period, else each year of it.
 * @returns {{from:string, to:string}[]}
 */
export function calendarSpans({ from, to }) {
  if (daysBetween(from, to) <= 371) return [{ from: dateAfter(to, -364), to }];
  const years = Array.from({ length: Number(to.slice(0, 4)) - Number(from.slice(0, 4)) + 1 }, (_, at) => Number(from.slice(0, 4)) + at);
  return years
    .map((year) => ({ from: `${year}-01-01`, to: `${year}-12-31` }))
    .map((span) => ({ from: span.from < from ? from : span.from, to: span.to > to ? to : span.to }));
}

/**
 * The sites that stand side by side before any is chosen: the main zone, and a place of each other part of the city, four at most.
 * @param {any[]} zones of the registry
 * @param {any} main
 */
export function usualSites(zones, main) {
  const parents = new Set([main?.id, main?.parent]);
  const found = main ? [main.id] : [];
  for (const { id, kind, parent } of zones) {
    if (kind !== 'place' || id === main?.id || parents.has(parent) || found.length >= 4) continue;
    parents.add(parent);
    found.push(id);
  }
  return found;
}
