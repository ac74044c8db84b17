/** The head of the view Betrieb: causes, not devices; the worst first, each with its next step. */
import { failed, shown } from './answer.js';
import { active, DAYS, past } from './cause-data.js';
import { drive, headline, inOrder, isMuted } from './cause-rules.js';
import { causeWord, concerns, step, urgency } from './cause-words.js';
import { find, h, renew, setText } from './dom.js';
import * as format from './format.js';
import { language, t } from './i18n.js';
import { address } from './route.js';
import { on, state } from './state.js';
import { head } from './states.js';

const COLUMNS = ['what', 'whom', 'devices', 'step'];
/** Alerts are weighed once a minute; while the page is seen they are asked for so often, in ms. */
const REFRESH = 20_000;
let isPastOpen = false;

/** Asks, and goes on asking while the view is seen. */
export function startCauses() {
  on(['alerts', 'language'], drawCauses);
  on(['poles', 'language', 'alerts', 'live', 'view'], drawHead);
  on(['view'], refresh);
  refresh();
  setInterval(refresh, REFRESH);
}

function refresh() {
  if (state.view !== 'betrieb' || document.hidden) return;
  active.load();
  if (isPastOpen) past.load();
}

/** The sentence, and how the whole of it is. */
export function drawHead() {
  if (state.view !== 'betrieb') return;
  const known = active.value;
  if (known) setText(find('#causes-sentence'), headline(known.summary, language()));
  else if (active.error) setText(find('#causes-sentence'), t('nav.betrieb'));
  const poles = [...state.poles.values()];
  const reporting = poles.filter((pole) => pole.state === 'reporting').length;
  const last = poles
    .map((pole) => pole.last_received_at)
    .filter(Boolean)
    .sort()
    .at(-1);
  const told = [
    poles.length && t('causes.reporting', { n: format.number(reporting), total: format.number(poles.length) }),
    last && t('causes.last', { time: format.seconds(Date.parse(last)) }),
    state.ledger && t('causes.rate', { n: format.number(state.ledger.messages_per_second, 1, false) }),
  ];
  setText(find('#causes-line'), told.filter(Boolean).join(' · '));
}

/** Draws the card. */
export function drawCauses() {
  const known = active.value;
  const stops = known ? drive(known.alerts, Date.now()).length : 0;
  const way = h(
    'a',
    { class: `btn${stops ? ' primary' : ''}`, href: address('drive', ''), 'data-focus': 'drive' },
    stops ? t('drive.openN', { n: format.number(stops) }) : t('drive.open'),
  );
  const inside = active.value === null && active.error ? failed(active.error, active.load) : shown(active, body);
  renew(
    find('#causes'),
    [
      head('causes-title', t('causes.title'), t('causes.note'), known ? way : null),
      ...[inside].flat().filter(Boolean),
      known ? history() : null,
    ].filter(Boolean),
  );
}

function body({ alerts }) {
  if (alerts.length === 0)
    return h('div', { class: 'state' }, h('p', { class: 'state-word' }, t('causes.none')), h('p', { class: 'note' }, t('causes.noneHelp')));
  return table(inOrder(alerts, Date.now()), t('causes.caption'));
}

function table(alerts, caption) {
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'things causes', 'aria-label': caption },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          COLUMNS.map((column) => h('th', { scope: 'col', class: `c-${column}` }, t(`causes.${column}`))),
        ),
      ),
      h('tbody', {}, alerts.map(row)),
    ),
  );
}

function row(alert) {
  const cell = (column, ...inside) => h('td', { class: `c-${column}`, 'data-column': t(`causes.${column}`) }, inside);
  const marks = [
    alert.acknowledged && t('cause.seen', { by: alert.acknowledged.by }),
    isMuted(alert, Date.now()) && t('cause.muted', { time: format.moment(Date.parse(alert.muted_until)) }),
  ].filter(Boolean);
  return h(
    'tr',
    { 'data-alert': alert.id, 'data-severity': alert.severity, 'data-quiet': marks.length ? 'true' : null },
    h(
      'th',
      { scope: 'row', class: 'c-what' },
      h(
        'div',
        { class: 'marked' },
        urgency(alert),
        h(
          'div',
          {},
          h('a', { href: address('alert', alert.id), class: 'quiet', 'data-focus': `alert ${alert.id}` }, causeWord(alert)),
          marks.length ? h('p', { class: 'note' }, marks.join(' · ')) : null,
        ),
      ),
    ),
    cell('whom', concerns(alert)),
    cell('devices', alert.devices.length ? format.number(alert.devices.length) : '–'),
    cell('step', ...(alert.state === 'closed' ? [t('cause.closed')] : step(alert))),
  );
}

/** What closed itself of late. */
function history() {
  const toggled = (event) => {
    if (event.target.open === isPastOpen) return;
    isPastOpen = event.target.open;
    if (isPastOpen) past.load();
  };
  const inside = isPastOpen
    ? shown(past, (alerts) =>
        alerts.length ? table(alerts, t('causes.past', { n: DAYS })) : h('p', { class: 'note' }, t('causes.pastNone')),
      )
    : null;
  return h(
    'details',
    { class: 'past-causes', open: isPastOpen, ontoggle: toggled },
    h('summary', { 'data-focus': 'past causes' }, t('causes.past', { n: DAYS })),
    inside,
  );
}
