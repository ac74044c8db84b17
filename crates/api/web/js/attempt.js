/** What was read of a message, as far as it came. */
import { h } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { reasonWord } from './reason-words.js';
import { address } from './route.js';
import { verdictMark } from './shapes.js';
import { state } from './state.js';
import { head } from './states.js';
import { traceId } from './trace-rules.js';

/** A section with the attempt; null stands for bytes that are gone. */
export function attemptSection(attempt) {
  const said = attempt ? (SAYS[attempt.says]?.(attempt) ?? null) : h('p', { class: 'note' }, t('bytes.gone'));
  return h('section', { 'data-testid': 'attempt' }, head(null, t('attempt.title'), t('attempt.note')), said);
}

const SAYS = { samples, control, frame, refused };

function samples({ device, profile, samples: found, left_out: more }) {
  return [
    h('p', { class: 'note' }, t('attempt.read', { device, profile })),
    found.map((one) => sample(one, device)),
    more > 0 ? h('p', { class: 'note' }, t('attempt.more', { n: format.number(more) })) : null,
  ];
}

function sample({ event_time: at, time_source: clock, payload_time: payload, reason, values, faults }, device) {
  const time = at
    ? t('attempt.at', { time: format.instant(at), clock: t(`clock.${clock}`) })
    : t('attempt.noTime', { reason: reasonWord(reason), time: payload ? format.instant(payload) : t('attempt.none') });
  return h(
    'div',
    { class: 'sample' },
    h('h3', { class: at ? null : 'bad' }, time),
    h(
      'ul',
      { class: 'parts' },
      values.map((value) => read(value, device, at)),
      faults.map(unread),
    ),
  );
}

/** A value that was read, against the one that counts at that instant. */
function read({ property, channel, value, known }, device, at) {
  const what =
    known === null ? t('attempt.new') : known === value ? t('attempt.same') : t('attempt.other', { value: figure(property, known) });
  const link =
    known !== null && at
      ? h(
          'a',
          { href: address('trace', traceId({ device, property, channel, time: at })), 'data-focus': `trace ${property}/${channel}/${at}` },
          what,
        )
      : what;
  return h(
    'li',
    {},
    verdictMark(true),
    h('span', {}, named(property, channel)),
    h('b', { class: 'n' }, figure(property, value)),
    h('span', { class: 'note' }, link),
  );
}

function unread({ name, reason }) {
  return h('li', { class: 'unread' }, verdictMark(false), h('code', {}, name), h('b', { class: 'n' }, reasonWord(reason)));
}

/** "Feinstaub PM2,5, Linie 2" */
export function named(id, channel) {
  return format.propertyName(state.properties.get(id), id) + (channel > 0 ? t('pole.line', { n: channel + 1 }) : '');
}

/** "7,3 µg/m³" */
export function figure(id, value) {
  const property = state.properties.get(id);
  return `${format.number(value, property?.decimals ?? 2, false)} ${format.unit(property?.unit)}`.trim();
}

function control({ what }) {
  return h('p', {}, t('attempt.control', { what: knows(`control.${what}`) ? t(`control.${what}`) : what }));
}

function frame({ gateway, crc, rssi, snr, frame: told }) {
  const radio = [t(`crc.${crc}`), `${format.number(rssi)} dBm`, snr === null ? null : `SNR ${format.number(snr, 1)} dB`]
    .filter(Boolean)
    .join(' · ')
    .replaceAll('-', '−');
  return [
    h('p', {}, t('attempt.frame', { gateway: state.gateways.get(gateway)?.name ?? gateway })),
    h('p', { class: 'note' }, radio),
    h('p', {}, air(told)),
  ];
}

/** What is readable on the air; nothing of it is proven. */
function air(told) {
  if (told.type === 'uplink') return t('frame.uplink', { address: told.dev_addr, n: format.number(told.f_cnt) });
  if (told.type === 'join_request') return t('frame.join', { device: told.dev_eui, join: told.join_eui });
  return t('frame.other', { what: told.what });
}

function refused({ reason, detail }) {
  return h(
    'p',
    { class: 'unread' },
    verdictMark(false),
    h('b', {}, reasonWord(reason)),
    h('span', { class: 'words' }, ` ${t('attempt.words', { words: detail })}`),
  );
}
