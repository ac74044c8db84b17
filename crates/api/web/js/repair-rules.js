/** Reading messages anew: what is ordered, and what would come of it. Pure. */
import { instant, rfc3339 } from './time.js';

/**
 * What stands before the form: `unknown_device/am-01-air`.
 * @param {string} id
 */
export function prefilled(id) {
  const at = id.indexOf('/');
  const [reason, device] = at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)];
  return { of: 'quarantined', reason, device, source: '', from: '', to: '' };
}

/**
 * The selection that the interface takes of a form; fields that are empty select nothing.
 * @param {{of:string, reason:string, device:string, source:string, from:string, to:string}} form times as inputs give them
 */
export function selection({ of, reason, device, source, from, to }) {
  const time = (text) => (instant(text) === null ? null : rfc3339(instant(text)));
  const wanted = { of, reason: of === 'all' ? '' : reason, device: device.trim(), source, from: time(from), to: time(to) };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value));
}

/** What is wrong with a form, as a key of the texts; null when nothing is. */
export function mistake({ from, to }) {
  const [begin, end] = [instant(from), instant(to)];
  if ((from && begin === null) || (to && end === null)) return 'time';
  return begin !== null && end !== null && begin >= end ? 'order' : null;
}

/** Whether anything would be another one. */
export function changes({ readings, replaced, superseded, recovered, conflicts, windows }) {
  return readings + replaced + superseded + recovered + conflicts + windows > 0;
}

/**
 * The effect as parts of a sentence, each with its number: first what always stands there, then what there is.
 * @returns {{always:{name:string, n:number}[], besides:{name:string, n:number}[]}}
 */
export function told({ messages, readings, windows, conflicts, recovered, replaced, missing, superseded, expired }) {
  const besides = { recovered, replaced, superseded, expired, missing };
  return {
    always: Object.entries({ messages, readings, windows, conflicts }).map(([name, n]) => ({ name, n })),
    besides: Object.entries(besides)
      .filter(([, n]) => n > 0)
      .map(([name, n]) => ({ name, n })),
  };
}

/**
 * How many have ended; null before any list was there.
 * @param {any[]|null} replays
 */
export function ended(replays) {
  return replays === null ? null : replays.filter((replay) => replay !== running(replays)).length;
}

/** The replay that goes on, if there is one. */
export function running(replays) {
  return replays?.find(({ state }) => state === 'running') ?? null;
}
