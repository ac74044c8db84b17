/** Building elements without strings of markup, so that no value can ever become markup. */

/**
 * An HTML element. Keys of `props` are attributes; `on…` keys are listeners, `class` and `data-…` go as they are.
 * @param {string} tag
 * @param {Record<string, any>} [props] null, undefined and false leave an attribute out
 * @param {...any} children nodes or texts; null and false are left out
 */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element; parameters as in {@link h}. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);
}

function fill(element, props, children) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The element of a stable test id or id selector; it is part of `index.html`, so it exists. */
export function find(selector) {
  return document.querySelector(selector);
}

/** Sets a text only when it differs, so that nothing is laid out again for nothing. */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Draws the inside of `root` anew; what had the focus keeps it, known by its `data-focus`. */
export function keepFocus(root, redraw) {
  const key = root.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.focus : undefined;
  redraw();
  if (key !== undefined) root.querySelector(`[data-focus="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** Puts `children` into `root`; one that looks as before stays as it is, with what a reader has selected in it. */
export function renew(root, children) {
  keepFocus(root, () => {
    while (root.childNodes.length > children.length) root.lastChild.remove();
    children.forEach((child, at) => {
      const before = root.childNodes[at];
      if (!before) root.append(child);
      else if (!before.isEqualNode(child)) before.replaceWith(child);
    });
  });
}

/** Fades a change in (css class `changed`); repeated changes start the fade again. */
export function flash(element) {
  element.classList.remove('changed');
  void element.offsetWidth; // restarts the animation
  element.classList.add('changed');
}

/** One stop of the tab key for a row of links: its last; arrow keys walk along it. */
export function walk(row) {
  const links = [...row.querySelectorAll('a')];
  links.at(-1)?.setAttribute('tabindex', '0');
  row.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = step && links[links.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    for (const link of links) link.setAttribute('tabindex', link === next ? '0' : '-1');
    next.focus();
  });
  return row;
}
