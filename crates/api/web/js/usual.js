/** Crossings of today against what is usual: same weekday, same time of day. Pure: no clock, no page. */
import { HOUR, civil, midnight } from './time.js';

/** A day so far that is less covered is compared with no other, as a sum without some counters is less by itself. */
const COMPARABLE = 0.9;

/**
 * @param {object} found items of `/footfall`, ascending
 * @param {any[]} found.hours hours of the last four weeks and today
 * @param {any[]} found.days days, today last
 * @param {any[]} [found.quarters] quarters of an hour since 23 o'clock of yesterday; the public gets hours from 22 to 6
 * @param {number} now UTC ms
 */
export function counts({ hours, days, quarters = [] }, now) {
  const steps = quarters.map(counted).filter(isKnown);
  const placed = hours
    .map(counted)
    .filter(isKnown)
    .map((item) => ({ ...item, at: Date.parse(item.start), ...dayAndHour(Date.parse(item.start)) }));
  const start = midnight(now);
  const today = placed.filter((item) => item.at >= start);
  const usual = usualDays(
    placed.filter((item) => item.at < start),
    civil(now).weekday,
  );
  const day = days.map(counted).find((item) => Date.parse(item.start) === start);
  const last = until(steps, today, now);
  const passed = steps.some((item) => Date.parse(item.start) >= start) ? steps.filter((item) => Date.parse(item.start) >= start) : today;
  const coverage = day?.coverage ?? covered(quarters, start, last);
  return {
    weekday: civil(now).weekday,
    today: day?.crossings ?? (passed.length ? sum(passed) : null),
    coverage,
    state: day?.state ?? null,
    until: last,
    usual: usual.length && (coverage ?? 1) >= COMPARABLE ? mean(usual.map((one) => untilThen(one, last ?? now))) : null,
    days: usual.length,
    band: band(usual),
    line: line(steps, start),
    recent: placed
      .filter((item) => item.state !== 'open')
      .slice(-24)
      .map((item) => item.crossings),
  };
}

/** Which share of the day so far was counted, by the steps of it; null without any. */
function covered(quarters, start, last) {
  const items = quarters.filter((item) => Date.parse(item.start) >= start && Date.parse(item.end) <= (last ?? 0));
  if (items.length === 0) return null;
  const counted = items.reduce((total, item) => total + (item.coverage ?? 0) * (Date.parse(item.end) - Date.parse(item.start)), 0);
  return Math.min(1, counted / (last - start));
}

/** Of a place that counts who comes in the public gets those alone. */
function counted(item) {
  return { ...item, crossings: item.crossings ?? item.in ?? null };
}

/** A silent counter gives null, which is not zero. */
function isKnown(item) {
  return item.crossings !== null && item.crossings !== undefined;
}

function dayAndHour(ms) {
  const { year, month, day, hour, weekday } = civil(ms);
  return { date: `${year}-${month}-${day}`, hour, weekday };
}

/** Whole days of one weekday, each as crossings by hour of the clock. */
function usualDays(items, weekday) {
  const days = new Map();
  for (const item of items) {
    if (item.weekday !== weekday) continue;
    if (!days.has(item.date)) days.set(item.date, new Map());
    const day = days.get(item.date);
    day.set(item.hour, (day.get(item.hour) ?? 0) + item.crossings); // the doubled hour of October
  }
  return [...days.values()].filter((day) => day.size >= 23);
}

function untilThen(day, then) {
  const { hour, minute } = civil(then);
  let total = 0;
  for (const [at, crossings] of day) {
    if (at < hour) total += crossings;
    if (at === hour) total += crossings * (minute / 60);
  }
  return total;
}

/** Lowest and highest of the usual days, for each hour of the clock. */
function band(usual) {
  if (usual.length === 0) return [];
  return Array.from({ length: 24 }, (_, hour) => {
    const values = usual.map((day) => day.get(hour)).filter((crossings) => crossings !== undefined);
    return { hour, low: Math.min(...values), high: Math.max(...values) };
  }).filter(({ low }) => Number.isFinite(low));
}

/** Crossings of the last full hour, at each end of a quarter. */
function line(quarters, start) {
  const closed = quarters.filter((item) => item.state !== 'open');
  const points = [];
  for (const item of closed) {
    const end = Date.parse(item.end);
    const hour = closed.filter((one) => Date.parse(one.start) >= end - HOUR && Date.parse(one.end) <= end);
    const length = hour.reduce((total, one) => total + Date.parse(one.end) - Date.parse(one.start), 0);
    if (length === HOUR && end > start) points.push({ at: end, hour: (end - start) / HOUR, crossings: sum(hour) });
  }
  return points;
}

function until(quarters, today, now) {
  const last = quarters.at(-1) ?? today.at(-1);
  return last ? Math.min(now, Date.parse(last.end)) : null;
}

function sum(items) {
  return items.reduce((total, item) => total + item.crossings, 0);
}

function mean(values) {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
