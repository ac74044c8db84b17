/** Civil time of the city: Europe/Berlin, by the calendar, never by adding 86,400 s. */

export const ZONE = 'Europe/Berlin';
export const HOUR = 3_600_000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  weekday: 'short',
});

/**
 * The civil date and time of an instant.
 * @param {number} ms UTC milliseconds
 * @returns {{year:number, month:number, day:number, hour:number, minute:number, second:number, weekday:number}} weekday 0 = Sunday
 */
export function civil(ms) {
  const found = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, value]));
  const number = (key) => Number(found[key]);
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    second: number('second'),
    weekday: WEEKDAYS.indexOf(found.weekday),
  };
}

/** The zone's distance from UTC at an instant, in milliseconds. */
function offset(ms) {
  const at = civil(ms);
  const wall = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
  return wall - Math.floor(ms / 1000) * 1000;
}

/**
 * Midnight of the civil day that lies `days` after the day of `ms`.
 * @param {number} ms UTC milliseconds
 * @param {number} [days] may be negative
 * @returns {number} UTC milliseconds
 */
export function midnight(ms, days = 0) {
  const at = civil(ms);
  const wall = Date.UTC(at.year, at.month - 1, at.day + days);
  const guess = wall - offset(wall);
  return wall - offset(guess);
}

/** What the city's clock shows at an instant, to the minute, as {@link instant} takes it and date fields want it. */
export function wallClock(ms) {
  return new Date(ms + offset(ms)).toISOString().slice(0, 16);
}

/** RFC 3339 in UTC, as the interface wants it. */
export function rfc3339(ms) {
  return new Date(ms).toISOString();
}

/**
 * The instant of a civil date and time as inputs give it ("2026-11-29T14:15"); of an hour that comes twice, the first.
 * @param {string} text
 * @returns {number|null} UTC milliseconds; null if it is none
 */
export function instant(text) {
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) return null;
  const earlier = wall - offset(wall - 12 * HOUR);
  return wall - offset(earlier);
}
