/** Going through the points of a chart, by pointer or arrow keys, and on to what a point leads to. */
import { h, svg } from './dom.js';
import { t } from './i18n.js';

/**
 * Lets a reader go through the points, by pointer or arrow keys; what is read stands in `readout`.
 * @param {import('./chart.js').Plot} drawn
 * @param {{x:number, value:number, middle?:number}[]} points ascending
 * @param {(point:any) => string} say
 * @param {(point:any) => string|null} [lead] the address that a click or the enter key leads to
 * @param {(point:any) => Promise<string>|null} [more] what is found out about a point while it is read
 */
export function explore({ root, x, y, top, bottom }, points, say, lead, more) {
  const readout = h('p', { class: 'readout note', 'aria-live': 'polite' });
  if (points.length === 0) return readout;
  const rule = svg('line', { y1: top, y2: bottom, class: 'cursor', visibility: 'hidden' });
  const dot = svg('circle', { r: 4, class: 'now', visibility: 'hidden' });
  root.append(rule, dot);
  let at = points.length - 1;
  const show = (index) => {
    at = Math.max(0, Math.min(points.length - 1, index));
    const point = points[at];
    const middle = x(point.middle ?? point.x);
    place(rule, { x1: middle, x2: middle, visibility: 'visible' });
    place(dot, { cx: middle, cy: y(point.value), visibility: 'visible' });
    readout.textContent = say(point);
    more?.(point)?.then((text) => {
      if (points[at] === point && readout.textContent) readout.textContent = `${say(point)} · ${text}`;
    });
  };
  const hide = () => {
    place(rule, { visibility: 'hidden' });
    place(dot, { visibility: 'hidden' });
    readout.textContent = '';
  };
  const go = () => {
    const address = lead?.(points[at]);
    if (address) location.hash = address;
  };
  const drawing = /** @type {SVGSVGElement} */ (root);
  const under = (event) => {
    const seen = root.getBoundingClientRect();
    return nearest(points, x, (event.clientX - seen.left) * (drawing.viewBox.baseVal.width / seen.width));
  };
  root.setAttribute('tabindex', '0');
  root.classList.toggle('leads', Boolean(lead));
  if (lead) root.setAttribute('aria-description', t('mark.openHelp'));
  root.addEventListener('pointermove', (event) => show(under(event)));
  root.addEventListener('click', (event) => {
    if (lead) {
      show(under(event));
      go();
    }
  });
  root.addEventListener('pointerleave', hide);
  root.addEventListener('focus', () => {
    if (root.matches(':focus-visible')) show(at);
  });
  root.addEventListener('blur', hide);
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') return go();
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -points.length, End: points.length }[event.key];
    if (step === undefined) return undefined;
    event.preventDefault();
    return show(at + step);
  });
  return readout;
}

function place(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}

function nearest(points, x, pixel) {
  let best = 0;
  for (let at = 1; at < points.length; at += 1) {
    const distance = (index) => Math.abs(x(points[index].middle ?? points[index].x) - pixel);
    if (distance(at) < distance(best)) best = at;
  }
  return best;
}
