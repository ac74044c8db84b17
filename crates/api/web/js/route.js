/** What the address says: `#pole=AM-01` opens a pole, `#quarantine=reason` filters the quarantine. */

/** @returns {Record<string, string>} */
export function route() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

/** Opens a pole by its address. */
export function openPole(id) {
  location.hash = `pole=${encodeURIComponent(id)}`;
}

/** Takes the pole out of the address without going back or scrolling. */
export function leavePole() {
  history.pushState(null, '', location.pathname + location.search);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
