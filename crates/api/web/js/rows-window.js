/**
 * A table of any length of which only the rows that are seen are in the document. Rows have one height, `--row` of the style
 * sheet. One row at a time is a stop of the tab key; arrow keys, page and end keys walk along them.
 */
import { h, renew } from './dom.js';
import { rowByKey, rowsAt } from './fleet-rules.js';

/** Rows that one frame draws anew as time passes: few enough that nobody who scrolls feels it. */
const SLICE = 6;

/**
 * @param {HTMLElement} scroller what scrolls; it holds `body`
 * @param {HTMLElement} body gets the height of all rows
 * @param {(index:number) => HTMLElement} draw a row; its first link is where the focus goes
 */
export function rowsWindow(scroller, body, draw) {
  /** @type {Map<number, HTMLElement>} */
  const rows = new Map();
  const self = { total: 0, height: 0, active: 0, rows };
  let waiting = false;
  let isSeen = true;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      place();
    });
  };

  const seen = () => rowsAt({ top: scroller.scrollTop, height: scroller.clientHeight, row: self.height, total: self.total });

  function place({ from, to } = seen()) {
    if (!scroller.isConnected || self.height === 0) return;
    for (const [index, row] of rows)
      if ((index < from || index >= to) && !(row.contains(document.activeElement) && index < self.total)) {
        row.remove();
        rows.delete(index);
      }
    for (let index = from; index < to; index += 1) if (!rows.has(index)) add(index);
  }

  function add(index) {
    const row = fresh(index);
    rows.set(index, row);
    const next = [...rows.keys()].filter((other) => other > index).sort((a, b) => a - b)[0]; // the order of reading is that of the rows
    body.insertBefore(row, next === undefined ? null : rows.get(next));
  }

  function fresh(index) {
    const row = draw(index);
    row.setAttribute('aria-rowindex', String(index + 2)); // the head is the first
    row.style.top = `${index * self.height}px`;
    for (const link of row.querySelectorAll('a')) link.tabIndex = index === self.active ? 0 : -1;
    return row;
  }

  /** Draws a row anew: of the same thing only the cells that look otherwise. */
  function again(index) {
    const [row, now] = [rows.get(index), fresh(index)];
    if (row.cloneNode(false).isEqualNode(now.cloneNode(false))) {
      renew(row, [...now.children]);
      return;
    }
    const active = /** @type {HTMLElement} */ (document.activeElement);
    const focused = row.contains(active) ? (active.dataset.focus ?? '') : null;
    row.replaceWith(now);
    rows.set(index, now);
    if (focused !== null)
      (now.querySelector(`[data-focus="${CSS.escape(focused)}"]`) ?? now.querySelector('a'))?.focus({ preventScroll: true });
  }

  /** Draws rows anew that are in the document; those that look as before stay. */
  self.freshen = () => {
    const range = seen(); // before anything is written, so that nothing is laid out for it
    for (const [index, row] of rows) {
      if (index < self.total) again(index);
      else {
        row.remove();
        rows.delete(index);
      }
    }
    place(range);
  };

  /** As time passes, a few rows a frame, while somebody sees them. */
  self.tick = () => {
    const left = isSeen ? [...rows.keys()] : [];
    const next = () => {
      for (const index of left.splice(0, SLICE)) if (rows.has(index) && index < self.total) again(index);
      if (left.length) requestAnimationFrame(next);
    };
    next();
  };

  /** There are other rows, or their height is another one. */
  self.resize = (total) => {
    self.total = total;
    self.height = parseFloat(getComputedStyle(scroller).getPropertyValue('--row')) || 56;
    self.active = Math.max(0, Math.min(self.active, total - 1));
    body.style.height = `${total * self.height}px`;
    scroller.querySelector('table')?.setAttribute('aria-rowcount', String(total + 1));
    self.freshen();
  };

  /** Moves the tab stop and the focus to a row. */
  self.focus = (index) => {
    self.active = index;
    const top = index * self.height;
    const head = scroller.querySelector('thead')?.offsetHeight ?? 0;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + self.height + head > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = top + self.height + head - scroller.clientHeight;
    place();
    for (const [at, row] of rows) for (const link of row.querySelectorAll('a')) link.tabIndex = at === index ? 0 : -1;
    rows.get(index)?.querySelector('a')?.focus({ preventScroll: true });
  };

  new IntersectionObserver((entries) => {
    isSeen = entries.at(-1).isIntersecting;
  }).observe(scroller);
  scroller.addEventListener('scroll', soon, { passive: true });
  scroller.addEventListener('keydown', (event) => {
    if (/** @type {Element} */ (event.target).closest?.('thead') || self.total === 0 || event.altKey || event.ctrlKey || event.metaKey)
      return;
    const inside = body.contains(/** @type {Node} */ (event.target));
    const page = Math.max(1, Math.floor(scroller.clientHeight / self.height) - 1);
    const first = Math.ceil(scroller.scrollTop / self.height);
    const to = inside ? rowByKey(event.key, self.active, page, self.total) : event.key === 'ArrowDown' ? first : null;
    if (to === null) return;
    event.preventDefault();
    self.focus(to);
  });
  body.addEventListener('focusin', (event) => {
    const found = [...rows].find(([, row]) => row.contains(/** @type {Node} */ (event.target)));
    if (found) self.active = found[0];
  });
  return self;
}

/** The scroller of such a table. */
export function windowBox(label, table) {
  return h('div', { class: 'scroll window', tabindex: 0, role: 'region', 'aria-label': label }, table);
}
