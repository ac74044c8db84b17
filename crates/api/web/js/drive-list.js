/** The list of a drive, to print: stop by stop what is to be done at which lamp, and which spare parts to take along. */
import { failed } from './answer.js';
import { active } from './cause-data.js';
import { drive, lampOf, parts } from './cause-rules.js';
import { causeWord, stepWord } from './cause-words.js';
import { find, h, keepFocus } from './dom.js';
import { addDrawer } from './drawer.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { panelTop } from './panel-top.js';
import { on } from './state.js';
import { skeleton } from './states.js';

let isOpen = false;

/** Follows the address. */
export function startDriveList() {
  addDrawer('drive', {
    root: find('#drive'),
    opened: () => {
      isOpen = true;
      active.load();
      draw();
    },
    closed: () => {
      isOpen = false;
    },
    home: () => document.querySelector('[data-focus=drive]'),
  });
  on(['alerts', 'language'], () => isOpen && draw());
}

function draw() {
  const stops = active.value ? drive(active.value.alerts, Date.now()) : null;
  const print = stops?.length
    ? h('button', { type: 'button', class: 'btn primary', 'data-focus': 'print', onclick: () => window.print() }, t('drive.print'))
    : null;
  const at = active.at ? t('tile.asOf', { time: format.minute(active.at) }) : '';
  const panel = find('#drive');
  keepFocus(panel, () =>
    panel.replaceChildren(
      panelTop([h('h2', { id: 'drive-title' }, t('drive.title')), h('p', { class: 'note' }, at)], print),
      h('div', { class: 'body' }, inside(stops)),
    ),
  );
}

function inside(stops) {
  if (!stops) return active.error ? failed(active.error, active.load) : skeleton();
  if (stops.length === 0)
    return h('div', { class: 'state' }, h('p', { class: 'state-word' }, t('drive.none')), h('p', { class: 'note' }, t('drive.noneHelp')));
  const needed = parts(stops);
  return h(
    'section',
    {},
    needed.length
      ? h(
          'p',
          { class: 'take-along' },
          h('b', {}, t('drive.parts')),
          ' ',
          needed.map(({ part, n }) => `${format.number(n)} × ${part}`).join(' · '),
        )
      : null,
    h(
      'table',
      { class: 'things drive-table', 'aria-label': t('drive.title') },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['lamp', 'place', 'task', 'part', 'done'].map((column) => h('th', { scope: 'col', class: `c-${column}` }, t(`drive.${column}`))),
        ),
      ),
      h('tbody', {}, stops.map(stop)),
    ),
  );
}

function stop({ pole, tasks }) {
  const task = ({ alert, others }) =>
    h(
      'p',
      {},
      h('b', {}, stepWord({ ...alert, poles: [pole], next_step: { ...alert.next_step, part: null } })),
      h('span', { class: 'note' }, ` ${causeWord(alert)}${others > 0 ? ` · ${t('drive.others', { n: format.number(others) })}` : ''}`),
    );
  const needed = [...new Set(tasks.map(({ alert }) => alert.next_step.part).filter(Boolean))];
  const where = `${format.number(pole.lat, 5)}; ${format.number(pole.lon, 5)}`;
  return h(
    'tr',
    { 'data-stop': pole.id },
    h(
      'th',
      { scope: 'row', class: 'c-lamp' },
      h('b', {}, lampOf(pole)),
      pole.switch_point ? h('div', { class: 'note' }, t('cause.switch', { points: pole.switch_point })) : null,
    ),
    h('td', { class: 'c-place' }, pole.name, h('div', { class: 'note' }, where)),
    h('td', { class: 'c-task' }, tasks.map(task)),
    h('td', { class: 'c-part' }, needed.join(', ') || '–'),
    h('td', { class: 'c-done' }, h('span', { class: 'box', 'aria-hidden': 'true' })),
  );
}
