/** The card of the air of the last 24 hours, place by place. */
import { loadAll, places } from './data.js';
import { find, h, svg, walk } from './dom.js';
import { meaningLink } from './explain-link.js';
import { INDICES, figureAddress } from './figure-rules.js';
import { t } from './i18n.js';
import { room } from './places.js';
import { airStyle, airWord, isClass } from './shapes.js';
import { state } from './state.js';
import { head, instead } from './states.js';
import { HOUR, civil } from './time.js';

/** The air of the last 24 hours, as a strip of classes a place; place by place, and shown once all are drawn. */
export function drawHeat() {
  const card = find('#heat');
  const rows = places()
    .map((place) => ({ place, hours: state.heat.get(place.id) ?? [] }))
    .filter(({ hours }) => hours.some(({ found }) => found));
  const other = instead('heat', rows.length === 0, t('heat.empty'), loadAll);
  const title = head('heat-title', t('heat.title'), t('heat.note'), meaningLink('luft'));
  if (other) return card.replaceChildren(title, other);
  const grid = gridOf(rows.length, room(card));
  const { width, height } = grid;
  const strips = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, class: 'heat', role: 'list' });
  const from = (row) => () => {
    if (row === rows.length) {
      strips.append(...ticks(rows[0].hours, grid));
      return card.replaceChildren(title, strips, h('p', { class: 'note foot' }, heatFoot(rows)));
    }
    strips.append(strip(rows[row], row * grid.pitch, grid));
    return from(row + 1);
  };
  return from(0)();
}

/** Where strips and their hours stand. */
function gridOf(rows, width) {
  const left = width < 440 ? 104 : 124;
  const wide = (width - left) / 24;
  const tall = Math.min(28, Math.max(20, wide));
  return { left, wide, tall, pitch: tall + 10, width, height: rows * (tall + 10) + 18 };
}

function strip({ place, hours }, y, { left, wide, tall }) {
  return walk(
    svg(
      'g',
      { role: 'listitem', 'aria-label': t('heat.label', { place: place.name, summary: summary(hours) }) },
      svg('text', { x: 0, y: y + tall / 2 + 4, class: 'row' }, place.name),
      hours.map((hour, at) => cell(place, hour, { x: left + at * wide, y, wide, tall })),
    ),
  );
}

function ticks(hours, { left, wide, height }) {
  return hours
    .map(({ start }, at) => ({ hour: civil(start).hour, x: left + at * wide }))
    .filter(({ hour }) => hour % 3 === 0)
    .map(({ hour, x }) => svg('text', { x, y: height - 3, class: 'tick' }, String(hour)));
}

function cell(place, { start, found }, { x, y, wide, tall }) {
  const hours = { from: civil(start).hour, to: civil(start + HOUR).hour };
  const word = t('heat.cell', { place: place.name, ...hours, air: airWord(found?.class) });
  const box = svg('rect', { x: x + 1, y, width: wide - 2, height: tall, rx: 4, class: airStyle(found?.class) }, svg('title', {}, word));
  const drawn =
    found && found.class >= 2
      ? [
          box,
          svg(
            'text',
            { x: x + wide / 2, y: y + tall / 2 + 4, class: `mark-${found.class}`, 'text-anchor': 'middle', 'aria-hidden': 'true' },
            '▲◆✕'[found.class - 2],
          ),
        ]
      : box;
  const figure = found && { kind: 'pole', id: found.pole, property: INDICES[0], step: '1h', start };
  return figure ? svg('a', { href: figureAddress(figure), tabindex: -1, 'aria-label': word }, drawn) : drawn;
}

function summary(hours) {
  const found = hours.filter((hour) => hour.found).map((hour) => hour.found.class);
  return [4, 3, 2, 1, 0]
    .map((one) => ({ one, n: found.filter((value) => value === one).length }))
    .filter(({ n }) => n)
    .map(({ one, n }) => `${n} h ${airWord(one)}`)
    .join(', ');
}

function heatFoot(rows) {
  const all = rows.flatMap(({ place, hours }) => hours.filter((hour) => isClass(hour.found?.class)).map((hour) => ({ place, ...hour })));
  const worst = Math.max(...all.map((hour) => hour.found.class));
  if (worst < 2) return t('heat.calm', { air: airWord(worst) });
  const at = all.find((hour) => hour.found.class === worst);
  let end = at.start;
  while (all.some((hour) => hour.place === at.place && hour.start === end && hour.found.class === worst)) end += HOUR;
  return t('heat.worst', {
    place: at.place.name,
    from: civil(at.start).hour,
    to: civil(end).hour,
    pollutant: t(`${at.found.worst}.short`),
    air: airWord(worst),
  });
}
