/** The panel of one message in quarantine: what is wrong, what to do, whence, what was read, its bytes, its neighbours. */
import { answer, shown } from './answer.js';
import { get } from './api.js';
import { attemptSection, figure, named } from './attempt.js';
import { bytesSection } from './bytes.js';
import { find, h, keepFocus } from './dom.js';
import { addDrawer } from './drawer.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { panelTop } from './panel-top.js';
import { meaning, reasonWord, remedy, replayable, severityTag } from './reason-words.js';
import { mendingLink } from './registry-card.js';
import { whomOf } from './registry-rules.js';
import { address } from './route.js';
import { on, state } from './state.js';
import { head } from './states.js';
import { traceId } from './trace-rules.js';

let open = null;
let asked = null;
/** Whether properties had their names when it was drawn; drawing again takes what a reader has selected. */
let knew = false;

/** Follows the address. */
export function startMessagePanel() {
  addDrawer('message', {
    root: find('#message'),
    opened,
    closed: () => {
      open = null;
    },
    home: (seq) => document.querySelector(`[data-message="${CSS.escape(seq)}"]`),
  });
  on(['language', 'reasons', 'registry'], () => open && draw());
  on(['poles'], () => open && !knew && draw());
}

function opened(seq) {
  open = seq;
  const mine = answer(
    () => ask(seq),
    () => open === seq && asked === mine && draw(),
  );
  asked = mine;
  draw();
  mine.load();
}

/** One that is in quarantine no longer is an answer, too. */
function ask(seq) {
  return get(`quarantine/${encodeURIComponent(seq)}`).catch((error) => {
    if (error.status === 404) return { gone: true };
    throw error;
  });
}

function draw() {
  const reason = asked.value?.reason;
  knew = state.properties.size > 0;
  const panel = find('#message');
  keepFocus(panel, () =>
    panel.replaceChildren(
      panelTop([
        h('h2', { id: 'message-title' }, reason ? reasonWord(reason) : t('message.title')),
        h('p', { class: 'note' }, t('message.number', { n: format.number(open) })),
      ]),
      h('div', { class: 'body' }, shown(asked, body)),
    ),
  );
}

function body(message) {
  if (message.gone)
    return h(
      'div',
      { class: 'state' },
      h('p', { class: 'state-word' }, t('message.gone')),
      h('p', { class: 'note' }, t('message.goneHelp')),
    );
  return [wrong(message), origin(message), attemptSection(message.attempt), bytesSection(message), neighbours(message)];
}

function wrong({ reason, detail, device }) {
  const again = replayable(reason)
    ? h('a', { class: 'btn', href: address('repair', device ? `${reason}/${device}` : reason), 'data-focus': 'repair' }, t('repair.again'))
    : h('p', { class: 'note' }, t('repair.never'));
  return h(
    'section',
    { class: 'wrong' },
    severityTag(reason),
    h('p', {}, meaning(reason)),
    h('p', { class: 'words' }, t('attempt.words', { words: detail })),
    h('p', { class: 'step' }, h('b', {}, t('message.step')), ' ', remedy(reason)),
    mendingLink(reason, whomOf({ device, detail })),
    ' ',
    again,
  );
}

function origin({ source, topic, received_at: at, device, size }) {
  const fact = (key, value) => h('div', {}, h('dt', {}, t(`message.${key}`)), h('dd', {}, value ?? '–'));
  return h(
    'section',
    {},
    head(null, t('message.origin')),
    h(
      'dl',
      { class: 'facts lines-of-facts' },
      fact('received', format.instant(at)),
      fact('source', source),
      fact('topic', topic && h('code', {}, topic)),
      fact('device', device && h('a', { href: address('device', device), 'data-focus': 'device' }, h('code', {}, device))),
      fact('size', size === null ? null : format.bytes(size)),
    ),
  );
}

function neighbours({ device, neighbours: beside, received_at: at }) {
  const inside = beside
    ? [measured('before', beside.before, device, at), measured('after', beside.after, device, at)]
    : h('p', { class: 'note' }, t('message.noDevice'));
  return h('section', { 'data-testid': 'neighbours' }, head(null, t('message.neighbours'), beside ? t('message.counts') : null), inside);
}

/** What the device measured then; of a message that was understood in part it is what it brought itself. */
function measured(key, one, device, at) {
  if (!one) return h('div', { class: 'sample' }, h('h3', {}, t(`message.${key}`)), h('p', { class: 'note' }, t('message.nothing')));
  const own = one.received_at === at;
  const link = ({ property, channel }) => address('trace', traceId({ device, property, channel, time: one.event_time }));
  const value = (found) =>
    h(
      'li',
      {},
      h('span', {}, named(found.property, found.channel)),
      h(
        'a',
        { href: link(found), class: 'n', 'data-focus': `${key} ${found.property}/${found.channel}` },
        h('b', {}, figure(found.property, found.value)),
      ),
    );
  return h(
    'div',
    { class: 'sample' },
    h(
      'h3',
      {},
      own ? t('message.itself') : t(`message.${key}`),
      ' ',
      h('span', { class: 'note' }, `${format.instant(one.event_time)} · ${t(`clock.${one.time_source}`)}`),
    ),
    h('ul', { class: 'parts measured' }, one.values.map(value)),
  );
}
