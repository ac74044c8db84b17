/** Which figure an address names, and what is to be said of it. Pure: no clock, no page. */
import { rfc3339 } from './time.js';

const KINDS = ['device', 'pole', 'zone'];
/** The steps of windows, each with the one that its windows are made of. */
const FINER = { '15m': null, '1h': '15m', '1d': '1h', '1w': '1d', '1mo': '1d', '1y': '1mo' };

/** In and out together: a zone's footfall. It is no property of the catalogue. */
export const CROSSINGS = 'crossings';
/** The properties it is made of. */
export const DIRECTIONS = ['people_in', 'people_out'];
/** Indices of air by their name in the interface: classes, not means. */
export const INDICES = ['uba_lqi_2025', 'uba_lqi_former', 'european_aqi_2024'];

/**
 * @typedef {object} Figure
 * @property {'device'|'pole'|'zone'} kind
 * @property {string} id whose
 * @property {string} property of the catalogue, {@link CROSSINGS} or one of {@link INDICES}
 * @property {string} step
 * @property {number} start first instant, UTC ms
 */

/**
 * The figure of `zone:altstadt/people_in/1d/2026-11-28T23:00:00Z`; null of anything else.
 * @param {string} text
 * @returns {Figure|null}
 */
export function parseFigure(text) {
  const [, kind, id, property, step, time] = /^(\w+):(.+)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(text) ?? [];
  const start = Date.parse(time);
  if (!KINDS.includes(kind) || !Object.hasOwn(FINER, step) || Number.isNaN(start)) return null;
  return { kind: /** @type {Figure['kind']} */ (kind), id, property, step, start };
}

/** The name of a figure, which {@link parseFigure} reads. */
export function figureName({ kind, id, property, step, start }) {
  return `${kind}:${id}/${property}/${step}/${instantName(start)}`;
}

/** Its address on the page; as it was known at `asOf` (UTC ms), if given. */
export function figureAddress(figure, asOf = null) {
  const name = encodeURIComponent(figureName(figure)).replace(/%(3A|2F)/g, (code) => decodeURIComponent(code));
  return `#figure=${name}${asOf === null ? '' : `&as_of=${instantName(asOf)}`}`;
}

/** An instant as figures are named by it: no milliseconds where there are none. */
export function instantName(ms) {
  return rfc3339(ms).replace('.000Z', 'Z');
}

/** The minute that `as_of=…` of an address says; null if it says none. */
export function minuteOf(text) {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : Math.floor(ms / 60_000) * 60_000;
}

/** The step of the windows that one of `step` is made of; null of a quarter. */
export function finer(step) {
  return FINER[step] ?? null;
}

/** The revisions of both directions together: mostly one change of a block touches both; where it does not, the other stays as it was. */
export function joined(directions) {
  const changes = new Map();
  directions.forEach((items, at) => {
    for (const [name, item] of named(items)) changes.set(name, Object.assign(changes.get(name) ?? [], { [at]: item }));
  });
  const now = directions.map(([first]) => first?.former);
  const inOrder = [...changes.values()].map((touched) => Object.entries(touched));
  inOrder.sort(([[, one]], [[, other]]) => one.received_at.localeCompare(other.received_at));
  return inOrder.map((touched) => {
    for (const [at, item] of touched) now[at] = item.former;
    const former = both(now);
    for (const [at, item] of touched) now[at] = item.after;
    const revision = Math.max(...touched.map(([, item]) => item.revision));
    return { ...touched[0][1], revision, former, after: both(now) };
  });
}

/** Changes by what touched the block when; of several lines each has its own. */
function named(items) {
  const known = new Map();
  return items.map((item) => {
    const name = `${item.received_at} ${item.device} ${item.quarter} ${item.reason}`;
    known.set(name, (known.get(name) ?? 0) + 1);
    return [`${name} ${known.get(name)}`, item];
  });
}

function both(figures) {
  const [one, other] = figures.filter(Boolean);
  if (!other) return one;
  const known = [one.value, other.value].filter((value) => value !== null);
  return {
    ...one,
    value: known.length ? known.reduce((sum, value) => sum + value, 0) : null,
    count: one.count + other.count,
    excluded: one.excluded + other.excluded,
    flags: [...new Set([...one.flags, ...other.flags])],
  };
}

/** Why a window was changed, each reason once, the first first. */
export function reasonsOf(revisions) {
  return [...new Set(revisions.map(({ reason }) => reason))];
}

/**
 * What a revision did to the figure: `same` (other readings count or are kept out, but the number is what it was), `came` (there was none), `gone`, `more` or `less`.
 */
export function effect({ former, after }) {
  if (former.value === after.value) return 'same';
  if (former.value === null) return 'came';
  if (after.value === null) return 'gone';
  return after.value > former.value ? 'more' : 'less';
}

/** The difference of two figures, and its ratio where there is one; null if one of them is unknown. */
export function difference(then, now) {
  if (then === null || now === null || then === undefined || now === undefined) return null;
  return { by: now - then, ratio: then > 0 ? now / then : null };
}

/** The state of several windows together: the least settled one. */
export function worstState(states) {
  return ['open', 'corrected', 'provisional', 'final'].find((state) => states.includes(state)) ?? null;
}
