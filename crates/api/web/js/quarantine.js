/** What was refused, with reason, bytes and the next step. */
import { get } from './api.js';
import { find, h, setText } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { reveal } from './reveal.js';
import { route } from './route.js';
import { state } from './state.js';
import { broken, head, skeleton } from './states.js';

const PAGE = 6;
const view = { reason: '', items: null, next: null, error: null };
let note = null;
let counted = null;
let asked = 0;

/** Follows the address and loads the first page. */
export function startQuarantine() {
  addEventListener('hashchange', follow);
  if (!follow()) loadPage(true);
}

function follow() {
  const wanted = route().quarantine;
  if (wanted === undefined) return false;
  view.reason = wanted;
  loadPage(true);
  reveal(() => find('#quarantine'), 'nearest');
  return true;
}

/** Asks anew when the number of refused messages changed, not more often than every 5 s. */
export function freshenQuarantine() {
  drawNote();
  const now = state.ledger?.quarantined ?? null;
  if (now === null || now === counted || Date.now() - asked < 5000) return;
  if (view.items && view.items.length > PAGE) return; // a reader has gone deeper
  counted = now;
  loadPage(true);
}

async function loadPage(first) {
  asked = Date.now();
  try {
    const answer = await get('quarantine', { reason: view.reason || null, limit: PAGE, cursor: first ? null : view.next });
    view.items = first ? answer.items : [...view.items, ...answer.items];
    view.next = answer.next;
    view.error = null;
  } catch (error) {
    view.error = error.message;
  }
  drawQuarantine();
}

function drawNote() {
  const total = state.ledger?.quarantined;
  setText(note, total ? t('quarantine.note', { n: format.number(total) }) : '');
}

/** Draws the card. */
export function drawQuarantine() {
  note = h('span', { class: 'note' });
  drawNote();
  find('#quarantine').replaceChildren(head('quarantine-title', t('quarantine.title'), null, note), ...content());
}

function content() {
  if (view.error && !view.items) return [broken(view.error, () => loadPage(true))];
  if (!view.items) return [skeleton()];
  const filter = reasons();
  if (view.items.length === 0) return [h('div', { class: 'state' }, h('p', { class: 'state-word' }, t('quarantine.empty')), h('p', { class: 'note' }, t('quarantine.emptyHelp')))];
  const more = view.next && h('button', { type: 'button', class: 'btn', onclick: () => loadPage(false) }, t('quarantine.more'));
  return [filter, table(), more].filter(Boolean);
}

/** The reasons of the ledger, each with its number. */
function reasons() {
  const terms = (state.equations ?? []).find(({ name }) => name === 'messages')?.terms ?? [];
  const found = terms.filter(({ name, reason, value }) => name === 'quarantined' && reason && value > 0);
  if (found.length === 0) return null;
  const link = (reason, text) => h('a', { href: `#quarantine=${reason}`, class: 'chip', 'aria-current': view.reason === reason ? 'true' : null }, text);
  return h('nav', { class: 'reasons', 'aria-label': t('quarantine.filter') }, link('', t('quarantine.all')), found.map(({ reason, value }) => link(reason, `${word('reason', reason)} ${format.number(value)}`)));
}

function word(kind, reason) {
  return knows(`${kind}.${reason}`) ? t(`${kind}.${reason}`) : reason;
}

function table() {
  const columns = ['reason', 'detail', 'from', 'when', 'step'];
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('quarantine.caption') }, h('table', { class: 'refused' },
    h('thead', {}, h('tr', {}, columns.map((column) => h('th', { scope: 'col' }, t(`quarantine.${column}`))))),
    h('tbody', {}, view.items.map(row))));
}

function row(item) {
  const cell = (column, ...inside) => h('td', { 'data-column': t(`quarantine.${column}`) }, ...inside);
  return h('tr', {},
    h('th', { scope: 'row' }, word('reason', item.reason)),
    cell('detail', h('div', {}, item.detail), content64(item)),
    cell('from', h('div', {}, h('code', {}, item.device ?? '–')), h('div', { class: 'note path' }, item.topic ?? '')),
    cell('when', format.moment(Date.parse(item.received_at))),
    cell('step', word('step', item.reason)));
}

function content64(item) {
  if (item.size === null) return null; // the journal no longer has it
  return h('details', {}, h('summary', {}, t('quarantine.bytes', { size: format.bytes(item.size) })), h('pre', {}, printable(item.payload_base64)));
}

/** Text where it is text, else the first bytes in hexadecimal. */
function printable(base64) {
  const bytes = Uint8Array.from(atob(base64 ?? ''), (char) => char.charCodeAt(0));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!/[\u0000-\u0008\u000e-\u001f]/.test(text)) return text;
  } catch { /* no text */ }
  const hex = [...bytes.slice(0, 256)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${t('quarantine.binary')}: ${hex}${bytes.length > 256 ? ' …' : ''}`;
}
