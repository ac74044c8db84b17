/** The panel of one pole: live values, air, courses, remarks, devices. */
import { list } from './api.js';
import { courseAddress } from './course-cite.js';
import { find, flash, h, keepFocus, setText } from './dom.js';
import { addDrawer } from './drawer.js';
import { figureAddress, minuteOf } from './figure-rules.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { onWindow, showAll } from './live.js';
import { courses } from './pole-course.js';
import { deviceTable } from './pole-devices.js';
import { official } from './pole-official.js';
import { nameOf, remarks } from './pole-remarks.js';
import { sensing } from './pole-sensing.js';
import { leave, route } from './route.js';
import { airWord, isClass, shape } from './shapes.js';
import { on, seriesKey, state } from './state.js';
import { head } from './states.js';
import { traceLink } from './trace-link.js';

const THEMES = ['air_quality', 'air', 'footfall', 'noise', 'weather'];
const REFETCH = 10_000;
let open = null;
let view = {};
let refetch = 0;

/** Follows the address and the state. */
export function startPanel() {
  addDrawer('pole', {
    root: find('#pole'),
    opened,
    closed,
    home: (id) => document.querySelector(`button.pole[data-pole="${CSS.escape(id)}"]`),
  });
  on(['latest'], freshen);
  on(['poles'], () => (open && !view.pole ? draw() : freshenHead()));
  on(['language'], () => open && draw());
  on(['theme', 'size'], () => view.courses?.draw());
  onWindow(({ scope }) => {
    if (open && (scope.id === open || view.pole?.devices.some(({ id }) => id === scope.id))) soon();
  });
  on(['filled'], () => view.courses?.load());
  on(['devices'], () => view.devices && drawDevices());
}

function soon() {
  if (refetch) return;
  refetch = setTimeout(() => {
    refetch = 0;
    view.courses?.load();
  }, REFETCH);
}

function opened(id) {
  open = id;
  view = { frozen: minuteOf(route().as_of) };
  draw();
  showAll(id);
  loadLatest(id);
}

function closed() {
  open = null;
  showAll(null);
  view = {};
  mark();
}

function mark() {
  for (const marker of document.querySelectorAll('button.pole')) {
    marker.setAttribute('aria-expanded', String(marker.dataset.pole === open));
  }
}

async function loadLatest(pole) {
  try {
    for (const item of await list('latest', { pole })) state.latest.set(seriesKey(item), item);
    view.asked = true;
  } catch (error) {
    view.error = error.message;
  }
  if (open === pole) drawBody();
}

function draw() {
  const pole = state.poles.get(open) ?? state.foreign.get(open);
  const close = h('button', { type: 'button', class: 'icon close', 'aria-label': t('pole.close'), onclick: leave }, '×');
  if (!pole) {
    const said = state.loaded.has('poles') ? t('pole.unknown', { id: open }) : t('sentence.loading');
    return find('#pole').replaceChildren(
      h('div', { class: 'top' }, h('h2', { id: 'pole-title' }, open), close),
      h('p', { class: 'note pad' }, said),
    );
  }
  view = {
    ...view,
    pole,
    seen: h('span'),
    chip: h('span', { class: 'chip' }),
    air: h('div', { class: 'air-line' }),
    official: h('div', { class: 'air-line official', 'data-testid': 'official' }),
    body: h('div', { class: 'body' }),
  };
  find('#pole').replaceChildren(
    h(
      'div',
      { class: 'top' },
      h(
        'div',
        {},
        h('h2', { id: 'pole-title' }, pole.name),
        h(
          'p',
          { class: 'note' },
          `${pole.id} · ${pole.place} · `,
          pole.provider ? `${t('foreign.of', { provider: pole.provider })} · ` : '',
          view.seen,
        ),
      ),
      view.chip,
      close,
    ),
    view.air,
    view.official,
    view.body,
  );
  mark();
  freshenHead();
  return drawBody();
}

function freshenHead() {
  if (!open || !view.pole) return;
  view.pole = state.poles.get(open) ?? state.foreign.get(open) ?? view.pole;
  const { pole } = view;
  setText(
    view.seen,
    pole.last_received_at
      ? t('pole.seen', { time: format.seen(pole.last_received_at) })
      : pole.state === 'never'
        ? t('pole.neverSeen')
        : '',
  );
  setText(view.chip, t(`state.${pole.state}`));
  view.chip.className = `chip is-${pole.state}`;
  if (view.airKey === JSON.stringify(pole.air)) return;
  view.airKey = JSON.stringify(pole.air);
  view.air.replaceChildren(...airLine(pole));
  official(pole, view.official);
}

