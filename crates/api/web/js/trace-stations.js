/** The stations of a reading's way, one below the other. */
import { figure } from './attempt.js';
import { bytesSection } from './bytes.js';
import { quality, strength } from './device-words.js';
import { h } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { address } from './route.js';
import { verdictMark } from './shapes.js';
import { state } from './state.js';
import { byScope, countsAnywhere, keptOutBy } from './trace-rules.js';

/** The stations of an answer of `/trace`. */
export function stations({ message, no_message: why, receptions, decoding, reading, windows, targets }) {
  return [
    received(message, why),
    receptions.length ? heard(receptions) : null,
    decoded(decoding),
    judged(reading, windows),
    counted(windows, reading.property),
    carried(targets),
  ];
}

/** `kind` is `good`, `odd` or `quiet`. */
function station(name, kind, title, ...inside) {
  return h(
    'li',
    { class: `station is-${kind}`, 'data-station': name },
    h('h3', {}, h('span', { class: 'note' }, t(`trace.${name}`)), title),
    inside,
  );
}

function received(message, why) {
  if (!message) return station('received', 'quiet', t('trace.noMessage'), h('p', { class: 'note' }, reasonWhy(why)));
  const { seq, received_at: at, source, topic } = message;
  return station(
    'received',
    'good',
    t('trace.message', { n: format.number(seq), source, time: format.instant(at) }),
    h('p', {}, h('code', { class: 'topic' }, topic)),
    h('details', {}, h('summary', {}, t('quarantine.bytes', { size: format.bytes(message.size) })), bytesSection(message)),
  );
}

/** The interface tells it in English. */
function reasonWhy(why) {
  const kind =
    [
      ['trimmed', 'trimmed'],
      ['replay', 'replayed'],
      ['several', 'several'],
    ].find(([word]) => why?.includes(word))?.[1] ?? 'none';
  return t(`trace.no.${kind}`);
}

function heard(receptions) {
  const line = (one) =>
    h(
      'li',
      {},
      h('b', {}, state.gateways.get(one.gateway)?.name ?? one.gateway),
      h('span', {}, [strength(one), ...quality(one)].join(' · ')),
      h('span', { class: 'note' }, t(one.counts ? 'trace.first' : 'trace.copy')),
    );
  const n = format.number(receptions.length);
  return station(
    'heard',
    'good',
    t(receptions.length === 1 ? 'trace.gateway.one' : 'trace.gateway.many', { n }),
    h('ul', { class: 'parts' }, receptions.map(line)),
  );
}

function decoded({ profile, codec, fold_version: version, inputs, inputs_then: then }) {
  const changed = then !== null && then !== inputs;
  const hash = (text) => h('code', { title: text }, text.slice(0, 12));
  return station(
    'decoded',
    'good',
    t('trace.profile', { profile }),
    h('p', { class: 'note' }, t('trace.codec', { codec: codec ?? '–', version })),
    h('p', { class: 'note' }, t('trace.inputs'), ' ', hash(inputs), changed ? [` · ${t('trace.inputsThen')} `, hash(then)] : null),
  );
}

function judged(reading, windows) {
  const { property, value, counted: as, flags, superseded, time_source: clock, event_time: at } = reading;
  const figures = [
    t('trace.measured', { value: figure(property, value) }),
    as !== null && as !== value && t('trace.counts', { value: figure(property, as) }),
  ]
    .filter(Boolean)
    .join(' · ');
  const flag = (code) => h('li', {}, flagWord(code));
  return station(
    'judged',
    countsAnywhere(windows) ? 'good' : 'odd',
    t(flags.length ? 'trace.remarked' : 'trace.accepted'),
    h('p', {}, figures),
    h('p', { class: 'note' }, t('attempt.at', { time: format.instant(at), clock: t(`clock.${clock}`) })),
    flags.length ? h('ul', { class: 'flags' }, flags.map(flag)) : null,
    superseded.map((gone) =>
      h('p', { class: 'note' }, t('trace.superseded', { value: figure(property, gone.value), time: format.instant(gone.until) })),
    ),
  );
}

function flagWord(code) {
  return knows(`flag.${code}`) ? t(`flag.${code}`) : code;
}

function counted(windows, property) {
  if (windows.length === 0) return station('windows', 'odd', t('trace.noWindows'), h('p', { class: 'note' }, t('trace.noWindowsHelp')));
  const out = keptOutBy(windows);
  const title = countsAnywhere(windows) ? t('trace.inWindows') : t('trace.keptOut', { flags: out.map(flagWord).join(', ') });
  return station(
    'windows',
    countsAnywhere(windows) ? 'good' : 'odd',
    title,
    h(
      'table',
      { class: 'windows-table' },
      h('thead', {}, columns()),
      h(
        'tbody',
        {},
        byScope(windows).map((one) => scopeRow(one, property)),
      ),
    ),
  );
}

const STEPS = ['15m', '1h', '1d'];

function columns() {
  return h(
    'tr',
    {},
    h('th', { scope: 'col' }, t('trace.of')),
    STEPS.map((step) => h('th', { scope: 'col' }, t(`step.of.${step}`))),
  );
}

/** A total counts in windows of another property, which is named then. */
function scopeRow({ scope, property, windows }, own) {
  const cell = (step) =>
    windows
      .filter((window) => window.step === step)
      .map(({ state: how, revision, counts, start, end }) =>
        h(
          'div',
          { title: `${format.moment(Date.parse(start))} – ${format.moment(Date.parse(end))}` },
          counts ? t(`window.${how}`) : h('span', { class: 'bad' }, t('trace.out')),
          revision > 0 ? h('div', { class: 'note' }, t('trace.revision', { n: format.number(revision) })) : null,
        ),
      );
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      scopeName(scope),
      h(
        'div',
        { class: 'note' },
        [t(`scope.${scope.kind}`), property !== own && format.propertyName(state.properties.get(property), property)]
          .filter(Boolean)
          .join(' · '),
      ),
    ),
    STEPS.map((step) => h('td', {}, cell(step))),
  );
}

function scopeName({ kind, id }) {
  if (kind === 'zone') return state.zones?.find((zone) => zone.id === id)?.name ?? id;
  return h(
    'a',
    { href: address(kind, id), class: 'quiet', 'data-focus': `${kind} ${id}` },
    kind === 'pole' ? (state.poles.get(id)?.name ?? id) : h('code', {}, id),
  );
}

function carried(targets) {
  if (targets.length === 0) return station('targets', 'quiet', t('trace.noTargets'));
  const line = ({ name, state: how, reason, detail }) =>
    h(
      'li',
      {},
      verdictMark(how !== 'refused'),
      h('b', {}, name),
      h('span', {}, t(`trace.target.${how}`), reason ? `: ${knows(`refused.${reason}`) ? t(`refused.${reason}`) : reason}` : ''),
      detail ? h('span', { class: 'note words' }, t('target.words', { words: detail })) : null,
    );
  return station(
    'targets',
    targets.some(({ state: how }) => how === 'refused') ? 'odd' : 'good',
    t('trace.toInflux'),
    h('ul', { class: 'parts' }, targets.map(line)),
  );
}
