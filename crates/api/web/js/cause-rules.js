/** Causes of what is wrong, from `/alerts`: since when the morning looks back, the first sentence, the list of a drive. Pure. */
import { civil, HOUR, instant, midnight } from './time.js';

/** The hour of the day before from which on the morning looks back: when the last shift went home. */
const SHIFT_ENDS = 16;
/** Numbers up to here are words in a sentence. */
const WORDS = {
  de: ['keine', 'eine', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun', 'zehn', 'elf', 'zwölf'],
  en: ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
};
const SEVERITIES = ['act', 'watch', 'note'];

/** 16 o'clock of the day before, UTC ms. */
export function lookBack(now) {
  const { year, month, day } = civil(midnight(now, -1));
  const two = (n) => String(n).padStart(2, '0');
  return instant(`${year}-${two(month)}-${two(day)}T${SHIFT_ENDS}:00`);
}

/**
 * The first sentence: "Seit gestern 16 Uhr: vier Ursachen, eine Fahrt."
 * @param {{causes:number, trips:number}} summary
 * @param {'de'|'en'} language
 */
export function headline({ causes, trips }, language) {
  const said = (n) => WORDS[language][n] ?? String(n);
  if (language === 'de') {
    const what =
      causes === 0
        ? 'nichts Neues'
        : `${said(causes)} ${causes === 1 ? 'Ursache' : 'Ursachen'}, ${said(trips)} ${trips === 1 ? 'Fahrt' : 'Fahrten'}`;
    return `Seit gestern 16 Uhr: ${what}.`;
  }
  const what =
    causes === 0 ? 'nothing new' : `${said(causes)} ${causes === 1 ? 'cause' : 'causes'}, ${said(trips)} ${trips === 1 ? 'trip' : 'trips'}`;
  return `Since yesterday 4 p.m.: ${what}.`;
}

/** Whether somebody wants to be told of it now. */
export function isMuted({ muted_until: until }, now) {
  return until !== null && until !== undefined && Date.parse(until) > now;
}

/** Those that need somebody first: neither seen nor muted, the worst, the oldest. */
export function inOrder(alerts, now) {
  const rank = (alert) =>
    [alert.state === 'closed', isMuted(alert, now), Boolean(alert.acknowledged), SEVERITIES.indexOf(alert.severity)].map(Number);
  return [...alerts].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const at = left.findIndex((value, index) => value !== right[index]);
    return at >= 0 ? left[at] - right[at] : Date.parse(a.since) - Date.parse(b.since) || (a.id < b.id ? -1 : 1);
  });
}

/** How a lamp is called on the way: its number, or the pole's id. */
export function lampOf({ lamp, id }) {
  return lamp || id;
}

/** The switch points of its poles, each once. */
export function switchPoints({ poles }) {
  return [...new Set(poles.map(({ switch_point: point }) => point).filter(Boolean))];
}

/**
 * The list of a drive: stops, each with what is to be done there. Of a cause with many poles the first one is gone to, as that
 * of a gateway or a switch point is one fault; the others stand beside it.
 * @param {any[]} alerts
 * @returns {{pole:any, tasks:{alert:any, others:number}[]}[]} by switch point, then by lamp
 */
export function drive(alerts, now) {
  const stops = new Map();
  for (const alert of inOrder(alerts, now)) {
    if (!alert.next_step?.trip || alert.state !== 'active' || isMuted(alert, now)) continue;
    const each = ['gateway', 'switch_point'].includes(alert.cause.kind) ? alert.poles.slice(0, 1) : alert.poles;
    for (const pole of each) {
      const stop = stops.get(pole.id) ?? { pole, tasks: [] };
      stop.tasks.push({ alert, others: alert.poles.length - each.length });
      stops.set(pole.id, stop);
    }
  }
  const place = ({ pole }) => `${pole.switch_point ?? '\uffff'} ${lampOf(pole)}`;
  return [...stops.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** Spare parts of a drive, each with how many. */
export function parts(stops) {
  const found = new Map();
  for (const { tasks } of stops)
    for (const { alert } of tasks) if (alert.next_step.part) found.set(alert.next_step.part, (found.get(alert.next_step.part) ?? 0) + 1);
  return [...found].map(([part, n]) => ({ part, n })).sort((a, b) => b.n - a.n || (a.part < b.part ? -1 : 1));
}

/** Ends of a mute that can be chosen: an hour, until tomorrow 7 o'clock, a week, until it is taken back. */
export const MUTES = ['hour', 'morning', 'week', 'none'];

/** @returns {number|null} UTC ms; null takes a mute back */
export function muteUntil(choice, now) {
  if (choice === 'hour') return now + HOUR;
  if (choice === 'morning') return midnight(now, 1) + 7 * HOUR;
  return choice === 'week' ? now + 7 * 24 * HOUR : null;
}

/**
 * What is wrong with a maintenance window that somebody typed: `time` or `order`; null if nothing.
 * @param {{from:string, to:string}} typed civil times
 */
export function windowMistake({ from, to }) {
  const [begin, end] = [instant(from), instant(to)];
  if (begin === null || end === null) return 'time';
  return end <= begin ? 'order' : null;
}
