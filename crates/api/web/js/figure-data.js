/** What the interface says of a figure, brought into one form. */
import { POLLUTANTS } from './air.js';
import { get } from './api.js';
import { CROSSINGS, DIRECTIONS, INDICES, instantName, joined } from './figure-rules.js';
import { state } from './state.js';

const SECOND = 1000;

/**
 * @typedef {object} Told
 * @property {number} start first instant, UTC ms
 * @property {number} end first instant after
 * @property {number|null} value null where nothing is known, which is not zero
 * @property {string|null} state null where the public is not told
 * @property {number|null} revision
 * @property {number|null} coverage 0 to 1
 * @property {string[]} flags
 * @property {{id:string, version:number}|null} method
 * @property {any} item the answer's item
 * @property {number|null} [pooled] of a pollutant's day: the mean of all its readings, which is none by law
 * @property {number|null} [hours] of a pole's day of a pollutant: how many hourly means were valid
 * @property {{reason:string, meaning:string}} [noSum] why a zone has no figure; then there is nothing else
 * @property {{before:string, reason:string, meaning:string}} [withheld] why the public sees none of its time; then there is nothing else
 * @property {any} answer the answer without its items
 */

/**
 * What is told of a figure; null if nothing is known of its time.
 * @param {import('./figure-rules.js').Figure} figure
 * @param {number|null} [asOf] as what had been received by this minute would have answered, UTC ms
 * @returns {Promise<Told|null>}
 */
export async function told(figure, asOf = null) {
  const asked = asOf === null ? {} : { as_of: instantName(asOf) };
  if (figure.property === CROSSINGS) return footfall(figure, asked);
  return INDICES.includes(figure.property) ? index(figure, asked) : series(figure, asked);
}

/** One window that begins with the figure's first instant. */
export function span({ start }) {
  return { from: instantName(start), to: instantName(start + SECOND) };
}

async function series(figure, asked) {
  const { kind, id, property, step } = figure;
  const { items, ...answer } = await get('series', { [kind]: id, property, step, ...span(figure), ...asked });
  const isCount = state.properties.get(property)?.kind === 'interval_count';
  const found = first(figure, items, answer, (item) => ({ value: (isCount ? item.sum : item.mean) ?? null }));
  return found && isPollutantDay(figure) ? day(figure, found, asked) : found;
}

/** Whether it is a day of a pollutant, whose mean by law is one of hourly means. */
export function isPollutantDay({ property, step }) {
  return step === '1d' && POLLUTANTS.includes(property);
}

/** The day by law in the place of the mean of all readings; days by law are of poles. */
async function day(figure, found, asked) {
  if (figure.kind !== 'pole') return { ...found, pooled: found.value };
  const { items, methods } = await get('air/days', { pole: figure.id, ...span(figure), ...asked });
  const known = items[0]?.pollutants.find(({ pollutant }) => pollutant === figure.property);
  const { mean = null, valid_hours: hours = 0, state: settled = found.state, revision = found.revision } = known ?? {};
  const method = methods.find(({ id }) => id === 'air.day') ?? null;
  return { ...found, value: mean, pooled: found.value, hours, state: settled, revision, method };
}

async function footfall(figure, asked) {
  const { items, ...answer } = await get('footfall', { zone: figure.id, step: figure.step, ...span(figure), ...asked });
  if (answer.no_sum) return { noSum: answer.no_sum };
  if (answer.withheld && !items.length) return { withheld: answer.withheld };
  return first(figure, items, answer, (item) => ({ value: item.crossings ?? item.in ?? null })); // the public is told of a cordon who came in
}

/**
 * A zone's count with another time beside it, and what an hour with missing counters would have held.
 * @param {string} compare as `/footfall` names it
 */
export async function beside(figure, compare) {
  const estimate = figure.step === '1h' ? true : null;
  const { items } = await get('footfall', { zone: figure.id, step: figure.step, ...span(figure), compare, estimate });
  return items.find(({ start }) => Date.parse(start) === figure.start) ?? null;
}

/** State, revision and coverage of a class are those of its pollutants, the least of each. */
async function index(figure, asked) {
  const { items, ...answer } = await get('air', { [figure.kind]: figure.id, ...span(figure), ...asked });
  return first(figure, items, answer, (item) => {
    const found = item.indices.find((one) => one.index === figure.property);
    const counted = item.pollutants.filter(
      ({ pollutant, coverage }) => coverage !== undefined && found?.classes && pollutant in found.classes,
    );
    return {
      value: found?.class ?? null,
      found,
      flags: [...new Set(counted.flatMap(({ flags }) => flags))],
      method: found?.method ?? { id: `index.${figure.property}`, version: 1 },
      coverage: counted.length ? Math.min(...counted.map(({ coverage }) => coverage)) : null,
      state: ['open', 'corrected', 'provisional', 'final'].find((one) => counted.some((of) => of.state === one)) ?? null,
      revision: counted.length ? Math.max(...counted.map(({ revision }) => revision)) : null,
    };
  });
}

function first(figure, items, answer, more) {
  const item = items.find(({ start }) => Date.parse(start) === figure.start);
  if (!item) return null;
  const common = {
    start: figure.start,
    end: Date.parse(item.end),
    coverage: item.coverage ?? null,
    state: item.state ?? null,
    revision: item.revision ?? null,
    flags: item.flags ?? [],
    method: item.method ?? answer.method ?? null,
  };
  return { ...common, ...more(item), item, answer };
}

/**
 * Revisions of a figure, oldest first.
 * @returns {Promise<{items:any[], total:number, next:string|null}>}
 */
export async function revisions(figure, { limit = 20, cursor = null } = {}) {
  const properties = figure.property === CROSSINGS ? DIRECTIONS : [figure.property];
  const { kind, id, step, start } = figure;
  const answers = await Promise.all(
    properties.map((property) => get('revisions', { [kind]: id, property, step, start: instantName(start), limit, cursor })),
  );
  const [{ items }] = answers;
  const total = Math.max(...answers.map((answer) => answer.revisions));
  const next = answers.map((answer) => answer.next).find(Boolean) ?? null;
  return { items: answers.length > 1 ? joined(answers.map((answer) => answer.items)) : items, total, next };
}

/** Readings of a pole or device in a span, `most` of them, and whether there are more. */
export async function readings({ kind, id, property }, from, to, most = 2000) {
  return get('series', { [kind]: id, property, step: 'raw', from: instantName(from), to: instantName(to), limit: most });
}
