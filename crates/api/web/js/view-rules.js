/** Which view of the page an address asks for, and who may see it. Pure: no clock, no page. */

/** Views by their key in the address, and the roles that see them; null = everybody. */
const SEEN_BY = { stadt: null, planung: ['planner', 'operator', 'admin'], betrieb: ['operator', 'admin'] };
/** What stands inside a view, by its key in the address. */
const INSIDE = { quarantine: 'betrieb', gateway: 'betrieb' };
/** Panels whose matter is the operation: opened first of all, they open over it. */
const OF_OPERATION = ['alert', 'drive', 'device', 'refused', 'count', 'message', 'repair', 'register', 'trace'];

/** @type {string[]} keys of all views */
export const VIEWS = Object.keys(SEEN_BY);

/**
 * The view that an address asks for; a panel opens over the view before.
 * @param {Record<string, string>} said of the address, see `route`
 * @param {string|null} before the view that is shown
 */
export function viewOf(said, before) {
  const named = VIEWS.find((view) => view in said) ?? INSIDE[Object.keys(said).find((key) => key in INSIDE)];
  if (named) return named;
  if (Object.keys(said).length === 0) return 'stadt';
  return before ?? (OF_OPERATION.some((key) => key in said) ? 'betrieb' : 'stadt');
}

/**
 * Whether a role sees a view; before the service said the role, none is withheld.
 * @param {string} view
 * @param {string|null} role
 */
export function isSeenBy(view, role) {
  return role === null || SEEN_BY[view] === null || SEEN_BY[view].includes(role);
}

/**
 * Whether a role has the operation: devices, ledger, traces. Before the service said the role, it is not withheld.
 * @param {string|null} role
 */
export function operates(role) {
  return isSeenBy('betrieb', role);
}

/**
 * The address that a panel leads back to when it is closed: that of its view, with the choices made there.
 * @param {string} view
 * @param {Record<string, string>} said
 * @param {string} hash the address of `said`
 */
export function homeOf(view, said, hash) {
  if (view in said) return hash;
  return view === 'stadt' ? '' : `#${view}`;
}
