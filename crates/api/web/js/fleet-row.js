/** A device as a row of the fleet: what an operator compares. */
import { clockState, connection, problems } from './device-rules.js';
import { bars, connectionTag, gatewayName, problemWord, quality, share, strength } from './device-words.js';
import { h } from './dom.js';
import { BATTERY_LOW, MUCH_REFUSED, batteryLeft, quiet, refusedShare, remarks, wrongClock } from './fleet-rules.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { state } from './state.js';
import { span } from './target-rules.js';
import { count } from './targets.js';

/** Columns, in their order. */
export const COLUMNS = ['device', 'pole', 'state', 'seen', 'battery', 'signal', 'loss', 'clock', 'remarks', 'refused'];
/** What stands where there is nothing to tell. */
const NONE = '–';
/** Quiet for more intervals than this is worth a second look, before the service calls it silent. */
const OVERDUE = 2;

/** "12 s", "5 min" */
export function duration(seconds) {
  const { unit, n } = span(Math.max(0, seconds));
  return t(`span.${unit}`, { n: format.number(n) });
}

/** @returns {HTMLElement} */
export function fleetRow(device) {
  const cell = (column, ...inside) =>
    h('td', { role: 'cell', class: `c-${column}${inside[0] === NONE ? ' none' : ''}`, 'data-column': t(`devices.${column}`) }, inside);
  return h(
    'tr',
    { role: 'row', 'data-device': device.id, 'data-connection': connection(device), 'data-activation': device.lorawan?.activation ?? null },
    h(
      'th',
      { scope: 'row', role: 'rowheader', class: 'c-device' },
      h('a', { href: address('device', device.id), 'data-focus': device.id }, h('code', {}, device.id)),
      h('div', { class: 'note' }, device.profile),
    ),
    cell(
      'pole',
      h('a', { href: address('pole', device.pole), class: 'quiet', 'data-focus': `pole of ${device.id}` }, device.pole),
      h('div', { class: 'note' }, state.poles.get(device.pole)?.place ?? ''),
    ),
    cell('state', ...stateOf(device)),
    cell('seen', ...seenOf(device)),
    cell('battery', ...batteryOf(device)),
    cell('signal', ...signalOf(device)),
    cell('loss', ...lossOf(device.lorawan)),
    cell('clock', ...clockOf(device)),
    cell('remarks', ...remarksOf(device)),
    cell('refused', ...refusedOf(device)),
  );
}

function stateOf(device) {
  const worst = problems(device).find(({ kind }) => kind !== device.state && kind !== 'loss');
  return [
    h('span', { class: `chip is-${device.state}` }, t(`state.${device.state}`)),
    h('div', { class: 'note' }, worst ? problemWord(worst) : connectionWord(device)),
  ];
}

function connectionWord(device) {
  return connectionTag(device).textContent;
}

/** How long ago, beside how often it should be. */
function seenOf(device) {
  if (!device.last_received_at) return [NONE];
  const now = Date.now();
  const late = quiet(device, now) > OVERDUE;
  const ago = t('ago', { span: duration((now - Date.parse(device.last_received_at)) / 1000) });
  return [
    h('span', { class: late ? 'warn' : null, title: format.seen(device.last_received_at) }, ago),
    device.interval_s ? h('div', { class: 'note' }, t('devices.every', { span: duration(device.interval_s) })) : null,
  ];
}

function batteryOf(device) {
  if (!device.battery) return [NONE];
  const { value, unit, event_time: at } = device.battery;
  const low = batteryLeft(device) !== null && batteryLeft(device) <= BATTERY_LOW;
  return [
    h('span', { class: low ? 'warn' : null }, `${format.number(value, unit === '%' ? 0 : 2)} ${format.unit(unit)}`),
    h('div', { class: 'note' }, format.since(at)),
  ];
}

function signalOf({ lorawan }) {
  const best = lorawan?.gateways[0];
  if (!best) return [NONE];
  const more = lorawan.gateways.length - 1;
  const name = more > 0 ? t('devices.andMore', { name: gatewayName(best), n: format.number(more) }) : gatewayName(best);
  return [
    h('div', { class: 'heard' }, bars(best), h('span', { class: 'gateway-name' }, name)),
    h('div', { class: 'note' }, [strength(best), ...quality(best)].join(' · ')),
  ];
}

function lossOf(radio) {
  if (!radio || radio.received + radio.lost === 0) return [NONE];
  const much = problems({ lorawan: radio }).some(({ kind }) => kind === 'loss');
  return [
    h('span', { class: much ? 'warn' : null }, share(radio.loss)),
    h(
      'div',
      { class: 'note', title: t('devices.lost', { n: format.number(radio.lost), total: format.number(radio.received + radio.lost) }) },
      count('frame', radio.lost),
    ),
  ];
}

function clockOf(device) {
  const { clock_offset_s: offset } = device;
  if (offset === null || offset === undefined) return [NONE];
  const { kind, seconds } = clockState({ offset_s: offset });
  if (!wrongClock(device)) return [h('span', { title: `${format.signed(offset)} s` }, t('devices.clock.right'))];
  return [h('span', { class: 'warn' }, duration(seconds)), h('div', { class: 'note' }, t(`devices.clock.${kind}`))];
}

function remarksOf(device) {
  const [first, ...more] = remarks(device);
  if (!first) return [NONE];
  return [h('span', {}, t(`flag.${first}`)), more.length ? h('div', { class: 'note' }, t('devices.further', { n: more.length })) : null];
}

function refusedOf(device) {
  const part = refusedShare(device);
  if (part === null) return [NONE];
  const { messages, quarantined } = device.outcomes;
  return [
    h('span', { class: part >= MUCH_REFUSED ? 'warn' : null }, share(part)),
    h('div', { class: 'note' }, t('devices.lost', { n: format.number(quarantined), total: format.number(messages) })),
  ];
}
