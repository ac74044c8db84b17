/** Days as cells of a calendar whose columns are weeks, and what stands under them. Pure: no clock, no page. */
import { dateAfter, daysBetween } from './planning-rules.js';

/** Below this share a day is shown as one of which too little is known. */
export const COVERED = 0.9;

/** The weekday of a date, 0 = Monday. */
export function weekdayOf(date) {
  return (new Date(date).getUTCDay() + 6) % 7;
}

/**
 * Every day of a span as a cell: column of its week, row of its weekday, and what is known of it.
 * @param {{from:string, to:string}} span
 * @param {Map<string, any>} known what is known, by date
 */
export function cells({ from, to }, known) {
  const lead = weekdayOf(from);
  return Array.from({ length: daysBetween(from, to) }, (_, at) => {
    const date = dateAfter(from, at);
    return { date, column: Math.floor((lead + at) / 7), row: (lead + at) % 7, known: known.get(date) ?? null };
  });
}

/** The first cell of each month, for its name; one in the last column is left out. */
export function monthStarts(all) {
  const last = all.at(-1)?.column ?? 0;
  return all.filter(({ date, column }, at) => (date.endsWith('-01') || (at === 0 && Number(date.slice(8)) <= 15)) && column < last);
}

/**
 * Runs of days without any value between days that have one.
 * @param {(date:string) => boolean} [isClosed] of which days none was to be expected: they neither are an outage nor end one
 * @returns {{from:string, to:string}[]}
 */
export function outages(all, isClosed = () => false) {
  const expected = all.filter(({ date }) => !isClosed(date));
  const isKnown = (cell) => (cell.known?.value ?? null) !== null;
  const first = expected.findIndex(isKnown);
  const last = expected.findLastIndex(isKnown);
  const runs = [];
  for (let at = first + 1; at < last; at += 1) {
    const { date } = expected[at];
    if (isKnown(expected[at])) continue;
    if (isKnown(expected[at - 1])) runs.push({ from: date, to: date });
    else runs.at(-1).to = date;
  }
  return runs;
}

/**
 * Times of events as bands: of those that are not each week, as far as they lie in the span.
 * @param {any[]} events of `/events`
 */
export function bands(events, { from, to }) {
  return events
    .filter(({ weekdays }) => weekdays.length === 0)
    .map(({ id, name, kind, days }) => ({ id, name, kind, from: days[0], to: days.at(-1) }))
    .filter((band) => band.from <= to && band.to >= from)
    .map((band) => ({ ...band, from: band.from < from ? from : band.from, to: band.to > to ? to : band.to }));
}

/**
 * Gives each thing with `start` and `end` the first lane in which it touches none before.
 * @param {{start:number, end:number}[]} things
 */
export function inLanes(things) {
  const ends = [];
  return [...things]
    .sort((a, b) => a.start - b.start)
    .map((thing) => {
      const free = ends.findIndex((end) => end <= thing.start);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = thing.end;
      return { ...thing, lane };
    });
}

/**
 * How strongly a value is inked between the least and the most: 0.08 to 1.
 * @param {number} value
 * @param {number[]} scale least and most
 */
export function ink(value, [low, high]) {
  return high > low ? 0.08 + 0.92 * Math.max(0, Math.min(1, (value - low) / (high - low))) : 0.5;
}
