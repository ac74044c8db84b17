/** The fleet: a table of all devices, of which only the rows that are seen are in the document. */
import { load } from './data.js';
import { connection, findable } from './device-rules.js';
import { find, h, keepFocus, setText } from './dom.js';
import { COLUMNS, fleetRow } from './fleet-row.js';
import { ALL, chosen, direction, picked, SORTS, sortedAnew } from './fleet-rules.js';
import { drawViews } from './fleet-views.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { rowsWindow, windowBox } from './rows-window.js';
import { state } from './state.js';
import { head, instead } from './states.js';

let wanted = ALL;
let parts = {};
/** The devices that are shown, in their order. */
let shown = [];
/** How many devices each ready view has. */
let counts = {};
/** The words each device is found by; made when somebody looks for one. */
let words = new WeakMap();

/** Draws the card anew (language, first data). */
export function drawDevices() {
  const other = instead('devices', !state.devices?.size, t('devices.empty'), () => load('devices'));
  const title = head('devices-title', t('devices.title'), null, h('span', { class: 'note' }));
  if (other) {
    parts = {};
    find('#devices').replaceChildren(title, other);
    return;
  }
  parts = {
    note: title.querySelector('.note'),
    heads: h('tr', { role: 'row' }),
    body: h('tbody', { role: 'rowgroup' }),
    found: h('span', { class: 'note', role: 'status' }),
    views: h('div', { class: 'tools views' }),
    choices: h('div', { class: 'chooser', role: 'group', 'aria-label': t('devices.connection') }),
  };
  const table = h(
    'table',
    { class: 'things devices', role: 'table', 'aria-label': t('devices.caption') },
    h('thead', { role: 'rowgroup' }, parts.heads),
    parts.body,
  );
  const box = windowBox(t('devices.scroll'), table);
  parts.window = rowsWindow(box, parts.body, (index) => fleetRow(shown[index]));
  find('#devices').replaceChildren(title, tools(), parts.views, box);
  freshenDevices();
}

/** Works new figures in; what the reader typed and where they are stays. */
export function freshenDevices() {
  if (!parts.body?.isConnected) {
    drawDevices();
    return;
  }
  words = new WeakMap(); // poles may have other names
  const devices = [...state.devices.values()];
  counts = picked(devices);
  setText(parts.note, summary(devices));
  drawChoices();
  showAgain();
}

/** Each second: how long ago the devices that are seen were heard. */
export function tickDevices() {
  if (state.view === 'betrieb' && parts.body?.isConnected) parts.window.tick();
}

/** The page is wider or narrower, or the view is shown again: rows may be of another height. */
export function resizeDevices() {
  if (parts.body?.isConnected) parts.window.resize(shown.length);
}

function summary(devices) {
  const count = (of) => devices.filter((device) => device.state === of).length;
  const told = ['silent', 'never', 'reporting'].map((of) => ({ of, n: count(of) })).filter(({ n }) => n > 0);
  return told.map(({ of, n }) => t(`devices.${of}`, { n: format.number(n) })).join(' · ');
}

function tools() {
  const typed = (event) => want({ ...wanted, text: event.target.value });
  parts.search = h('input', {
    type: 'search',
    class: 'search',
    value: wanted.text,
    placeholder: t('devices.search'),
    'aria-label': t('devices.search'),
    spellcheck: 'false',
    oninput: typed,
  });
  parts.order = h(
    'select',
    {
      class: 'search order',
      'aria-label': t('fleet.sort'),
      onchange: (event) => want({ ...wanted, sort: event.target.value, reversed: false }),
    },
    SORTS.map((sort) => h('option', { value: sort }, t(sort === 'attention' ? 'fleet.byAttention' : `devices.${sort}`))),
  );
  return h(
    'div',
    { class: 'tools' },
    parts.search,
    parts.choices,
    parts.order,
    parts.found,
    h('a', { class: 'table-link', href: '/api/v1/devices?csv=excel_de', download: '' }, t('fleet.table')),
  );
}

function drawChoices() {
  const counts = { all: state.devices.size, lorawan: 0, mqtt: 0 };
  for (const device of state.devices.values()) counts[connection(device)] += 1;
  const choice = ([name, n]) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(wanted.connection === name),
        'data-focus': name,
        onclick: () => want({ ...wanted, connection: name }),
      },
      `${t(`devices.${name}`)} ${format.number(n)}`,
    );
  keepFocus(parts.choices, () => parts.choices.replaceChildren(...Object.entries(counts).map(choice)));
}

function drawHeads() {
  const sort = (column) => want({ ...wanted, ...sortedAnew(wanted, column) });
  const cell = (column) => {
    const by = column === 'state' ? 'attention' : column;
    return h(
      'th',
      { scope: 'col', role: 'columnheader', class: `c-${column}`, 'aria-sort': direction(wanted, by) },
      h('button', { type: 'button', 'data-focus': `sort ${column}`, onclick: () => sort(by) }, t(`devices.${column}`)),
    );
  };
  keepFocus(parts.heads, () => parts.heads.replaceChildren(...COLUMNS.map(cell)));
}

/** Another choice of the reader: from the first row on. */
function want(now) {
  wanted = now;
  if (parts.search.value !== wanted.text) parts.search.value = wanted.text;
  drawChoices();
  parts.body.closest('.window').scrollTop = 0;
  parts.window.active = 0;
  showAgain();
}

function showAgain() {
  const devices = [...state.devices.values()];
  shown = chosen(devices, wanted, { now: Date.now(), wordsOf });
  parts.order.value = wanted.sort;
  drawHeads();
  drawViews(parts.views, counts, wanted, want);
  const narrowed = shown.length < devices.length;
  setText(
    parts.found,
    shown.length === 0
      ? t('devices.none')
      : narrowed
        ? t('devices.found', { n: format.number(shown.length), total: format.number(devices.length) })
        : '',
  );
  parts.window.resize(shown.length);
}

function wordsOf(device) {
  if (!words.has(device)) words.set(device, findable(device, state.poles.get(device.pole)?.name));
  return words.get(device);
}
