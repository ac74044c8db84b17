/** Rules about targets, pure: how one is, how far behind it is, how its sum is drawn. */

/** Commits come once a second; what waits longer than a few of them is behind. */
const BEHIND_S = 10;
/** The least part of a bar that can be seen. */
const THIN = 0.006;
/** What becomes of an accepted reading, in the order of the equation. */
const OUTCOMES = ['filtered', 'forwarded', 'pending', 'refused'];

/** How a target is: `closed`, `behind`, `open` or `half_open`. */
export function condition({ circuit, lag_s: lag }) {
  return circuit.state === 'closed' && lag >= BEHIND_S ? 'behind' : circuit.state;
}

/** Whether its lag is worth a word. */
export function isBehind({ lag_s: lag }) {
  return lag >= BEHIND_S;
}

/** Readings refused, for whatever reason. */
export function refusedReadings({ refused }) {
  return refused.reduce((sum, { value }) => sum + value, 0);
}

/** The terms of its equation. */
export function terms(target) {
  return OUTCOMES.map((name) => ({ name, value: name === 'refused' ? refusedReadings(target) : target[name] }));
}

/** Parts of one that show proportion, yet let nothing vanish. */
export function shares(values) {
  const total = values.reduce((sum, value) => sum + value, 0);
  const spare = 1 - values.filter((value) => value > 0).length * THIN;
  return values.map((value) => (value > 0 ? THIN + (value / total) * spare : 0));
}

/** A time span as people say it: `{unit, n}`, n whole, never rounded up to the next unit. */
export function span(seconds) {
  /** @type {[string, number, number][]} */
  const units = [
    ['s', 1, 90],
    ['min', 60, 90],
    ['h', 3600, 48],
    ['d', 86_400, Infinity],
  ];
  const [unit, size] = units.find(([, length, most]) => seconds < length * most);
  return { unit, n: Math.floor(seconds / size) };
}

/** Whole seconds until a target is tried again; null if that is not known, or now. */
export function secondsUntil(retryAt, now) {
  const left = retryAt ? Math.ceil((Date.parse(retryAt) - now) / 1000) : 0;
  return left > 0 ? left : null;
}

/** Whether all sums add up: those of the stream and, once they are known, those of targets. */
export function allBalanced(ledger, targets) {
  return ledger.balanced && (targets ?? []).every(({ balanced }) => balanced);
}

/** The target and the reason that an address names: `city/rejected`. */
export function named(id) {
  const [target, reason = ''] = id.split('/');
  return { target, reason };
}
