/** The live feed: what comes, as messages, never more of it than can be drawn and read. Pure. */

/** Rows in the document. */
export const ROWS = 40;
/** New rows of one drawing; the newest are shown, the rest is counted. */
export const NEW_ROWS = 8;
/** Messages that wait for a drawing; beyond them only their number is kept. */
const WAITING = 64;

/** A feed that has shown nothing yet. */
export function newFeed() {
  return { rows: [], waiting: new Map(), came: 0, left: 0 };
}

/**
 * Takes a reading; those that came of one device at one instant are one message.
 * @param {ReturnType<typeof newFeed>} feed
 * @param {{device:string, received_at:string, pole?:string}} reading
 */
export function take(feed, reading) {
  const key = `${reading.device} ${reading.received_at}`;
  const known = feed.waiting.get(key);
  if (known) {
    known.readings.push(reading);
    return;
  }
  feed.came += 1;
  if (feed.waiting.size >= WAITING) {
    feed.waiting.delete(feed.waiting.keys().next().value);
    feed.left += 1;
  }
  feed.waiting.set(key, { key, device: reading.device, pole: reading.pole, at: reading.received_at, readings: [reading] });
}

/** What the service itself left out, in readings: it is not known of how many messages. */
export function missed(feed, n) {
  feed.missed = (feed.missed ?? 0) + n;
}

/**
 * What is drawn now: the newest messages that waited come first, older rows go.
 * @returns {any[]} the new rows, newest first
 */
export function draw(feed) {
  const waited = [...feed.waiting.values()];
  feed.waiting.clear();
  const fresh = waited.slice(-NEW_ROWS).reverse();
  feed.left += waited.length - fresh.length;
  feed.rows = [...fresh, ...feed.rows].slice(0, ROWS);
  return fresh;
}

/**
 * Whether a reader wants to see it.
 * @param {{text:string, remarked:boolean}} filter
 * @param {string} words what it can be found by, in small letters
 * @param {string[]} remarks
 */
export function wants({ text, remarked }, words, remarks) {
  if (remarked && remarks.length === 0) return false;
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => words.includes(word));
}
