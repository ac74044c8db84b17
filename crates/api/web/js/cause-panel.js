/** The panel of one cause: what is known of it, whom it concerns, and what an operator does about it. */
import { answer, shown } from './answer.js';
import { acknowledge, active, mute, past, visited, visitsOf } from './cause-data.js';
import { choiceForm, noteForm, visitForm } from './cause-forms.js';
import { maintenanceSection } from './cause-maintenance.js';
import { isMuted, lampOf, MUTES, muteUntil } from './cause-rules.js';
import { causeWord, concerns, figureWords, step, urgency } from './cause-words.js';
import { find, h, keepFocus } from './dom.js';
import { addDrawer } from './drawer.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { panelTop } from './panel-top.js';
import { address } from './route.js';
import { on } from './state.js';
import { broken, head, skeleton } from './states.js';
import { count } from './targets.js';

/** So many poles and devices are named. */
const NAMED = 12;
/** Of so many poles visits are asked for. */
const VISITED = 4;
let open = null;
let visits = null;
/** Forms stay as they are while figures change, as somebody may be typing. */
let forms = null;

/** Follows the address. */
export function startCausePanel() {
  addDrawer('alert', {
    root: find('#alert'),
    opened,
    closed: () => {
      open = null;
    },
    home: (id) => document.querySelector(`[data-focus="${CSS.escape(`alert ${id}`)}"]`),
  });
  on(['alerts'], drawAnew);
  on(['language'], () => {
    if (open) opened(open);
  });
}

function opened(id) {
  open = id;
  visits = null;
  forms = null;
  if (!known()) {
    active.load();
    past.load();
  }
  draw();
}

/** A form that is done with goes; the focus stays in the panel. */
function drawAnew() {
  if (!open || isTyping()) return;
  const inside = find('#alert').contains(document.activeElement);
  draw();
  if (inside && !find('#alert').contains(document.activeElement)) find('#alert').focus({ preventScroll: true });
}

function isTyping() {
  return find('#alert').contains(document.activeElement) && document.activeElement.matches('input, select');
}

function all() {
  return [...(active.value?.alerts ?? []), ...(past.value ?? [])];
}

function known() {
  return all().find(({ id }) => id === open);
}

function draw() {
  const alert = known();
  const panel = find('#alert');
  if (alert && !visits) begin(alert);
  const title = alert ? causeWord(alert) : t('causes.title');
  keepFocus(panel, () =>
    panel.replaceChildren(
      panelTop(
        [h('h2', { id: 'alert-title' }, title), alert && h('p', { class: 'note' }, concerns(alert))].filter(Boolean),
        alert ? h('span', { class: 'chip' }, t(`cause.state.${alert.state}`)) : null,
      ),
      h('div', { class: 'body' }, alert ? body(alert) : missing()),
    ),
  );
}

function begin(alert) {
  const mine = answer(
    () => visitsOf(alert.poles.slice(0, VISITED)),
    () => visits === mine && open && draw(),
  );
  visits = mine;
  mine.load();
  forms = {
    seen: noteForm('seen', ({ note }) => acknowledge(alert.id, note)),
    mute: choiceForm(
      'mute',
      'until',
      MUTES.map((choice) => [choice, t(`mute.${choice}`)]),
      ({ until }) => mute(alert.id, muteUntil(until, Date.now())),
    ),
    visit: alert.poles.length
      ? visitForm(alert, async (told) => {
          await visited(told.pole, told.at, told.note, told.part);
          await mine.load();
        })
      : null,
  };
}

function missing() {
  if (active.error) return broken(active.error.message, active.load);
  return active.value && past.value
    ? h('div', { class: 'state' }, h('p', { class: 'state-word' }, t('cause.unknown')), h('p', { class: 'note' }, t('cause.unknownHelp')))
    : skeleton();
}

function body(alert) {
  const now = h(
    'section',
    { class: 'wrong' },
    h('p', { class: 'cause-step' }, urgency(alert), h('span', {}, alert.state === 'closed' ? t('cause.closed') : step(alert))),
    facts(figureWords(alert)),
  );
  const told =
    alert.state === 'active'
      ? [seenSection(alert), muteSection(alert), maintenanceSection(alert.cause, active.value?.maintenance ?? [])]
      : [];
  return [now, larger(alert), whom(alert), ...told, visitSection(alert), deliveries(alert)].filter(Boolean);
}

