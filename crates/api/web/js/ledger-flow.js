/** The ledger as a picture: streams as wide as their share, from the journal to outcomes, readings and targets; each number opens what it counts. */
import { svg } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { numberId } from './ledger-rules.js';
import { address } from './route.js';
import { condition } from './target-rules.js';
import { targetName } from './targets.js';

const HEIGHT = 236;
/** A stream that exists is at least this tall, so that it can be seen. */
const THIN = 5;
/** From this width on targets have room beside the readings, and so many of them. */
const WIDE = 860;
const MOST_TARGETS = 3;
/** Their words need that much between them, in pixels. */
const APART = 16;

/** Heights that show proportion, yet let nothing vanish. */
function heights(outs, total, room) {
  const spare = room - outs.length * THIN;
  return outs.map(({ value }) => (value > 0 ? THIN : 2) + (total ? (value / total) * spare : 0));
}

/**
 * @param {any} now of the stream
 * @param {{name:string, value:number}[]} outs outcomes of messages
 * @param {any[]} targets each of which gets all readings; on a phone they stand below alone
 * @param {number} width in CSS pixels
 */
export function flowPicture(now, outs, targets, width) {
  const narrow = width < 560;
  const ends = width < WIDE ? [] : targets.slice(0, MOST_TARGETS);
  const [left, middle, right, last] = narrow
    ? [8, Math.round(width * 0.4), width - 8]
    : ends.length
      ? [165, width * 0.4, width * 0.6, width * 0.81]
      : [Math.max(160, width * 0.18), width * 0.5, width * 0.82];
  const gap = 26;
  const room = HEIGHT - 24 - gap * (outs.length - 1);
  const tall = heights(outs, now.journalled, room);
  const total = tall.reduce((sum, one) => sum + one, 0);
  const label = t('ledger.label', {
    total: format.number(now.journalled),
    ...Object.fromEntries(outs.map(({ name, value }) => [name, format.number(value)])),
  });
  const root = svg('svg', {
    viewBox: `0 0 ${width} ${HEIGHT}`,
    width,
    height: HEIGHT,
    class: ends.length ? 'flow has-targets' : 'flow',
    role: 'group',
    'aria-label': label,
  });
  let from = (HEIGHT - total) / 2;
  let to = 12;
  root.append(svg('rect', { x: left, y: from, width: 10, height: total, rx: 3, class: 'node' }));
  outs.forEach(({ name }, at) => {
    if (at === 0) root.append(...forwarded(ends, right + 10, last, to, tall[0]), readings(middle + 10, right, to, tall[0], narrow)); // under the words of the uplinks
    root.append(
      stream(left + 10, from, middle, to, tall[at], name),
      svg('rect', { x: middle, y: to, width: 10, height: tall[at], rx: 3, class: `node ${name}` }),
      outText(name, middle + 20, to + tall[at] / 2, at === 0),
    );
    from += tall[at];
    to += tall[at] + gap;
  });
  root.append(sourceText(left, HEIGHT / 2, narrow)); // on a phone it stands upon the streams
  return root;
}

function stream(x0, y0, x1, y1, tall, name) {
  const half = (x0 + x1) / 2;
  return svg('path', {
    d: `M${x0},${y0} C${half},${y0} ${half},${y1} ${x1},${y1} V${y1 + tall} C${half},${y1 + tall} ${half},${y0 + tall} ${x0},${y0 + tall}Z`,
    class: `stream ${name}`,
  });
}

/** A number, and the way to what it counts. */
function link(equation, name, ...inside) {
  const id = numberId(equation, name);
  return svg('a', { href: address('count', id), 'data-focus': `count ${id}`, class: name }, inside);
}

function readings(x0, x1, y, tall, narrow) {
  const told = (...inside) => link('readings', 'accepted', ...inside);
  if (narrow)
    return told(
      svg(
        'text',
        { x: x0 + 10, y: y + tall / 2 + 36 },
        svg('tspan', { class: 'v', 'data-number': 'readings' }),
        ' ',
        svg('tspan', { class: 'word' }, t('ledger.readings')),
      ),
    );
  return svg(
    'g',
    {},
    svg('path', { d: `M${x0},${y} H${x1} V${y + tall} H${x0}Z`, class: 'stream uplink under' }),
    svg('rect', { x: x1, y, width: 10, height: tall, rx: 3, class: 'node readings' }),
    told(
      svg('text', { x: x1 + 20, y: y + tall / 2 - 3, class: 'v', 'data-number': 'readings' }),
      svg('text', { x: x1 + 20, y: y + tall / 2 + 16, class: 'word' }, t('ledger.readings')),
    ),
  );
}

/** Where readings go: a stream for each target, in the colour of how it is. */
function forwarded(targets, x0, x1, y, tall) {
  const each = tall / targets.length;
  return targets.map((target, at) => {
    const top = y + at * (each + APART);
    return svg(
      'g',
      { class: `target-end is-${condition(target)}` },
      stream(x0, y + at * each, x1, top, each, 'uplink'),
      svg('rect', { x: x1, y: top, width: 10, height: each, rx: 3, class: 'node' }),
      svg('text', { x: x1 + 20, y: top + each / 2 - 3, class: 'v' }, targetName(target.name)),
      svg('text', { x: x1 + 20, y: top + each / 2 + 16, class: 'word', 'data-pending': target.name }),
    );
  });
}

function sourceText(x, y, narrow) {
  const place = narrow ? { x: x + 18, 'text-anchor': 'start' } : { x: x - 12, 'text-anchor': 'end' };
  return svg(
    'g',
    { class: 'source' },
    link(
      'messages',
      'journalled',
      svg('text', { ...place, y: y - 3, class: 'v', 'data-number': 'journalled' }),
      svg('text', { ...place, y: y + 16, class: 'word' }, t(narrow ? 'term.journalled' : 'ledger.journalled')),
    ),
  );
}

function outText(name, x, y, tall) {
  const number = svg('tspan', { class: 'v', 'data-number': name });
  const lines = tall
    ? svg(
        'text',
        { y: y - 3 },
        svg('tspan', { x, class: 'v', 'data-number': name }),
        svg('tspan', { x, dy: 19, class: 'word' }, t(`ledger.${name}`)),
      )
    : svg('text', { x, y: y + 5 }, number, ' ', svg('tspan', { class: 'word' }, t(`ledger.${name}`)));
  return link('messages', name, lines);
}
