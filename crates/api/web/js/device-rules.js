/** What a device's figures mean: what is wrong, how well it is heard, who is looked at first. Pure. */

/** From this share of lost frames on a device needs a look; radio loses a few always. */
const MUCH_LOST = 0.1;
/** Least SNR in dB at which a LoRa frame is understood, by spreading factor (Semtech SX1276 data sheet, table 13). */
const FLOOR = { 6: -5, 7: -7.5, 8: -10, 9: -12.5, 10: -15, 11: -17.5, 12: -20 };
/** What each grade needs: dB above that floor, or dBm where there is no SNR (FSK). */
const MARGIN = [10, 5, 1];
const STRENGTH = [-90, -105, -115];
/** A clock that is off by less, in seconds, moves no figure that people look at. */
const CLOCK_RIGHT = 60;
const STATES = ['silent', 'never'];

/** How well a gateway hears a device: 4 strong, 3 good, 2 weak, 1 hardly. */
export function grade({ rssi, snr, spreading_factor: factor }) {
  const [value, steps] = snr === null || !FLOOR[factor] ? [rssi, STRENGTH] : [snr - FLOOR[factor], MARGIN];
  return 4 - steps.filter((least) => value < least).length;
}

/**
 * What is wrong with a device, the worst first; `n` is how much of it.
 * @param {{state?:string, lorawan:any}} device without a state only its radio is looked at
 * @returns {{kind:string, n?:number}[]}
 */
export function problems({ state, lorawan }) {
  const overdue = STATES.includes(state) ? [{ kind: state }] : [];
  return lorawan ? [...overdue, ...radioProblems(lorawan)] : overdue;
}

function radioProblems(radio) {
  const session = radio.dev_addr !== null;
  return [
    { kind: 'no_session', when: radio.activation === 'otaa' && !session && !radio.join_pending },
    { kind: 'waiting', when: radio.join_pending && !session },
    { kind: 'refused', when: radio.joins_refused > 0, n: radio.joins_refused },
    { kind: 'reset', when: radio.reset },
    { kind: 'loss', when: radio.loss >= MUCH_LOST, n: radio.loss },
    { kind: 'faint', when: radio.gateways.length > 0 && grade(radio.gateways[0]) === 1 },
    { kind: 'rejoining', when: radio.join_pending && session },
  ].filter(({ when }) => when);
}

/** Silent devices first, then those never heard, those with something else, the rest; within them by loss. */
export function inOrder(devices) {
  const ranked = devices.map((device) => ({ device, rank: rank(device), loss: device.lorawan?.loss ?? 0 }));
  ranked.sort((a, b) => a.rank - b.rank || b.loss - a.loss || (a.device.id < b.device.id ? -1 : 1));
  return ranked.map(({ device }) => device);
}

function rank(device) {
  const at = STATES.indexOf(device.state);
  if (at >= 0) return at;
  return problems(device).length > 0 ? STATES.length : STATES.length + 1;
}

/** How a device is connected: `lorawan` or `mqtt`. Whose name is a DevEUI speaks LoRaWAN, even before it was heard. */
export function connection({ id, lorawan }) {
  return lorawan || /^[0-9a-f]{16}$/.test(id) ? 'lorawan' : 'mqtt';
}

/**
 * How a device's own clock goes: `right` to the minute, `slow`, `fast`, or `none` when it tells no time.
 * @param {{offset_s:number|null}} clock median of receipt minus event time
 */
export function clockState({ offset_s: offset }) {
  if (offset === null) return { kind: 'none', seconds: 0 };
  const seconds = Math.abs(offset);
  return { kind: seconds < CLOCK_RIGHT ? 'right' : offset > 0 ? 'slow' : 'fast', seconds };
}

/** The words a device can be found by, in small letters. */
export function findable(device, poleName = '') {
  const { id, pole, profile, lorawan } = device;
  const radio = lorawan ? [lorawan.activation, lorawan.dev_addr, ...lorawan.gateways.flatMap((one) => [one.id, one.name])] : [];
  return [id, pole, poleName, profile, connection(device), ...radio].filter(Boolean).join(' ').toLowerCase();
}

/** How many devices a gateway hears best: those it would be missed by. */
export function heardBestBy(devices) {
  const counted = new Map();
  for (const { lorawan } of devices) {
    const best = lorawan?.gateways[0]?.id;
    if (best) counted.set(best, (counted.get(best) ?? 0) + 1);
  }
  return counted;
}
