/** Devices and signals as small marks with words: the same in table, panel of a pole and panel of a device. */
import { connection, grade } from './device-rules.js';
import { h, svg } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';

/** "LoRaWAN · OTAA" or "MQTT", told apart by mark and frame, not by colour alone. */
export function connectionTag(device) {
  const kind = connection(device);
  const how = device.lorawan && t(`activation.${device.lorawan.activation}`);
  return h(
    'span',
    { class: `via ${kind}` },
    kind === 'lorawan' ? waves() : wire(),
    [t(`devices.${kind}`), how].filter(Boolean).join(' · '),
  );
}

function drawing(...paths) {
  return svg(
    'svg',
    { viewBox: '0 0 16 16', width: 14, height: 14, class: 'mark', 'aria-hidden': 'true' },
    paths.map((d) => svg('path', { d, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.7, 'stroke-linecap': 'round' })),
  );
}

function waves() {
  return drawing('M8 8v6', 'M5 9.5a4 4 0 1 1 6 0', 'M2.6 11.4a7 7 0 1 1 10.8 0');
}

function wire() {
  return drawing('M1.5 8h4', 'M10.5 8h4', 'M5.5 5v6M10.5 5v6M5.5 8h5');
}

/** Four bars, as many full as the signal is good, and the word for those who do not see them. */
export function bars(reception) {
  const good = grade(reception);
  return svg(
    'svg',
    { viewBox: '0 0 20 16', width: 20, height: 16, class: `bars grade-${good}`, role: 'img', 'aria-label': t(`signal.${good}`) },
    [1, 2, 3, 4].map((step) =>
      svg('rect', { x: step * 5 - 5, y: 16 - step * 4, width: 3.5, height: step * 4, rx: 1, class: step <= good ? 'on' : 'off' }),
    ),
  );
}

/** "−97 dBm" */
export function strength({ rssi }) {
  return `${minus(format.number(rssi))} dBm`;
}

/** "SNR 6,5 dB · SF9", as far as it is known. */
export function quality({ snr, spreading_factor: factor }) {
  return [snr === null ? null : `SNR ${minus(format.number(snr, 1))} dB`, factor && `SF${factor}`].filter(Boolean);
}

function minus(text) {
  return text.replace('-', '−');
}

/** The name of a gateway, or its EUI. */
export function gatewayName({ id, name }) {
  return name ?? id;
}

/** A share with one decimal: "2,4 %". */
export function share(part) {
  return `${format.number(part * 100, 1)} %`;
}

/**
 * What is wrong, in a few words.
 * @param {{kind:string, n?:number}} problem
 */
export function problemWord({ kind, n }) {
  return t(`problem.${kind}`, { n: kind === 'loss' ? share(n) : t('times', { n: format.number(n) }) });
}
