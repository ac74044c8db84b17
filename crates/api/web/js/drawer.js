/**
 * The drawers that the address opens and closes (`#pole=…`, `#device=…`), one at a time; where the reader was before is
 * where closing leads back to.
 *
 * @typedef {object} Drawer
 * @property {HTMLElement} root
 * @property {(id:string) => void} opened
 * @property {() => void} closed
 * @property {(id:string) => Element|null} home what stands for it on the page
 */
import { leave, route } from './route.js';

/** @type {Map<string, Drawer>} by key of the address */
const drawers = new Map();
/** @type {Map<string, () => Promise<void>>} what adds a drawer, by key */
const later = new Map();
let open = null;
let cameFrom = null;
let isFromPanel = false;

/** Adds a drawer. */
export function addDrawer(key, drawer) {
  drawers.set(key, drawer);
}

/** Adds a drawer whose modules come when the address asks for it first. */
export function addDrawerLater(key, load) {
  later.set(key, load);
}

/** Whether what is open was opened from another panel. */
export function fromPanel() {
  return isFromPanel;
}

/** Follows the address. */
export function startDrawers() {
  addEventListener('hashchange', follow);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && open) leave();
  });
  follow();
}

async function follow() {
  const coming = Object.keys(route()).find((name) => later.has(name));
  if (coming) {
    const load = later.get(coming);
    later.delete(coming);
    await load();
  }
  const [key, id] = Object.entries(route()).find(([name]) => drawers.has(name)) ?? [];
  if (open?.key === key && open?.id === id) return;
  const before = open;
  if (!before) cameFrom = document.activeElement;
  open = key ? { key, id, ...drawers.get(key) } : null;
  isFromPanel = Boolean(before && open);
  document.body.classList.toggle('has-panel', Boolean(open));
  if (before && before.key !== key) {
    before.root.hidden = true;
    before.closed();
  }
  if (open) show(open);
  else if (before) goHome(before);
}

function show({ root, opened, id }) {
  root.hidden = false;
  root.scrollTop = 0;
  opened(id);
  root.focus({ preventScroll: true });
}

function goHome({ home, id }) {
  const known = cameFrom?.isConnected && cameFrom !== document.body && !cameFrom.closest('[hidden]');
  (known ? cameFrom : home(id))?.focus?.({ preventScroll: true });
}
