/** Charts as SVG, drawn at the width they have, so that text keeps its size on a phone. */
import { svg } from './dom.js';
import * as format from './format.js';

const MARGIN = { top: 14, right: 12, bottom: 26 };
/** The words of the y axis: room for most, and what a figure of a longer one takes, in pixels. */
const WORDS = { least: 44, figure: 7, beside: 8 };

/**
 * @typedef {object} Plot
 * @property {(x:number) => number} x
 * @property {(y:number) => number} y
 * @property {SVGElement} root
 * @property {number} top
 * @property {number} bottom
 */

/**
 * An empty chart with axes.
 * @param {object} wish
 * @param {number} wish.width in CSS pixels
 * @param {number} wish.height
 * @param {[number, number]} wish.x domain
 * @param {[number, number]} wish.y domain; widened to round numbers
 * @param {{at:number, text:string}[]} wish.ticks of the x axis
 * @param {string} wish.label what a screen reader says
 * @returns {Plot}
 */
export function plot({ width, height, x: [x0, x1], y: domain, ticks, label }) {
  const { steps, low, high, digits } = roundSteps(domain);
  const words = steps.map((step) => format.number(step, digits));
  const left = Math.max(WORDS.least, ...words.map((word) => word.length * WORDS.figure + WORDS.beside));
  const bottom = height - MARGIN.bottom;
  const x = (value) => left + ((value - x0) / (x1 - x0)) * (width - left - MARGIN.right);
  const y = (value) => bottom - ((value - low) / (high - low)) * (bottom - MARGIN.top);
  const root = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, class: 'chart', role: 'img', 'aria-label': label },
    steps.map((step, at) => [
      svg('line', { x1: left, x2: width - MARGIN.right, y1: y(step), y2: y(step), class: 'rule' }),
      svg('text', { x: left - WORDS.beside, y: y(step) + 4, 'text-anchor': 'end', class: 'tick' }, words[at]),
    ]),
    apart(ticks, x, width).map(({ at, text }) =>
      svg('text', { x: x(at), y: height - 6, 'text-anchor': anchor(x(at), width), class: 'tick' }, text),
    ),
  );
  return { x, y, root, top: MARGIN.top, bottom };
}

/** Leaves out ticks whose words would touch; one that ends at the side needs more room before it. */
function apart(ticks, x, width) {
  const kept = [];
  const room = ({ at, text }) => (anchor(x(at), width) === 'end' ? 12 : 9) * text.length;
  for (const tick of ticks) if (!kept.length || x(tick.at) - x(kept.at(-1).at) > room(tick)) kept.push(tick);
  return kept;
}

function anchor(at, width) {
  return at > width - MARGIN.right - 14 ? 'end' : 'middle';
}

/** Round steps that hold the domain: at most five. */
export function roundSteps([min, max]) {
  const span = max - min || Math.max(1, Math.abs(max));
  const raw = span / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= raw);
  const low = Math.floor(min / step + 1e-9) * step;
  const count = Math.max(1, Math.ceil((max - low) / step - 1e-9));
  const steps = Array.from({ length: count + 1 }, (_, index) => low + index * step);
  return { steps, low, high: steps.at(-1), digits: Math.max(0, -Math.floor(Math.log10(step)) + (step / power === 2.5 ? 1 : 0)) };
}

/** Splits points where more than `gap` of the x axis is missing between two. */
function runs(points, gap) {
  const parts = [];
  for (const point of points) {
    const last = parts.at(-1)?.at(-1);
    if (last && point.x - last.x <= gap) parts.at(-1).push(point);
    else parts.push([point]);
  }
  return parts;
}

const through = (points) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' L');

/** A band between `low` and `high` of each point. */
export function band({ root, x, y }, points, gap = Infinity) {
  for (const run of runs(points, gap)) {
    const up = run.map((point) => [x(point.x), y(point.high)]);
    const down = run.map((point) => [x(point.x), y(point.low)]).reverse();
    root.append(svg('path', { d: `M${through([...up, ...down])}Z`, class: 'band' }));
  }
}

/** A line through `value` of each point; `style` is its CSS class. */
export function line({ root, x, y }, points, gap = Infinity, style = 'line') {
  for (const run of runs(points, gap)) {
    if (run.length === 1) root.append(svg('circle', { cx: x(run[0].x), cy: y(run[0].value), r: 1.6, class: 'dot' }));
    else root.append(svg('path', { d: `M${through(run.map((point) => [x(point.x), y(point.value)]))}`, class: style }));
  }
}

/** Bars from zero; `width` on the x axis, `faint` marks one that still grows. */
export function bars({ root, x, y }, points, width) {
  const wide = Math.max(1, x(width) - x(0) - 2);
  for (const point of points) {
    root.append(
      svg('rect', {
        x: x(point.x) + 1,
        y: y(point.value),
        width: wide,
        height: Math.max(0, y(0) - y(point.value)),
        rx: Math.min(2, wide / 3),
        class: point.faint ? 'bar faint' : 'bar',
      }),
    );
  }
}

/** A small mark over each point whose window was corrected: a triangle, so that it is no matter of colour. */
export function corrected({ root, x, y }, points) {
  for (const point of points.filter(({ item }) => item?.state === 'corrected')) {
    const [left, top] = [x(point.middle ?? point.x), Math.max(9, y(point.value) - 4)];
    root.append(svg('path', { d: `M${left.toFixed(1)},${top.toFixed(1)} l-3.5,-6 h7 Z`, class: 'corrected' }));
  }
}

/** Points of single readings: hollow where one does not count. */
export function dots({ root, x, y }, points) {
  for (const point of points) {
    root.append(
      svg('circle', {
        cx: x(point.x).toFixed(1),
        cy: y(point.value).toFixed(1),
        r: point.hollow ? 3.5 : 1.8,
        class: point.hollow ? 'reading hollow' : 'reading',
      }),
    );
  }
}

/** The dot of now, with its word. */
export function now({ root, x, y }, point, word) {
  root.append(
    svg('circle', { cx: x(point.x), cy: y(point.value), r: 4.5, class: 'now' }),
    svg('text', { x: x(point.x) + 9, y: y(point.value) - 8, class: 'tick strong' }, word),
  );
}

/** A small line without axes. */
export function sparkline(values) {
  const high = Math.max(1, ...values);
  const points = values.map((value, at) => [(at / Math.max(1, values.length - 1)) * 108 + 1, 27 - (value / high) * 24]);
  return svg(
    'svg',
    { viewBox: '0 0 110 30', width: 110, height: 30, class: 'spark', 'aria-hidden': 'true' },
    points.length > 1 ? svg('path', { d: `M${through(points)}`, class: 'line' }) : null,
  );
}
