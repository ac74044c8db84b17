/** An alert in words: what is the cause, whom it concerns, what is to be done. */
import { lampOf, switchPoints } from './cause-rules.js';
import { h } from './dom.js';
import { duration } from './fleet-row.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { severityMark } from './reason-words.js';
import { state } from './state.js';
import { count } from './targets.js';

/** Marks by shape, colour and word, as those of the quarantine. */
const MARKS = { act: 'fault', watch: 'warning', note: 'note' };
/** So many lamps are named, more are counted. */
const NAMED = 3;

/** The mark of how urgent it is. */
export function urgency({ severity }) {
  return severityMark(MARKS[severity] ?? 'warning', true);
}

/** "Gateway Rathaus schweigt" */
export function causeWord({ rule, cause, figures }) {
  const name = cause.name || cause.id;
  if (rule === 'battery' && Number.isFinite(figures?.days_left))
    return t('cause.battery.days', { name, n: format.number(figures.days_left) });
  if (rule === 'counter_jump' && Number.isFinite(figures?.left_out))
    return t('cause.counter_jump.crossings', { name, n: format.number(figures.left_out) });
  return knows(`cause.${rule}`) ? t(`cause.${rule}`, { name }) : `${rule}: ${name}`;
}

/** "23 Masten, seit 16:04 · Schaltstelle 118" */
export function concerns(alert) {
  const { poles, since, until } = alert;
  const where =
    poles.length === 0
      ? null
      : poles.length <= NAMED
        ? t('cause.lamps', { lamps: poles.map(lampOf).join(', ') })
        : count('cause.pole', poles.length);
  const when = until
    ? t('cause.span', { from: format.since(since), to: format.since(until) })
    : t('target.since', { time: format.since(since) });
  const points = switchPoints(alert);
  return [
    [where, when].filter(Boolean).join(', '),
    ...(points.length ? [t('cause.switch', { points: points.slice(0, NAMED).join(', ') })] : []),
  ].join(' · ');
}

/** "Strom am Mast 0412 prüfen · Ersatzteil SPS30" */
export function stepWord({ next_step: step, poles }) {
  const lamp = poles[0] ? t('cause.lamp', { lamp: lampOf(poles[0]) }) : '';
  const word = knows(`do.${step.code}`) ? t(`do.${step.code}`, { lamp }).replace(/ {2,}/g, ' ').trim() : step.code;
  return [word, step.part && t('cause.part', { part: step.part })].filter(Boolean).join(' · ');
}

/** The same, and in bold whether somebody has to go there. */
export function step(alert) {
  return alert.next_step.trip ? [h('b', {}, t('cause.trip')), ' ', stepWord(alert)] : [stepWord(alert)];
}

/** Figures by rule, as far as there is a word for them. */
export function figureWords({ figures }) {
  const property = state.properties.get(figures?.property);
  return Object.entries(figures ?? {})
    .filter(([name, value]) => value !== null && knows(`cause.figure.${name}`))
    .map(([name, value]) => [t(`cause.figure.${name}`), figure(name, value, property)]);
}

/** What a figure is measured in says its name; values and thresholds are in the unit of their property. */
function figure(name, value, property) {
  if (name === 'property') return format.propertyName(property, value);
  if (name === 'hour' || name.endsWith('_at')) return format.moment(Date.parse(value));
  if (name.endsWith('_permille')) return `${format.number(value / 10, 1)} %`;
  if (name === 'offset_s') return `${format.signed(value)} s`;
  if (name.endsWith('_s')) return duration(value);
  if (name.endsWith('_mib')) return `${format.number(value)} MiB`;
  if (typeof value !== 'number') return String(value);
  return [format.exact(value), ['value', 'above', 'level'].includes(name) ? format.unit(property?.unit) : null]
    .filter(Boolean)
    .join('\u00a0');
}
