/** All devices, those that need attention first. Only one page of them is ever in the document, so ten thousand cost what ten do. */
import { load } from './data.js';
import { connection, findable, inOrder, problems } from './device-rules.js';
import { bars, connectionTag, gatewayName, problemWord, quality, share, strength } from './device-words.js';
import { find, h, keepFocus, setText } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { state } from './state.js';
import { head, instead } from './states.js';

const PAGE = 10;
const COLUMNS = ['device', 'pole', 'connection', 'state', 'seen', 'loss', 'signal', 'joined'];
/** What stands where there is nothing to tell. */
const NONE = '–';
const wanted = { text: '', connection: 'all', page: 0 };
let parts = {};
/** The devices in order, and the words each is found by. */
let ordered = [];
let words = new Map();

/** Draws the card anew (language, first data). */
export function drawDevices() {
  const other = instead('devices', !state.devices?.size, t('devices.empty'), () => load('devices'));
  parts = { note: h('span', { class: 'note' }), rows: h('tbody'), found: h('span', { class: 'note', role: 'status' }), pager: h('div', { class: 'pager' }), choices: h('div', { class: 'chooser', role: 'group', 'aria-label': t('devices.connection') }) };
  const title = head('devices-title', t('devices.title'), null, parts.note);
  if (other) return find('#devices').replaceChildren(title, other);
  find('#devices').replaceChildren(title, tools(), table(), parts.pager);
  return freshenDevices();
}

/** Works new figures in; what the reader typed and where they are stays. */
export function freshenDevices() {
  if (!parts.rows?.isConnected) { drawDevices(); return; }
  ordered = inOrder([...state.devices.values()]);
  words = new Map(ordered.map((device) => [device, findable(device, state.poles.get(device.pole)?.name)]));
  setText(parts.note, summary());
  drawChoices();
  drawRows();
}

function summary() {
  const count = (of) => ordered.filter((device) => device.state === of).length;
  const told = ['silent', 'never', 'reporting'].map((of) => ({ of, n: count(of) })).filter(({ n }) => n > 0);
  return told.map(({ of, n }) => t(`devices.${of}`, { n: format.number(n) })).join(' · ');
}

function tools() {
  const typed = (event) => { wanted.text = event.target.value; wanted.page = 0; drawRows(); };
  return h('div', { class: 'tools' },
    h('input', { type: 'search', class: 'search', value: wanted.text, placeholder: t('devices.search'), 'aria-label': t('devices.search'), spellcheck: 'false', oninput: typed }),
    parts.choices, parts.found);
}

function drawChoices() {
  const counts = { all: ordered.length, lorawan: 0, mqtt: 0 };
  for (const device of ordered) counts[connection(device)] += 1;
  const choice = ([name, n]) => h('button', { type: 'button', 'aria-pressed': String(wanted.connection === name), 'data-focus': name, onclick: () => choose(name) }, `${t(`devices.${name}`)} ${format.number(n)}`);
  keepFocus(parts.choices, () => parts.choices.replaceChildren(...Object.entries(counts).map(choice)));
}

function choose(name) {
  wanted.connection = name;
  wanted.page = 0;
  drawChoices();
  drawRows();
}

function chosen() {
  const asked = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  return ordered.filter((device) => (wanted.connection === 'all' || connection(device) === wanted.connection) && asked.every((word) => words.get(device).includes(word)));
}

function table() {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('devices.caption') }, h('table', { class: 'things devices' },
    h('thead', {}, h('tr', {}, COLUMNS.map((column) => h('th', { scope: 'col', class: `c-${column}` }, t(`devices.${column}`))))), parts.rows));
}

function drawRows() {
  const found = chosen();
  const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
  wanted.page = Math.min(wanted.page, last);
  keepFocus(parts.rows, () => parts.rows.replaceChildren(...found.slice(wanted.page * PAGE, (wanted.page + 1) * PAGE).map(row)));
  const narrowed = found.length < ordered.length;
  setText(parts.found, found.length === 0 ? t('devices.none') : narrowed ? t('devices.found', { n: format.number(found.length), total: format.number(ordered.length) }) : '');
  drawPager(found.length, last);
}

function drawPager(total, last) {
  parts.pager.hidden = last === 0;
  const from = wanted.page * PAGE + 1;
  const turn = (key, to) => h('button', { type: 'button', class: 'btn', 'data-focus': key, disabled: to < 0 || to > last, onclick: () => turnTo(to) }, t(`devices.${key}`));
  const where = t('devices.range', { from: format.number(from), to: format.number(Math.min(from + PAGE - 1, total)), total: format.number(total) });
  keepFocus(parts.pager, () => parts.pager.replaceChildren(turn('back', wanted.page - 1), h('span', { class: 'note' }, where), turn('next', wanted.page + 1)));
}

function turnTo(page) {
  wanted.page = page;
  drawRows();
  if (!parts.pager.contains(document.activeElement)) parts.pager.querySelector('button:not([disabled])')?.focus({ preventScroll: true }); // there is no further page
}

function row(device) {
  const cell = (column, ...inside) => h('td', { class: `c-${column}${inside[0] === NONE ? ' none' : ''}`, 'data-column': t(`devices.${column}`) }, inside);
  const radio = device.lorawan;
  return h('tr', { 'data-device': device.id, 'data-connection': connection(device), 'data-activation': radio?.activation ?? null },
    h('th', { scope: 'row', class: 'c-device' }, h('a', { href: address('device', device.id), 'data-focus': device.id }, h('code', {}, device.id)), h('div', { class: 'note' }, device.profile)),
    cell('pole', h('a', { href: address('pole', device.pole), class: 'quiet', 'data-focus': `pole of ${device.id}` }, device.pole), h('div', { class: 'note' }, state.poles.get(device.pole)?.place ?? '')),
    cell('connection', connectionTag(device)),
    cell('state', ...stateOf(device)),
    cell('seen', device.last_received_at ? format.seen(device.last_received_at) : NONE),
    cell('loss', ...lossOf(radio)),
    cell('signal', ...signalOf(radio)),
    cell('joined', radio?.last_join ? format.moment(Date.parse(radio.last_join)) : NONE));
}

function stateOf(device) {
  const worst = problems(device).find(({ kind }) => kind !== device.state && kind !== 'loss');
  return [h('span', { class: `chip is-${device.state}` }, t(`state.${device.state}`)), worst ? h('div', { class: 'note' }, problemWord(worst)) : null];
}

function lossOf(radio) {
  if (!radio || radio.received + radio.lost === 0) return [NONE];
  const much = problems({ lorawan: radio }).some(({ kind }) => kind === 'loss');
  return [h('span', { class: much ? 'warn' : null }, share(radio.loss)), h('div', { class: 'note' }, t('devices.lost', { n: format.number(radio.lost), total: format.number(radio.received + radio.lost) }))];
}

function signalOf(radio) {
  const best = radio?.gateways[0];
  if (!best) return [NONE];
  return [h('div', { class: 'heard' }, bars(best), h('span', { class: 'gateway-name' }, gatewayName(best))), h('div', { class: 'note' }, [strength(best), ...quality(best)].join(' · '))];
}
