/** The fleet as a table: who is shown, in which order, which rows are in the document, views that a reader keeps. Pure. */
import { clockState, connection, grade, inOrder, problems } from './device-rules.js';

/** A battery with so few per cent left needs a look; a voltage alone says too little. */
export const BATTERY_LOW = 20;
/** From this share of its messages in quarantine on a device needs a look. */
export const MUCH_REFUSED = 0.01;
/** Remarks that come of the method, not of the device: they are on nearly all values and ask for nobody. */
const OF_METHOD = ['corrected', 'uncalibrated', 'interpolated', 'replayed'];
const MAX_KEPT = 12;
const MAX_NAME = 40;

/** Columns that can be sorted by; `attention` is the order in which devices need somebody. */
export const SORTS = ['attention', 'device', 'pole', 'seen', 'battery', 'signal', 'loss', 'clock', 'remarks', 'refused'];
/** Those whose large values come first when they are chosen. */
const LARGE_FIRST = ['seen', 'loss', 'clock', 'remarks', 'refused'];

/**
 * What a reader sees first: everything, in the order of attention.
 * @type {Readonly<{text:string, connection:string, only:string, sort:string, reversed:boolean}>}
 */
export const ALL = Object.freeze({ text: '', connection: 'all', only: 'all', sort: 'attention', reversed: false });

/** Remarks that are the device's own. */
export function remarks({ flags }) {
  return (flags ?? []).filter((flag) => !OF_METHOD.includes(flag));
}

/** The share of its messages that is in quarantine; null without any. */
export function refusedShare({ outcomes }) {
  return outcomes?.messages ? outcomes.quarantined / outcomes.messages : null;
}

/** How many of its intervals a device has been quiet; null if it never spoke or tells no interval. */
export function quiet({ last_received_at: last, interval_s: interval }, now) {
  return last && interval ? (now - Date.parse(last)) / 1000 / interval : null;
}

/** What is left of a battery in per cent; null where only a voltage is known, or nothing. */
export function batteryLeft({ battery }) {
  return battery?.property === 'battery_level' ? battery.value : null;
}

/**
 * What a reader can look at alone, each with the devices that are in it.
 * @type {Record<string, (device:any) => boolean>}
 */
const PICKS = {
  all: () => true,
  attention: (device) => ['battery', 'clock', 'refused'].some((pick) => PICKS[pick](device)) || problems(device).length > 0,
  silent: ({ state }) => state !== 'reporting',
  battery: (device) => batteryLeft(device) !== null && batteryLeft(device) <= BATTERY_LOW,
  radio: (device) => isRadio(problems(device)),
  clock: (device) => wrongClock(device),
  refused: (device) => refusedShare(device) >= MUCH_REFUSED,
};

/** @type {string[]} */
export const PICK_NAMES = Object.keys(PICKS);

/** Whether a device's clock is off by more than moves no figure. */
export function wrongClock({ clock_offset_s: offset }) {
  return (offset ?? null) !== null && clockState({ offset_s: offset }).kind !== 'right';
}

/** How many devices each pick has; in one pass, as there may be ten thousand. */
export function picked(devices) {
  const counts = Object.fromEntries(PICK_NAMES.map((name) => [name, 0]));
  for (const device of devices) {
    const found = problems(device);
    const mine = {
      all: true,
      silent: PICKS.silent(device),
      battery: PICKS.battery(device),
      radio: isRadio(found),
      clock: wrongClock(device),
      refused: PICKS.refused(device),
    };
    mine.attention = found.length > 0 || mine.battery || mine.clock || mine.refused;
    for (const name of PICK_NAMES) counts[name] += Number(mine[name]);
  }
  return counts;
}

function isRadio(found) {
  return found.some(({ kind }) => kind === 'loss' || kind === 'faint');
}

/**
 * The devices that a reader wants, in their order. Without what is sorted by, a device comes last.
 * @param {any[]} devices
 * @param {typeof ALL} wanted
 * @param {{now:number, wordsOf:(device:any) => string}} known
 */
