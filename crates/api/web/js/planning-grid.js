/** A grid of cells as links with one stop of the tab key; arrow keys walk it, and what is read stands beside it. */
import { h } from './dom.js';

/**
 * @param {SVGElement} root holds the cells as `a[data-at]`, their place in reading order
 * @param {Record<string, number>} moves how far each arrow key goes, e.g. `{ArrowDown: 1, ArrowRight: 7}`
 * @param {(at:number) => Promise<string>|null} [more] what is known of a cell only when asked
 * @returns {HTMLElement} where the name of the cell is read that is pointed at
 */
export function walkGrid(root, moves, more) {
  const readout = h('p', { class: 'readout-line note' }, '\u00a0');
  const cells = new Map([...root.querySelectorAll('a[data-at]')].map((cell) => [Number(cell.dataset.at), cell]));
  let pointed = null;
  const say = (cell) => {
    pointed = cell;
    const name = cell?.getAttribute('aria-label');
    readout.textContent = name ?? '\u00a0';
    if (cell)
      more?.(Number(cell.dataset.at))?.then((text) => {
        if (pointed === cell) readout.textContent = `${name} · ${text}`;
      });
  };
  const stop = (cell) => {
    for (const other of cells.values()) other.setAttribute('tabindex', other === cell ? '0' : '-1');
  };
  stop([...cells.values()].at(-1));
  root.addEventListener('pointerover', (event) => say(/** @type {Element} */ (event.target).closest('a[data-at]')));
  root.addEventListener('pointerleave', () => say(null));
  root.addEventListener('focusin', (event) => say(/** @type {Element} */ (event.target).closest('a[data-at]')));
  root.addEventListener('focusout', () => say(null));
  root.addEventListener('keydown', (event) => {
    const step = moves[event.key];
    const at = Number(/** @type {HTMLElement} */ (document.activeElement)?.dataset?.at);
    const next = step && nextOf(cells, at, step);
    if (!next) return;
    event.preventDefault();
    stop(next);
    next.focus();
  });
  return readout;
}

/** The nearest cell in a direction: those of which nothing is known are passed over. */
function nextOf(cells, at, step) {
  const last = Math.max(...cells.keys());
  for (let place = at + step; place >= 0 && place <= last; place += step) if (cells.has(place)) return cells.get(place);
  return null;
}
