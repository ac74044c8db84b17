/** Numbers and times as people of the chosen language write them. */
import { language, t } from './i18n.js';
import { HOUR, ZONE, civil } from './time.js';

/** UCUM codes as they are printed. */
const UNITS = {
  'ug/m3': 'µg/m³',
  'mg/m3': 'mg/m³',
  Cel: '°C',
  '[ppb]': 'ppb',
  '[ppm]': 'ppm',
  'dB[A]': 'dB(A)',
  'dB(A)': 'dB(A)',
  'dB[SPL]': 'dB',
  1: '',
  '{#}': '',
  '{count}': '',
  'W.h': 'Wh',
  'kW.h': 'kWh',
  'dB[mW]': 'dBm',
  mm: 'mm',
};

const cache = new Map();
function formatter(kind, options) {
  const key = `${language()} ${kind} ${JSON.stringify(options)}`;
  if (!cache.has(key)) cache.set(key, new Intl[kind](language() === 'de' ? 'de-DE' : 'en-GB', options));
  return cache.get(key);
}

/** A number with at most `digits` decimals, all of them shown when `fixed`. */
export function number(value, digits = 0, fixed = true) {
  if (value === null || value === undefined) return '–';
  const clean = Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value; // no "-0"
  return formatter('NumberFormat', { maximumFractionDigits: digits, minimumFractionDigits: fixed ? digits : 0 }).format(clean);
}

/** A share 0..1 as whole per cent; 100 only when nothing is missing. */
export function percent(share) {
  const whole = share < 1 ? Math.min(99, Math.round(share * 100)) : 100;
  return `${number(whole)} %`;
}

/** A change as signed whole per cent, with a true minus. */
export function change(ratio) {
  const whole = Math.round((ratio - 1) * 100);
  return `${whole > 0 ? '+' : whole < 0 ? '−' : '±'}${number(Math.abs(whole))} %`;
}

/** A change in thousandths as signed per cent. */
export function permille(change) {
  return `${change > 0 ? '+' : change < 0 ? '−' : '±'}${number(Math.abs(change) / 10, 1, false)} %`;
}

/** A UCUM unit as printed. */
export function unit(code) {
  return UNITS[code] ?? (code?.startsWith('{') ? '' : (code ?? ''));
}

/** A value of a property, without its unit: as many decimals as say something. */
export function value(number_, property) {
  const digits = Math.min(property?.decimals ?? 1, property?.unit === 'V' ? 2 : 1);
  return number(number_, digits);
}

/** 14:15 */
export function clock(ms) {
  return formatter('DateTimeFormat', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' }).format(ms);
}

/** 14:15:03 */
export function seconds(ms) {
  return formatter('DateTimeFormat', { timeZone: ZONE, hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms);
}

/** 24. Nov. */
export function day(ms) {
  return formatter('DateTimeFormat', { timeZone: ZONE, day: 'numeric', month: 'short' }).format(ms);
}

/** 27.–30. Aug.; of one day alone that day */
export function days(from, to) {
  return formatter('DateTimeFormat', { timeZone: ZONE, day: 'numeric', month: 'short' }).formatRange(from, to);
}

/** Nov 26 */
export function monthName(ms) {
  return formatter('DateTimeFormat', { timeZone: ZONE, month: 'short', year: '2-digit' }).format(ms);
}

/** Tue, 24 Nov, 14:15 */
export function moment(ms) {
  return formatter('DateTimeFormat', {
    timeZone: ZONE,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(ms);
}

/** Sat, 28 November 2026; of the days of air, which keep to CET all year, with `cet`. */
export function date(ms, cet = false) {
  return formatter('DateTimeFormat', {
    timeZone: cet ? 'Etc/GMT-1' : ZONE,
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(ms);
}

/** 11.12.2026 */
export function shortDate(ms) {
  return formatter('DateTimeFormat', { timeZone: 'UTC', day: '2-digit', month: '2-digit', year: 'numeric' }).format(ms);
}

/** A number that was written with a decimal comma, as the chosen language writes it. */
export function localDecimals(text) {
  return language() === 'de' ? text : text.replace(',', '.');
}

/** The name of the city's clock at an instant: CET or CEST. */
export function clockName(ms) {
  const parts = formatter('DateTimeFormat', { timeZone: ZONE, hour: 'numeric', timeZoneName: 'short' }).formatToParts(ms);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** A number with all the decimals that it was told with. */
export function exact(value) {
  if (value === null || value === undefined) return '–';
  return number(value, Math.min(6, String(value).split('.')[1]?.length ?? 0));
}

/** A difference with its sign, with a true minus. */
export function signed(value) {
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${exact(Math.abs(value))}`;
}

/** 24 Nov 2026, 14:15:03 */
export function instant(at) {
  return formatter('DateTimeFormat', {
    timeZone: ZONE,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(Date.parse(at));
}

/** Sat, 28 November 2026, 14:15; for what is cited. */
export function minute(ms) {
  return `${date(ms)}, ${clock(ms)}`;
}

/** Seconds today, date and time before. */
export function seen(at) {
  const ms = Date.parse(at);
  return Date.now() - ms < 12 * HOUR ? seconds(ms) : moment(ms);
}

/** The minute it began: time today, with the date before. */
export function since(at) {
  const ms = Date.parse(at);
  return Date.now() - ms < 12 * HOUR ? clock(ms) : moment(ms);
}

/** "14–15 Uhr"; of an hour that still runs "seit 14 Uhr". `start` in UTC ms. */
export function hour(start) {
  return t(start + HOUR > Date.now() ? 'hour.running' : 'hour.full', { from: civil(start).hour, to: civil(start + HOUR).hour });
}

/** Bytes, as B or kB. */
export function bytes(size) {
  return size < 1000 ? `${number(size)} B` : `${number(size / 1000, 1)} kB`;
}

/** The name of a property in the chosen language. */
export function propertyName(property, id) {
  return property?.[`name_${language()}`] ?? id;
}

/** A count as short as it can be read: "12,5 Tsd." */
export function compact(value) {
  return formatter('NumberFormat', { notation: value >= 10_000 ? 'compact' : 'standard', maximumFractionDigits: 1 }).format(value);
}
