/** Alerts, maintenance windows and visits: asking for them, and ordering what an operator wants of them. */
import { answer } from './answer.js';
import { get, list, post, remove } from './api.js';
import { lookBack } from './cause-rules.js';
import { changed } from './state.js';
import { HOUR, rfc3339 } from './time.js';

/** Days of the history that is shown. */
export const DAYS = 30;
const told = () => changed('alerts');

/** What is wrong now, and the sentence's figures. */
export const active = answer(async () => {
  const since = rfc3339(lookBack(Date.now()));
  const [alerts, summary, maintenance] = await Promise.all([
    list('alerts', { state: 'active', limit: 1000 }),
    get('alerts/summary', { since }),
    list('maintenance'),
  ]);
  return { alerts, summary, maintenance };
}, told);

/** What was wrong in the last days. */
export const past = answer(async () => {
  const alerts = await list('alerts', { state: 'all', since: rfc3339(Date.now() - DAYS * 24 * HOUR), limit: 1000 });
  return alerts.filter(({ state }) => state === 'closed').sort((a, b) => Date.parse(b.until) - Date.parse(a.until));
}, told);

/** Visits of the poles of an alert, newest first. */
export async function visitsOf(poles) {
  const found = await Promise.all(poles.map(({ id }) => list('visits', { pole: id })));
  return found.flat().sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** An order about an alert; what is known is asked for again. */
async function ordered(order) {
  const said = await order;
  await active.load();
  return said;
}

/** Says that somebody has seen it. */
export function acknowledge(id, note) {
  return ordered(post(`alerts/${encodeURIComponent(id)}/acknowledge`, { note }));
}

/** Tells nobody of it until then; null: tells them again. */
export function mute(id, until) {
  return ordered(post(`alerts/${encodeURIComponent(id)}/mute`, { until: until === null ? null : rfc3339(until) }));
}

/** While somebody works there, silence is no alarm. */
export function plan({ kind, id }, from, to, note) {
  return ordered(post('maintenance', { cause: { kind, id }, from: rfc3339(from), to: rfc3339(to), note }));
}

/** Takes a maintenance window back. */
export function unplan(id) {
  return ordered(remove(`maintenance/${encodeURIComponent(id)}`));
}

/** Somebody was there. */
export function visited(pole, at, note, part) {
  return post('visits', { pole, at: rfc3339(at), note, part });
}
