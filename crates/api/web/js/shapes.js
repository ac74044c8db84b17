/** Air classes as shape and colour and word: circle, square, triangle, diamond, cross; a ring where there is no class. */
import { svg } from './dom.js';
import { t } from './i18n.js';

const DRAWN = [
  () => svg('circle', { r: 11 }),
  () => svg('rect', { x: -10, y: -10, width: 20, height: 20, rx: 5 }),
  () => svg('path', { d: 'M0,-12.5 L12,8.5 L-12,8.5Z' }),
  () => svg('path', { d: 'M0,-13 L13,0 L0,13 L-13,0Z' }),
  () => svg('path', { d: 'M-11,-6 L-6,-11 L0,-5 L6,-11 L11,-6 L5,0 L11,6 L6,11 L0,5 L-6,11 L-11,6 L-5,0Z' }),
];

/** The mark of a place of others: six corners and a broken line. */
export function foreignMark(found, size = 18) {
  const drawing = svg('path', { d: 'M-6.5,-11.5 L6.5,-11.5 L13,0 L6.5,11.5 L-6.5,11.5 L-13,0Z', 'stroke-dasharray': '4 2.5' });
  return svg(
    'svg',
    { viewBox: '-15 -15 30 30', width: size, height: size, class: `shape ${airStyle(found)}`, 'aria-hidden': 'true' },
    drawing,
  );
}

/** Whether there is a class at all. */
export function isClass(found) {
  return found !== null && found !== undefined;
}

/**
 * The mark of a class.
 * @param {number|null|undefined} found 0 to 4
 * @param {number} [size] in CSS pixels
 */
export function shape(found, size = 18) {
  const drawing = isClass(found) ? DRAWN[found]() : svg('circle', { r: 8.5 });
  return svg(
    'svg',
    { viewBox: '-15 -15 30 30', width: size, height: size, class: `shape ${airStyle(found)}`, 'aria-hidden': 'true' },
    drawing,
  );
}

/** The CSS class that colours a mark. */
export function airStyle(found) {
  return isClass(found) ? `air-${found + 1}` : 'air-0';
}

/** The word of a class. */
export function airWord(found) {
  return t(isClass(found) ? `air.${found}` : 'air.none');
}

/** A tick in a circle, or an exclamation mark. */
export function verdictMark(good) {
  const stroke = { fill: 'none', stroke: 'currentColor', 'stroke-width': 2.2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  return svg(
    'svg',
    { viewBox: '0 0 20 20', width: 16, height: 16, class: 'mark', 'aria-hidden': 'true' },
    svg('path', { d: good ? 'M4 10.5l4 4 8-9' : 'M10 3.5v8M10 15.5v.5', ...stroke }),
  );
}

/** A mast that sends, in a frame with straight corners; crossed out when it is not heard. */
export function gatewayMark(state, size = 22) {
  const stroke = { fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  const drawn = ['M12 11 8.5 19.5M12 11l3.5 8.5M9.8 16.5h4.4', 'M8.6 12.4a4.8 4.8 0 0 1 0-6.4M15.4 12.4a4.8 4.8 0 0 0 0-6.4'];
  const crossed = state === 'online' ? [] : ['M4 4l16 16'];
  return svg(
    'svg',
    { viewBox: '0 0 24 24', width: size, height: size, class: `gateway-mark is-${state}`, 'aria-hidden': 'true' },
    svg('rect', { x: 1, y: 1, width: 22, height: 22, rx: 4, class: 'plate' }),
    svg('circle', { cx: 12, cy: 9.2, r: 1.6, fill: 'currentColor' }),
    [...drawn, ...crossed].map((d) => svg('path', { d, ...stroke })),
  );
}

/** Shares of one as a bar. */
export function shareBar(parts) {
  let from = 0;
  const part = ({ share, kind }) => {
    const box = svg('rect', { x: from * 100, y: 0, width: share * 100, height: 6, class: kind });
    from += share;
    return box;
  };
  return svg(
    'svg',
    { viewBox: '0 0 100 6', preserveAspectRatio: 'none', class: 'share', 'aria-hidden': 'true' },
    svg('rect', { x: 0, y: 0, width: 100, height: 6, class: 'rest' }),
    parts.map(part),
  );
}

/** The connection to a target: a link that holds, that catches up, that is broken and waits, that is tried. */
export function circuitMark(condition) {
  const stroke = { fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  const drawn = {
    closed: ['M5.5 10.5l3 3 6-7'],
    behind: ['M6 6.5l4 3.5-4 3.5M11 6.5l4 3.5-4 3.5'],
    open: ['M7.7 6.5v7M12.3 6.5v7'],
    half_open: ['M14 10a4 4 0 1 1-1.3-3M13.2 4.2v3h-3'],
  }[condition];
  return svg(
    'svg',
    { viewBox: '0 0 20 20', width: 18, height: 18, class: 'mark', 'aria-hidden': 'true' },
    svg('circle', {
      cx: 10,
      cy: 10,
      r: 8.6,
      ...stroke,
      'stroke-width': 1.6,
      'stroke-dasharray': condition === 'closed' || condition === 'behind' ? null : '3 2.4',
    }),
    drawn.map((d) => svg('path', { d, ...stroke })),
  );
}