function airLine({ id, air, provider }) {
  const figure = air?.hour && figureAddress({ kind: 'pole', id, property: air.index, step: '1h', start: Date.parse(air.hour) });
  const said = isClass(air?.class) ? h('a', { href: figure }, `${t('pole.air')} ${airWord(air.class)}`) : t('pole.noAir');
  const word = h(
    'p',
    {},
    shape(air?.class, 22),
    h('b', {}, said),
    isClass(air?.class) && air.worst ? h('span', { class: 'note' }, t('pole.worst', { pollutant: t(`${air.worst}.short`) })) : null,
  );
  if (!isClass(air?.class)) return [word];
  const hours = t('pole.airHour', { hours: format.hour(Date.parse(air.hour)), share: format.percent(air.coverage) });
  return [
    word,
    h(
      'p',
      { class: 'note' },
      [hours, air.complete ? '' : t('pole.incomplete'), provider ? t('official.status') : t('sentence.honest')].filter(Boolean).join(' · '),
    ),
  ];
}

function items() {
  const mine = [...state.latest.values()].filter((item) => item.pole === open);
  const rank = (item) => {
    const at = THEMES.indexOf(state.properties.get(item.property)?.theme);
    return at < 0 ? THEMES.length : at;
  };
  const order = [...state.properties.keys()];
  return mine.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      order.indexOf(a.property) - order.indexOf(b.property) ||
      a.device.localeCompare(b.device) ||
      a.channel - b.channel,
  );
}

function drawBody() {
  if (!view.body) return;
  const found = items();
  view.values = new Map();
  if (found.length === 0) {
    const waits = !view.asked && !view.error;
    const counts = sensing(view.pole);
    const empty = state.role === 'public' ? (counts ? 'pole.live.counts' : 'pole.live.none') : 'pole.live.empty';
    const inside = waits ? h('div', { class: 'skeleton block' }) : h('p', { class: 'note' }, view.error ?? t(empty));
    return view.body.replaceChildren(h('section', {}, head(null, t('pole.live')), inside), counts ?? '', devices());
  }
  // what was drawn of the first live value alone is no choice
  const chosen = view.courses?.picked ?? route().property;
  view.courses = courses({ pole: open, items: found, chosen, frozen: view.frozen });
  view.flags = h('section', {});
  view.body.replaceChildren(
    h('section', {}, head(null, t('pole.live'), t('pole.live.note')), h('dl', { class: 'values' }, found.map(valueRow))),
    frozenLine(),
    view.courses.root,
    view.flags,
    sensing(view.pole) ?? '',
    devices(),
  );
  drawFlags(found);
  showFrozen();
  return view.courses.load();
}

/** Courses of an address that is cited stay as they were known; the way back to today. */
function frozenLine() {
  if (view.frozen === null) return '';
  const { pole, frozen } = view;
  const thaw = () => {
    history.replaceState(null, '', courseAddress({ pole: pole.id, chosen: view.courses.chosen }));
    opened(pole.id);
  };
  return h(
    'p',
    { class: 'frozen', 'data-testid': 'frozen', role: 'status' },
    h('span', {}, t('frozen.is', { time: format.minute(frozen) })),
    h('button', { type: 'button', class: 'link', onclick: thaw }, t('frozen.clear')),
  );
}

/** Whoever follows a cited address came for the courses. */
function showFrozen() {
  if (view.frozen === null || view.shownIn === view.body) return;
  view.shownIn = view.body;
  view.body.querySelector('.frozen').scrollIntoView({ block: 'start' });
}

function valueRow(item) {
  const property = state.properties.get(item.property);
  const cells = { value: h('span', { 'data-live': seriesKey(item) }), time: h('dd', { class: 'note' }) };
  view.values.set(seriesKey(item), cells);
  write(cells, item);
  return h(
    'div',
    {},
    h('dt', {}, nameOf(item, items())),
    h('dd', {}, cells.value, ' ', h('small', {}, format.unit(property?.unit ?? item.unit))),
    cells.time,
  );
}

function write({ value, time }, item) {
  setText(value, format.value(item.counted ?? item.value, state.properties.get(item.property)));
  keepFocus(time, () => time.replaceChildren(traceLink(item)));
}

/** Only what changed, as it changes. */
function freshen() {
  const keys = [...state.touched];
  state.touched.clear();
  if (!open || !view.values) return;
  freshenHead();
  let added = false;
  for (const key of keys) {
    const item = state.latest.get(key);
    if (item?.pole !== open) continue;
    const cells = view.values.get(key);
    if (!cells) {
      added = true;
      continue;
    }
    const before = cells.value.textContent;
    write(cells, item);
    if (cells.value.textContent !== before) flash(cells.value);
  }
  if (added) drawBody();
}

function drawFlags(found) {
  view.flags.replaceChildren(head(null, t('pole.flags')), remarks(found));
}

function devices() {
  view.devices = h('section', {});
  drawDevices();
  return view.devices;
}

function drawDevices() {
  view.devices.replaceChildren(head(null, t('pole.devices')), deviceTable(view.pole.devices));
}
