/** What is asked for once when the panel of a device opens: its newest message as it came, its corrected windows, the poles around. */
import { get } from './api.js';
import { answer, shown } from './answer.js';
import { bytesSection } from './bytes.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { corrected, newest, newestCompared, windowed } from './device-history-rules.js';
import { figureName } from './figure-rules.js';
import { address } from './route.js';
import { shareBar } from './shapes.js';
import { state } from './state.js';
import { head } from './states.js';
import { traceAddress } from './trace-link.js';

/** So many properties of a device are looked through, and so many corrected windows told. */
const PROPERTIES = 8;
const TOLD = 12;

/**
 * @param {string} device
 * @param {any[]} latest its newest readings
 * @param {{pole:string, compared:string[]}} known
 * @param {() => void} redraw
 */
export function deviceHistory(device, latest, { pole, compared }, redraw) {
  const reading = newest(latest);
  const properties = windowed(latest, state.properties).slice(0, PROPERTIES);
  const asked = {
    message:
      reading &&
      answer(() => get('trace', { device, property: reading.property, channel: reading.channel, time: reading.event_time }), redraw),
    windows: answer(
      () =>
        Promise.all(
          properties.map(async (one) => ({ property: one, items: (await get('series', { device, property: one, step: '15m' })).items })),
        ),
      redraw,
    ),
    peers:
      compared.length > 0 &&
      answer(() => Promise.all(compared.slice(0, PROPERTIES).map((property) => get('peers', { pole, property, limit: 48 }))), redraw),
  };
  for (const one of Object.values(asked)) if (one) one.load();
  let bytes = null;
  /** The bytes stay as the reader wants to see them. */
  const bytesOf = (message) => {
    bytes ??= h('details', {}, h('summary', {}, t('quarantine.bytes', { size: format.bytes(message.size) })), bytesSection(message));
    return bytes;
  };
  return () => [
    asked.message ? messageSection(asked.message, reading, bytesOf) : null,
    windowsSection(device, asked.windows),
    asked.peers ? peersSection(asked.peers) : null,
  ];
}

function messageSection(asked, reading, bytesOf) {
  const draw = ({ message, receptions }) =>
    message
      ? [
          h(
            'p',
            {},
            h(
              'a',
              { href: traceAddress(reading), 'data-focus': 'newest message' },
              t('trace.message', { n: format.number(message.seq), source: message.source, time: format.instant(message.received_at) }),
            ),
          ),
          h('p', { class: 'note' }, h('code', {}, message.topic)),
          receptions.length ? h('p', { class: 'note' }, t('history.heard', { n: format.number(receptions.length) })) : null,
          bytesOf(message),
        ]
      : h('p', { class: 'note' }, t('trace.noMessage'));
  return h('section', { 'data-testid': 'device-message' }, head(null, t('history.message'), t('history.asItCame')), shown(asked, draw));
}

function windowsSection(device, asked) {
  const line = ({ property, start, end, revision }) =>
    h(
      'li',
      {},
      h(
        'a',
        {
          href: address('figure', figureName({ kind: 'device', id: device, property, step: '15m', start: Date.parse(start) })),
          'data-focus': `window ${property} ${start}`,
        },
        format.moment(Date.parse(start)),
        '–',
        format.clock(Date.parse(end)),
      ),
      h('span', {}, format.propertyName(state.properties.get(property), property)),
      h('span', { class: 'note' }, t('trace.revision', { n: format.number(revision) })),
    );
  const draw = (series) => {
    const found = corrected(series);
    return found.length
      ? [
          h('ul', { class: 'parts' }, found.slice(0, TOLD).map(line)),
          found.length > TOLD ? h('p', { class: 'note' }, t('devices.further', { n: format.number(found.length - TOLD) })) : null,
        ]
      : h('p', { class: 'note' }, t('history.noneCorrected'));
  };
  return h('section', { 'data-testid': 'device-windows' }, head(null, t('history.corrected'), t('history.day')), shown(asked, draw));
}

function peersSection(asked) {
  const draw = (answers) => h('ul', { class: 'parts peers' }, answers.map(peer).filter(Boolean));
  return h('section', { 'data-testid': 'device-peers' }, head(null, t('history.peers'), t('history.peersNote')), shown(asked, draw));
}

/** The newest hour beside the median of the poles around, with their number and how many hours were marked. */
function peer({ property, unit, items, around }) {
  const hour = newestCompared(items);
  const name = format.propertyName(state.properties.get(property), property);
  if (!hour) return h('li', {}, h('span', {}, name), h('span', { class: 'note' }, t('history.noPeers')));
  const said = (value) => [format.value(value, state.properties.get(property)), format.unit(unit)].filter(Boolean).join('\u00a0');
  const marked = items.filter((one) => one.marked).length;
  return h(
    'li',
    {},
    h('span', {}, name),
    h('b', { class: `n${hour.marked ? ' warn' : ''}` }, said(hour.value)),
    shareBar([{ share: hour.value + hour.median > 0 ? hour.value / (hour.value + hour.median) : 0.5, kind: 'frames' }]),
    h(
      'p',
      { class: 'note' },
      t('history.beside', {
        median: said(hour.median),
        poles: format.number(hour.poles),
        around: format.number(around.length),
        hours: format.hour(Date.parse(hour.start)),
      }),
      marked ? ` · ${t('history.marked', { n: format.number(marked), hours: format.number(items.length) })}` : '',
    ),
  );
}
