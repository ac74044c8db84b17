/** What the address says: `#pole=AM-01` opens a pole, `#device=…` a device, `#refused=city/reason` what a target refused, `#gateway=…` shows a gateway, `#quarantine=reason` opens messages in quarantine, `#message=4711` one of them, `#repair=reason/device` their repair, `#register=poles.csv` a file of the registry (`&add=` a row that it lacks, `&of=reason/device` what it is mended for), `#count=messages/duplicate` what a number of the ledger counts, `#trace=device/property/channel/time` the way of a reading. */

/** @returns {Record<string, string>} */
export function route() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

/** Opens a pole by its address. */
export function openPole(id) {
  location.hash = address('pole', id);
}

/** The address of a device, a pole, a gateway, or of what a target refused. */
export function address(key, id) {
  return `#${key}=${encodeURIComponent(id)}`;
}

/** @type {string} the address of the view that panels open over */
let beneath = '';

/** Says where closing a panel leads to. */
export function leadBackTo(hash) {
  beneath = hash;
}

/** Takes the panel that is open out of the address without going back or scrolling. */
export function leave() {
  history.pushState(null, '', location.pathname + location.search + beneath);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