export function chosen(devices, wanted, { now, wordsOf }) {
  const asked = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = devices.filter(
    (device) =>
      PICKS[wanted.only](device) &&
      (wanted.connection === 'all' || connection(device) === wanted.connection) &&
      asked.every((word) => wordsOf(device).includes(word)),
  );
  const ordered =
    wanted.sort === 'attention'
      ? inOrder(found)
      : sorted(found, valueOf[wanted.sort], LARGE_FIRST.includes(wanted.sort) !== wanted.reversed, now);
  return wanted.sort === 'attention' && wanted.reversed ? ordered.reverse() : ordered;
}

const valueOf = {
  device: ({ id }) => id,
  pole: ({ pole }) => pole,
  seen: (device, now) => quiet(device, now),
  battery: ({ battery }) => (battery ? battery.value + (battery.property === 'battery_level' ? 0 : 1000) : null), // volts after per cent
  signal: ({ lorawan }) => (lorawan?.gateways[0] ? grade(lorawan.gateways[0]) * 1000 + lorawan.gateways[0].rssi : null),
  loss: ({ lorawan }) => (lorawan && lorawan.received + lorawan.lost > 0 ? lorawan.loss : null),
  clock: ({ clock_offset_s: offset }) => (offset === null || offset === undefined ? null : Math.abs(offset)),
  remarks: (device) => remarks(device).length,
  refused: (device) => refusedShare(device),
};

function sorted(devices, value, largeFirst, now) {
  const ranked = devices.map((device) => ({ device, value: value(device, now) }));
  const sign = largeFirst ? -1 : 1;
  ranked.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || byId(a, b);
    return a.value === b.value ? byId(a, b) : a.value < b.value ? -sign : sign;
  });
  return ranked.map(({ device }) => device);
}

function byId({ device: a }, { device: b }) {
  return a.id < b.id ? -1 : 1;
}

/** The order after a click on a column: its own, turned round, then that of attention again. */
export function sortedAnew({ sort, reversed }, column) {
  if (sort !== column) return { sort: column, reversed: false };
  return reversed ? { sort: 'attention', reversed: false } : { sort, reversed: true };
}

/** `aria-sort` of a column. */
export function direction({ sort, reversed }, column) {
  if (sort !== column) return 'none';
  return LARGE_FIRST.includes(column) !== reversed ? 'descending' : 'ascending';
}

/**
 * Which rows are in the document: those that are seen, and some more on both sides.
 * @param {{top:number, height:number, row:number, total:number}} seen in pixels
 */
export function rowsAt({ top, height, row, total }) {
  const more = Math.ceil(height / row / 2);
  const first = Math.min(Math.floor(top / row), Math.max(0, total - 1));
  return { from: Math.max(0, first - more), to: Math.min(total, first + Math.ceil(height / row) + 1 + more) };
}

/** The row that a key leads to; null for other keys. */
export function rowByKey(key, at, page, total) {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: total - 1 }[key];
  return to === undefined ? null : Math.max(0, Math.min(total - 1, to));
}

/** Views as they were kept; whatever else is found there is left out. */
export function keptViews(text) {
  let found;
  try {
    found = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  return (Array.isArray(found) ? found : [])
    .filter(isView)
    .slice(0, MAX_KEPT)
    .map(({ name, wanted }) => ({ name: name.slice(0, MAX_NAME), wanted: only(wanted) }));
}

function isView(view) {
  const { name, wanted } = view ?? {};
  return (
    typeof name === 'string' &&
    name.trim() !== '' &&
    typeof wanted?.text === 'string' &&
    PICK_NAMES.includes(wanted.only) &&
    SORTS.includes(wanted.sort) &&
    ['all', 'lorawan', 'mqtt'].includes(wanted.connection)
  );
}

function only({ text, connection: by, only: pick, sort, reversed }) {
  return { text, connection: by, only: pick, sort, reversed: reversed === true };
}

/** Keeps a view under a name; one of that name gives way. */
export function withView(views, name, wanted) {
  const clean = name.trim().slice(0, MAX_NAME);
  return clean === '' ? views : [...views.filter((view) => view.name !== clean), { name: clean, wanted: only(wanted) }].slice(-MAX_KEPT);
}

/** Whether two are the same view. */
export function isSame(a, b) {
  return Object.keys(ALL).every((key) => a[key] === b[key]);
}
