/** What is told of the newest values of a theme beside air and counts: soil, water, warmth, sound, parking, charging. Pure: no clock, no page. */

/**
 * The themes in their order, each by one property of the catalogue; `state` says which of its values means "taken".
 * @type {{id:string, property:string, taken?:(value:number) => boolean}[]}
 */
export const THEMES = [
  { id: 'warmth', property: 'temperature' },
  { id: 'noise', property: 'noise_laeq' },
  { id: 'soil', property: 'soil_moisture' },
  { id: 'ground', property: 'soil_temperature' },
  { id: 'water', property: 'water_level' },
  { id: 'parking', property: 'parking_state', taken: (value) => value === 1 },
  { id: 'charging', property: 'charging_state', taken: (value) => value > 0 },
];

/** Remarks that say that a value is none of what it names; the others leave it one (README, remarks). */
const NO_VALUE = ['out_of_range', 'sentinel', 'stuck', 'spike', 'inconsistent', 'warming_up', 'time_doubt'];
/** A value that is older tells nothing of now, in ms. */
const FRESH = 3 * 3_600_000;

/**
 * The properties of themes that somebody may see: of what could be of single persons, the public sees none.
 * @param {Map<string, {public:boolean, personal?:boolean}>} catalogue
 * @param {boolean} isPublic
 */
export function shownThemes(catalogue, isPublic) {
  return THEMES.filter(({ property }) => {
    const known = catalogue.get(property);
    return known && (!isPublic || (known.public && !known.personal));
  });
}

/**
 * The lowest and the highest of the newest values, with their poles; of states, how many are taken. Values that are no more of now
 * are left out and counted.
 * @param {{id:string, taken?:(value:number) => boolean}} theme
 * @param {{pole:string, value:number, flags:string[], event_time:string}[]} items newest values
 * @param {number} now UTC ms
 * @returns {null|{id:string, n:number, old:number, at:number|null, low:any, high:any, taken:number|null}} null without any sensor
 */
export function themeTile({ id, taken }, items, now) {
  if (items.length === 0) return null;
  const sound = items.filter(
    ({ flags, event_time: at }) => now - Date.parse(at) <= FRESH && !flags.some((flag) => NO_VALUE.includes(flag)),
  );
  const sorted = [...sound].sort((a, b) => a.value - b.value);
  return {
    id,
    n: sound.length,
    old: items.length - sound.length,
    at: sound.length ? Math.max(...sound.map(({ event_time: at }) => Date.parse(at))) : null,
    low: sorted[0] ?? null,
    high: sorted.at(-1) ?? null,
    taken: taken ? sound.filter(({ value }) => taken(value)).length : null,
  };
}
