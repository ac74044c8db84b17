/** Why something is in quarantine: word, meaning, remedy and whose the matter is. */
import { list } from './api.js';
import { h, svg } from './dom.js';
import { knows, t } from './i18n.js';
import { changed } from './state.js';

/** @type {Map<string, any>} what the interface says of each reason, by code */
let told = new Map();

/** Asks once which reasons there are. */
export async function loadReasons() {
  if (told.size) return;
  told = new Map((await list('reasons')).map((reason) => [reason.code, reason]));
  changed('reasons');
}

function word(kind, code, otherwise) {
  return knows(`${kind}.${code}`) ? t(`${kind}.${code}`) : otherwise;
}

/** "Gerät unbekannt" */
export function reasonWord(code) {
  return word('reason', code, code);
}

/** What happened, as a sentence. */
export function meaning(code) {
  return word('meaning', code, told.get(code)?.meaning ?? '');
}

/** What to do about it. */
export function remedy(code) {
  return word('step', code, told.get(code)?.remedy ?? '');
}

/** Whose the matter is: `note`, `warning` or `fault`; a warning as long as it is not known. */
export function severity(code) {
  return told.get(code)?.severity ?? 'warning';
}

/** Whether reading its messages anew can help. */
export function replayable(code) {
  return told.get(code)?.replayable ?? false;
}

/** The severity as a shape: a ring, a triangle, a square. Its word stands beside it or is its label. */
export function severityMark(kind, labelled = false) {
  const drawn = { note: 'M8 3a5 5 0 1 0 0 10A5 5 0 1 0 8 3Z', warning: 'M8 2.5 14 13.5H2Z', fault: 'M3 3h10v10H3Z' }[kind];
  const label = labelled ? { role: 'img', 'aria-label': t(`severity.${kind}`) } : { 'aria-hidden': 'true' };
  return svg('svg', { viewBox: '0 0 16 16', width: 14, height: 14, class: `mark severity ${kind}`, ...label }, svg('path', { d: drawn }));
}

/** "△ Warnung: Sache des Absenders oder der Register" */
export function severityTag(code) {
  const kind = severity(code);
  return h('span', { class: `severity-tag ${kind}` }, severityMark(kind), t(`severity.${kind}`));
}
