/** What stands behind a number of the ledger: rows by hour and source, by day and device. Pure. Days are days of UTC, as the ledger has them. */

const DAY = 86_400_000;
/** The left side of each equation. */
const TOTALS = { messages: 'journalled', readings: 'decoded', windows: 'aggregatable' };

/** The number an address means: `messages/quarantined/bad_crc`; what stands in no equation is `beside/excluded/humid`. */
export function numbered(id) {
  const [equation, name, reason] = id.split('/');
  return { equation, name, reason: reason || null };
}

/** The address of a number. */
export function numberId(equation, name, reason) {
  return [equation ?? 'beside', name, reason].filter(Boolean).join('/');
}

/**
 * How much a row has of a number. Rows of devices do not count what came in: there it is what became of it.
 * @param {{entries:{equation:string|null, name:string, reason?:string, value:number}[]}} row
 */
export function amount({ entries }, number) {
  const mine = entries.filter(({ equation }) => (equation ?? 'beside') === number.equation);
  const named = mine.filter(({ name, reason }) => name === number.name && (!number.reason || reason === number.reason));
  const isTotal = TOTALS[number.equation] === number.name;
  return sum(isTotal && named.length === 0 ? mine : named);
}

function sum(items) {
  return items.reduce((total, { value }) => total + value, 0);
}

/** How much rows have of a number together. */
export function sumOf(rows, number) {
  return rows.reduce((total, row) => total + amount(row, number), 0);
}

/** The number as the ledger has it: `{equations, excluded}` of `/ledger`; what is not folded yet stands in no row. */
export function inLedger({ equations, excluded }, number) {
  if (number.equation === 'beside') return sum((excluded ?? []).filter(({ flag }) => !number.reason || flag === number.reason));
  const found = equations.find(({ name }) => name === number.equation);
  if (!found) return 0;
  const terms = found.terms.filter(({ name, reason }) => name === number.name && (!number.reason || reason === number.reason));
  return found.total.name === number.name
    ? found.total.value - sum(found.terms.filter(({ name }) => name === 'not_yet_folded'))
    : sum(terms);
}

/**
 * Whether rows that were asked for between two looks at the ledger can be of one of its commits between them.
 * @param {number} rows their sum
 */
export function agrees(rows, before, after) {
  return rows >= Math.min(before, after) && rows <= Math.max(before, after);
}

/** First instant of the day of UTC. */
export function dayOf(ms) {
  return Math.floor(ms / DAY) * DAY;
}

/** Days with how much there was, newest first. */
export function byDay(rows, number) {
  const days = new Map();
  for (const row of rows) {
    const value = amount(row, number);
    const day = dayOf(Date.parse(row.start));
    if (value > 0) days.set(day, (days.get(day) ?? 0) + value);
  }
  return [...days].map(([day, value]) => ({ day, value })).sort((a, b) => b.day - a.day);
}

/**
 * The hours of a day, oldest first, and the sources, those with most first.
 * @returns {{sources:string[], hours:{start:number, values:number[], value:number, balanced:boolean}[], totals:number[]}}
 */
export function byHour(rows, number, day) {
  const mine = rows
    .filter(({ start }) => dayOf(Date.parse(start)) === day)
    .map((row) => ({ ...row, at: Date.parse(row.start), value: amount(row, number) }));
  const of = (items) => items.reduce((total, { value }) => total + value, 0);
  const total = (source) => of(mine.filter((row) => row.source === source));
  const sources = [...new Set(mine.filter(({ value }) => value > 0).map(({ source }) => source))].sort((a, b) => total(b) - total(a));
  const starts = [...new Set(mine.filter(({ value }) => value > 0).map(({ at }) => at))].sort((a, b) => a - b);
  const hours = starts.map((start) => {
    const here = mine.filter(({ at }) => at === start);
    return {
      start,
      values: sources.map((source) => of(here.filter((row) => row.source === source))),
      value: of(here),
      balanced: here.every(({ balanced }) => balanced !== false),
    };
  });
  return { sources, hours, totals: sources.map(total) };
}

/**
 * The devices of a day, those with most first, and what is of none that is known.
 * @param {number} total of the day, by sources
 */
export function byDevice(rows, number, day, total) {
  const mine = rows
    .filter(({ start }) => dayOf(Date.parse(start)) === day)
    .map((row) => ({ device: row.device, value: amount(row, number) }))
    .filter(({ value }) => value > 0);
  mine.sort((a, b) => b.value - a.value || (a.device < b.device ? -1 : 1));
  return { devices: mine, rest: total - sum(mine) };
}
