/**
 * The live stream: of what happens no more comes than is shown. Events are only put into maps as they come (bounded by the number
 * of series); what they change is worked in once an animation frame.
 */
import { changed, seriesKey, state } from './state.js';
import { operates } from './view-rules.js';

/** The service sends a ledger event each second; silence of this length means that the line is dead. */
const SILENCE = 8000;
const RETRY_AFTER = 3000;
/** Messages a second of a page on which nobody reads single ones: a small city's all, of a large one enough to see that it lives. */
const GLANCE = 5;

/** What is shown: so many messages a second of all poles, and all of one. */
const shown = { most: GLANCE, always: null };
let source = null;
let readings = new Map();
let drawing = false;
let heard = 0;
const windowListeners = [];
const returnListeners = [];
const readingListeners = [];
const gapListeners = [];

/** Calls `listener` with each window event. */
export function onWindow(listener) {
  windowListeners.push(listener);
}

/** Calls `listener` with each reading as it comes. */
export function onReading(listener) {
  readingListeners.push(listener);
}

/** Calls `listener` with how many events the service left out. */
export function onGap(listener) {
  gapListeners.push(listener);
}

/** Calls `listener` when the line is back after it was lost. */
export function onReturn(listener) {
  returnListeners.push(listener);
}

/** Says that so many messages a second are shown of all poles (none: as many as a glance takes in). */
export function showMost(most) {
  shown.most = most ?? GLANCE;
  follow();
}

/** Says of which pole all is shown. */
export function showAll(pole) {
  shown.always = pole;
  follow();
}

/** Opens the stream and watches it. */
export function startLive() {
  open();
  document.addEventListener('visibilitychange', follow);
  if (!operates(state.role)) return; // who gets no ledger: it may be silent for long, and the browser finds out by itself
  setInterval(() => {
    if (Date.now() - heard < SILENCE) return;
    connection('lost');
    if (Date.now() - heard > SILENCE + RETRY_AFTER) open();
  }, 1000);
}

function streamAddress() {
  const asked = new URLSearchParams({ most: String(document.hidden ? 1 : shown.most) });
  if (shown.always) asked.set('always', shown.always);
  return `/api/v1/live?${asked}`;
}

/** Another stream, if another is shown. */
function follow() {
  if (source && source.url !== new URL(streamAddress(), location.href).href) open();
}

function open() {
  source?.close();
  heard = Date.now() - SILENCE + RETRY_AFTER; // a first answer is due soon
  source = new EventSource(streamAddress());
  source.addEventListener('open', alive);
  source.addEventListener('error', () => connection('lost'));
  source.addEventListener('reading', (event) => take(JSON.parse(event.data)));
  source.addEventListener('gap', (event) => {
    alive();
    const { missed } = JSON.parse(event.data);
    gapListeners.forEach((tell) => tell(missed));
  });
  source.addEventListener('window', (event) => {
    alive();
    const item = JSON.parse(event.data);
    windowListeners.forEach((tell) => tell(item));
  });
  source.addEventListener('ledger', (event) => {
    alive();
    state.ledger = JSON.parse(event.data);
    changed('live');
  });
}

function alive() {
  heard = Date.now();
  state.asOf = heard;
  connection('live');
}

function connection(now) {
  const before = state.connection;
  if (before === now) return;
  state.connection = now;
  document.body.dataset.connection = now;
  changed('connection');
  if (before === 'lost' && now === 'live') returnListeners.forEach((tell) => tell());
}

/** Takes a reading in; its effect is shown with the next frame. */
export function take(reading) {
  alive();
  readings.set(seriesKey(reading), reading);
  for (const tell of readingListeners) tell(reading);
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(workIn);
}

function workIn() {
  drawing = false;
  const batch = readings;
  readings = new Map();
  let revived = false;
  for (const [key, reading] of batch) {
    state.latest.set(key, reading);
    state.touched.add(key);
    revived = touchPole(reading) || revived;
  }
  changed('latest', ...(revived ? ['poles'] : []));
}

/** Notes that a pole was heard; true when it had been silent. */
function touchPole({ pole: id, device: deviceId, received_at: at }) {
  const pole = state.poles.get(id);
  if (!pole) return false;
  const revived = pole.state !== 'reporting';
  pole.last_received_at = at;
  pole.state = 'reporting';
  const device = pole.devices.find((one) => one.id === deviceId);
  if (device) device.last_received_at = at;
  const known = state.devices?.get(deviceId);
  if (known) Object.assign(known, { last_received_at: at, state: 'reporting' });
  return revived;
}
