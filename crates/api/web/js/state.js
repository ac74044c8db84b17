/**
 * What the page knows, and who wants to hear of changes. Changes are told once an animation frame, whatever their number,
 * so that a thousand events a second cost one redraw.
 */

export const state = {
  /** @type {'connecting'|'live'|'lost'} */
  connection: 'connecting',
  /** @type {'public'|'planner'|'operator'|'admin'|null} whom the service takes this page for; null until it said so */
  role: null,
  /** @type {string|null} name of the account that is logged in */
  account: null,
  /** Whether one can log in from here: by https, or on the service's own machine. */
  canLogIn: false,
  /** @type {'stadt'|'betrieb'|'planung'|null} the view that is shown, see `view.js` */
  view: null,
  /** Whether this is a widget of one zone on another site. */
  isWidget: false,
  /** Receipt of the last thing heard from the service, UTC ms. */
  asOf: null,
  /** @type {Map<string, any>} poles by id */
  poles: new Map(),
  /** @type {Map<string, any>} places whose series are somebody else's, by id */
  foreign: new Map(),
  /** @type {Map<string, any>|null} devices by id */
  devices: null,
  /** @type {Map<string, any>} gateways by EUI */
  gateways: new Map(),
  /** @type {any[]|null} */
  zones: null,
  /** @type {Map<string, any>} the catalogue by property id */
  properties: new Map(),
  /** @type {Map<string, any>} latest readings by `device/property/channel` */
  latest: new Map(),
  /** @type {Set<string>} keys of `latest` that changed; the pole panel empties it */
  touched: new Set(),
  /** The last ledger event. */
  ledger: null,
  /** The equations of `/ledger`. */
  equations: null,
  /** What is kept out of windows, by remark, of `/ledger`. */
  excluded: [],
  /** @type {any[]|null} replays, newest first */
  replays: null,
  /** @type {Set<string>} names of sources that brought something */
  sources: new Set(),
  /** @type {any[]|null} the targets of `/ledger` */
  targets: null,
  /** @type {Map<string, any>} counts by zone id, see `usual.js` */
  counts: new Map(),
  /** @type {Map<string, any>} hourly air classes by place id */
  heat: new Map(),
  /** @type {Map<string, string>} what failed, by part of the page */
  errors: new Map(),
  /** Parts that have been loaded at least once. */
  loaded: new Set(),
};

/** So long a frame has for who is told, in ms; the others are told in the next, so that a reader's click waits for one drawing at most. */
const ENOUGH = 8;
const listeners = [];
const pending = new Set();
/** Who is to be told yet, in the order of {@link on}. */
const due = new Set();
let scheduled = false;

/**
 * Draws something, or a piece of it: then it returns a function that draws the rest, so that a slow processor can answer a reader in between.
 * @typedef {() => unknown} Draw
 */

/**
 * Calls `listener` in a coming frame, the next if there is time, after one of the topics changed.
 * @param {string[]} topics
 * @param {Draw} listener
 */
export function on(topics, listener) {
  listeners.push({ topics, listener });
}

/** Says that topics changed. */
export function changed(...topics) {
  for (const topic of topics) pending.add(topic);
  soon();
}

function soon() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(tell);
}

function tell() {
  scheduled = false;
  for (const { topics, listener } of listeners) if (topics.some((topic) => pending.has(topic))) due.add(listener);
  pending.clear();
  const end = performance.now() + ENOUGH;
  try {
    for (const listener of due) {
      due.delete(listener);
      const rest = listener();
      if (typeof rest === 'function') due.add(/** @type {Draw} */ (rest));
      if (performance.now() > end) break;
    }
  } finally {
    if (due.size) soon();
  }
}

/**
 * Draws all of something at once.
 * @param {Draw} draw
 */
export function whole(draw) {
  for (let rest = draw(); typeof rest === 'function'; rest = rest());
}

/** The key of a series in {@link state}.latest. */
export function seriesKey({ device, property, channel }) {
  return `${device}/${property}/${channel ?? 0}`;
}
