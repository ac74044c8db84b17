/**
 * Air classes by the scheme of the Umweltbundesamt (Luftqualitätsindex, revised 2025): hourly means in µg/m³, the worst pollutant decides.
 * Source: Umweltbundesamt, "Der Luftqualitätsindex (LQI) des Umweltbundesamtes"; Pfäfflin et al. 2025, doi 10.60810/openumwelt-7990.
 * The bands are printed as whole numbers; a mean is rounded half up to one before it is classed.
 */

/** Highest whole number of the classes 0 to 3; above the last it is class 4. */
const BANDS = {
  pm10: [9, 27, 54, 90],
  pm2_5: [5, 15, 30, 50],
  o3: [24, 72, 144, 240],
  no2: [10, 30, 60, 100],
  so2: [10, 30, 60, 100],
};

/** The pollutants of the index, in the order in which they are named. */
export const POLLUTANTS = Object.keys(BANDS);

/** An hourly mean counts from this share of its expected values on (39. BImSchV, Anlage 11 A). */
export const VALID_COVERAGE = 0.75;

/**
 * @param {string} pollutant
 * @param {number} mean hourly mean, µg/m³
 * @returns {number} 0 (sehr gut) to 4 (sehr schlecht)
 */
export function airClass(pollutant, mean) {
  const rounded = Math.floor(mean + 0.5);
  const found = BANDS[pollutant].findIndex((upper) => rounded <= upper);
  return found < 0 ? 4 : found;
}

/**
 * The worst class of an hour, and the pole that has it.
 * @param {{property:string, pole:string, mean:number|null, coverage:number}[]} means
 * @returns {{class:number, worst:string, pole:string}|null} null when no mean is valid
 */
export function worstOf(means) {
  let worst = null;
  for (const { property, pole, mean, coverage } of means) {
    if (mean === null || mean === undefined || coverage < VALID_COVERAGE) continue;
    const found = airClass(property, mean);
    if (!worst || found > worst.class) worst = { class: found, worst: property, pole };
  }
  return worst;
}