function facts(pairs) {
  return pairs.length
    ? h(
        'dl',
        { class: 'facts lines-of-facts' },
        pairs.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
      )
    : null;
}

/** The cause that this one turned out to be part of, and the way to it. */
function larger({ part_of: cause }) {
  if (!cause) return null;
  const alert = all().find(({ cause: { kind, id } }) => kind === cause.kind && id === cause.id);
  const word = alert ? causeWord(alert) : cause.name || cause.id;
  return h(
    'section',
    { 'data-testid': 'alert-larger' },
    h(
      'p',
      {},
      t('cause.partOf'),
      ' ',
      alert ? h('a', { href: address('alert', alert.id), 'data-focus': `alert ${alert.id}` }, word) : h('b', {}, word),
    ),
  );
}

function whom({ poles, devices }) {
  const rest = (all) =>
    all.length > NAMED ? h('li', { class: 'note' }, t('devices.further', { n: format.number(all.length - NAMED) })) : null;
  const pole = (one) =>
    h(
      'li',
      {},
      h('a', { href: address('pole', one.id), 'data-focus': `pole ${one.id}` }, one.name),
      h(
        'span',
        { class: 'note' },
        [t('cause.lamp', { lamp: lampOf(one) }), one.switch_point && t('cause.switch', { points: one.switch_point })]
          .filter(Boolean)
          .join(' · '),
      ),
    );
  const device = (id) => h('li', {}, h('a', { href: address('device', id), 'data-focus': `device ${id}` }, h('code', {}, id)));
  return h(
    'section',
    {},
    head(null, t('causes.whom'), `${count('cause.pole', poles.length)}, ${count('cause.device', devices.length)}`),
    h('ul', { class: 'parts' }, poles.slice(0, NAMED).map(pole), rest(poles)),
    h('ul', { class: 'parts columns' }, devices.slice(0, NAMED).map(device), rest(devices)),
  );
}

function seenSection({ acknowledged: seen }) {
  const inside = seen
    ? h(
        'p',
        { class: 'fine' },
        t('cause.seenAt', { by: seen.by, time: format.moment(Date.parse(seen.at)) }),
        seen.note ? h('span', { class: 'note' }, ` „${seen.note}“`) : null,
      )
    : forms.seen;
  return h('section', { 'data-testid': 'alert-seen' }, head(null, t('cause.seenTitle'), t('cause.seenNote')), inside);
}

function muteSection(alert) {
  const muted = isMuted(alert, Date.now()) && h('p', {}, t('cause.muted', { time: format.moment(Date.parse(alert.muted_until)) }));
  return h('section', { 'data-testid': 'alert-mute' }, head(null, t('cause.muteTitle'), t('cause.muteNote')), muted || null, forms.mute);
}

function visitSection({ poles }) {
  if (poles.length === 0) return null;
  const line = ({ pole, at, note, part }) =>
    h(
      'li',
      {},
      h('b', {}, format.moment(Date.parse(at))),
      h(
        'span',
        { class: 'note' },
        [poles.find(({ id }) => id === pole)?.name ?? pole, note, part && t('cause.part', { part })].filter(Boolean).join(' · '),
      ),
    );
  const inside = shown(visits, (found) =>
    found.length ? h('ol', { class: 'dated' }, found.map(line)) : h('p', { class: 'note' }, t('visit.none')),
  );
  return h('section', { 'data-testid': 'alert-visits' }, head(null, t('visit.title')), inside, forms.visit);
}

function deliveries({ deliveries: told = [] }) {
  const line = ({ target, event, state: now, attempts, at, error }) =>
    h(
      'li',
      {},
      h('span', { class: now === 'failed' ? 'bad' : null }, t(`delivery.${now}`)),
      h('span', {}, `${t(`delivery.${target.kind}`)} ${target.name}`),
      h(
        'span',
        { class: 'note' },
        [
          event === 'closed' && t('delivery.closed'),
          at && format.moment(Date.parse(at)),
          attempts > 1 && t('delivery.attempts', { n: attempts }),
          error,
        ]
          .filter(Boolean)
          .join(' · '),
      ),
    );
  return h(
    'section',
    { 'data-testid': 'alert-deliveries' },
    head(null, t('delivery.title')),
    told.length ? h('ul', { class: 'parts' }, told.map(line)) : h('p', { class: 'note' }, t('delivery.none')),
  );
}
