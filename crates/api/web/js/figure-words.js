/** What a figure is called: of what, whose, when, how much, with what remarks. */
import * as format from './format.js';
import { CROSSINGS, DIRECTIONS, INDICES } from './figure-rules.js';
import { knows, t } from './i18n.js';
import { airWord } from './shapes.js';
import { state } from './state.js';
import { HOUR, midnight } from './time.js';

/** "Querungen", "Feinstaub PM2,5" */
export function what({ property }) {
  if (property === CROSSINGS) return t('figure.crossings');
  if (INDICES.includes(property)) return t(`figure.index.${property}`);
  return format.propertyName(state.properties.get(property), property);
}

/** "Castroper Altstadt", "AM-01 · Am Markt 1" */
export function whose({ kind, id }) {
  if (kind === 'zone') return state.zones?.find((zone) => zone.id === id)?.name ?? id;
  const pole = kind === 'pole' && state.poles.get(id);
  return pole ? `${id} · ${pole.name}` : id;
}

/** Whether it is a count of crossings. */
export function isCount({ property }) {
  return property === CROSSINGS || state.properties.get(property)?.kind === 'interval_count';
}

/** Whether it is a count of persons: the public sees it by steps only, as it was published. */
export function isPersonal({ property }) {
  return property === CROSSINGS || DIRECTIONS.includes(property);
}

/** "Sa., 28. November 2026, 14:00–15:00 Uhr", "Sa., 28. November 2026, ganzer Tag" */
export function when({ property, step, start }, end) {
  const isAir = INDICES.includes(property) || state.properties.get(property)?.theme === 'air_quality';
  if (step === '15m' || step === '1h')
    return t('figure.span', { day: format.date(start), from: format.clock(start), to: clockAt(end, start) });
  if (step === '1d')
    return isAir
      ? t('figure.dayOf', { day: format.date(start, true), clock: t('figure.cet') })
      : t('figure.day', { day: format.date(start) });
  return t('figure.spans', { from: format.date(start, isAir), to: format.date(end - HOUR, isAir) });
}

/** On the days that the clocks change, with the name of the clock. */
function clockAt(end, start) {
  const changes = midnight(start, 1) - midnight(start) !== 24 * HOUR;
  return changes ? `${format.clock(end)} ${format.clockName(start)}` : format.clock(end);
}

/** What a value of the figure is counted in. */
export function unitOf(figure) {
  return isCount(figure) ? t('figure.unit') : format.unit(state.properties.get(figure.property)?.unit);
}

/** "830 Querungen", "7,33 µg/m³", "gut" */
export function valueWords(figure, value) {
  if (value === null || value === undefined) return t('figure.nothing');
  return INDICES.includes(figure.property) ? classWord(figure, value) : `${format.exact(value)} ${unitOf(figure)}`.trim();
}

/** The word of a class; the European levels are numbered. */
export function classWord({ property }, found) {
  return property === 'european_aqi_2024' ? t('figure.level', { n: found }) : airWord(found);
}

/** The word of a remark. */
export function flagWord(flag) {
  return knows(`flag.${flag}`) ? t(`flag.${flag}`) : flag;
}

/** Pollutants by their names. */
export function pollutants(ids) {
  return ids.map((id) => (knows(`${id}.short`) ? t(`${id}.short`) : format.propertyName(state.properties.get(id), id))).join(', ');
}
