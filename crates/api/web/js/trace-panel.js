/** The panel of one reading's way: from the message that brought it to the windows it counts in and the targets that have it. */
import { answer, shown } from './answer.js';
import { get } from './api.js';
import { figure, named } from './attempt.js';
import { find, h, keepFocus } from './dom.js';
import { addDrawer } from './drawer.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { panelTop } from './panel-top.js';
import { address } from './route.js';
import { on, state } from './state.js';
import { traced } from './trace-rules.js';
import { stations } from './trace-stations.js';

/** A reading just heard is committed, and so found, after so many ms. */
const COMMIT = 2000;
let open = null;
let asked = null;
/** Whether properties had their names when it was drawn; drawing again closes what a reader has opened. */
let knew = false;

/** Follows the address. */
export function startTracePanel() {
  addDrawer('trace', {
    root: find('#trace'),
    opened,
    closed: () => {
      open = null;
    },
    home: (id) => document.querySelector(`a[href="${CSS.escape(address('trace', id))}"]`),
  });
  on(['language'], () => open && draw());
  on(['poles'], () => open && !knew && draw());
}

function opened(id) {
  open = id;
  const mine = answer(
    () => ask(traced(id)),
    () => open === id && asked === mine && draw(),
  );
  asked = mine;
  draw();
  mine.load();
}

async function ask(reading) {
  if (!reading) return { unknown: true };
  const once = () => get('trace', reading);
  const unknown = (error) => {
    if (error.status === 404) return { unknown: true };
    throw error;
  };
  const first = await once().catch(unknown);
  if (!first.unknown || Date.now() - Date.parse(reading.time) > 60_000) return first;
  await new Promise((later) => setTimeout(later, COMMIT));
  return once().catch(unknown);
}

function draw() {
  const panel = find('#trace');
  knew = state.properties.size > 0;
  keepFocus(panel, () => panel.replaceChildren(panelTop(title()), h('div', { class: 'body' }, shown(asked, body))));
}

function title() {
  const reading = asked.value?.reading ?? traced(open);
  if (!reading) return [h('h2', { id: 'trace-title' }, t('trace.title'))];
  const { device, property, channel, event_time: at, time } = reading;
  const value = reading.value === undefined ? '' : ` ${figure(property, reading.value)}`;
  return [
    h('p', { class: 'note' }, t('trace.title')),
    h('h2', { id: 'trace-title' }, named(property, Number(channel)) + value),
    h(
      'p',
      { class: 'note' },
      h('a', { href: address('device', device), 'data-focus': 'device' }, h('code', {}, device)),
      ` · ${format.instant(at ?? time)}`,
    ),
  ];
}

function body(found) {
  if (found.unknown)
    return h(
      'div',
      { class: 'state' },
      h('p', { class: 'state-word' }, t('trace.unknown')),
      h('p', { class: 'note' }, t('trace.unknownHelp')),
    );
  return h('section', {}, h('ol', { class: 'way' }, stations(found)));
}
