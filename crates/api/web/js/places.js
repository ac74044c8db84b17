/** The three cards beside and under the map: the main zone's day, the places compared, the air of the last 24 hours. */
import * as chart from './chart.js';
import { citeFold } from './cite.js';
import { loadAll, mainZone, places } from './data.js';
import { dayCitation } from './day-cite.js';
import { find, h, svg, walk } from './dom.js';
import { meaningLink } from './explain-link.js';
import { explore } from './explore.js';
import { CROSSINGS, INDICES, figureAddress } from './figure-rules.js';
import * as format from './format.js';
import { language, t } from './i18n.js';
import { judge } from './sentence.js';
import { airStyle, airWord, isClass } from './shapes.js';
import { state } from './state.js';
import { head, instead, nothing } from './states.js';
import { HOUR, civil, midnight } from './time.js';

const HOURS = [0, 3, 6, 9, 12, 15, 18, 21, 24];
const DAY_HEIGHT = 280;

/** The width a chart has inside a card. */
export function room(card) {
  const style = getComputedStyle(card);
  return Math.max(240, Math.floor(card.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)));
}

/** "vorläufig · 98 % der Messwerte" */
export function stateChip(found, coverage) {
  if (!found) return null;
  const word = t(`window.${found}`);
  return h(
    'span',
    { class: 'chip' },
    coverage === null || coverage === undefined ? word : t('window.coverage', { state: word, share: format.percent(coverage) }),
  );
}

/** "3 % des Tages gezählt": what the public's sum of the day lacks. */
function countedChip({ coverage }) {
  return coverage === null || coverage > 0.995
    ? null
    : h('span', { class: 'chip' }, t('today.counted', { share: format.percent(coverage) }));
}

/** Where the crossings of a zone's day come from. */
function dayOf(zone, { until }) {
  return figureAddress({ kind: 'zone', id: zone.id, property: CROSSINGS, step: '1d', start: midnight(until ?? Date.now()) });
}

/** "gegen 4 übliche Mittwoche" */
function against({ days, weekday }) {
  return days === 1
    ? t('against.one', { weekday: t(`weekday.one.${weekday}`) })
    : t('against.many', { n: days, weekday: t(`weekday.${weekday}`) });
}

/** The main zone's day against usual days. */
export function drawToday() {
  const card = find('#today');
  const zone = mainZone();
  const count = zone && state.counts.get(zone.id);
  const other = instead('counts', !count || count.today === null, t('today.empty'), loadAll);
  const chip = other ? null : (stateChip(count.state === 'open' ? 'provisional' : count.state, count.coverage) ?? countedChip(count));
  const title = head('today-title', zone ? t('today.title', { zone: zone.name }) : t('today.generic'), null, chip);
  if (other) return card.replaceChildren(title, other);
  const drawn =
    count.line.length || count.band.length ? dayChart(zone, count, room(card)) : { root: nothing(t('today.noCourse')), readout: null };
  return card.replaceChildren(
    title,
    dayFigures(zone, count),
    h('div', { class: 'plot' }, h('p', { class: 'note' }, t('today.note')), drawn.root, drawn.readout),
    h('p', { class: 'note foot' }, drawn.readout && [dayFoot(count), ' '], meaningLink('zaehlung')),
    dayFold(zone),
  );
}

let folded = null;

/** The day as a figure; the fold stays as a reader has it when the card is drawn anew. */
function dayFold(zone) {
  const key = `${zone.id} ${language()}`;
  if (folded?.key !== key) folded = { key, root: citeFold(() => dayCitation(zone, state.counts.get(zone.id))) };
  return folded.root;
}

function dayFigures(zone, count) {
  const more =
    count.usual &&
    h(
      'div',
      {},
      h('div', { class: `against ${judge(count)}` }, format.change(count.today / count.usual)),
      h('div', { class: 'note' }, against(count)),
    );
  return h(
    'div',
    { class: 'figures' },
    h(
      'div',
      {},
      h(
        'div',
        { class: 'big' },
        h(
          'a',
          { href: dayOf(zone, count), 'aria-label': t('figure.open', { name: format.number(count.today) }) },
          format.number(count.today),
        ),
      ),
      h('div', { class: 'note' }, t('today.until', { time: format.clock(count.until) })),
    ),
    more || null,
  );
}

function dayFoot(count) {
  if (count.days === 1) return t('today.footOne', { weekday: t(`weekday.one.${count.weekday}`) });
  return count.band.length ? t('today.foot', { n: count.days, weekday: t(`weekday.${count.weekday}`) }) : t('today.footNoBand');
}

function dayChart(zone, count, width) {
  const usual = count.band.map(({ hour, low, high }) => ({ x: hour + 1, low, high }));
  const points = count.line.map(({ hour, crossings, at }) => ({ x: hour, value: crossings, at }));
  const top = Math.max(20, ...usual.map((point) => point.high), ...points.map((point) => point.value));
  const last = points.at(-1);
  const label = t('today.chart', {
    weekday: t(`weekday.${count.weekday}`),
    n: last ? format.number(last.value) : '–',
    time: last ? format.clock(last.at) : '–',
  });
  const drawn = chart.plot({
    width,
    height: DAY_HEIGHT,
    x: [0, 24],
    y: [0, top],
    ticks: HOURS.map((at) => ({ at, text: String(at) })),
    label,
  });
  chart.band(drawn, usual);
  chart.line(drawn, points, state.role === 'public' ? 1.05 : 0.3); // hours: the public gets hours by night
  const lead = ({ at }) =>
    figureAddress({ kind: 'zone', id: zone.id, property: CROSSINGS, step: '1h', start: Math.floor(at / HOUR - 1) * HOUR }); // the last full hour
  if (last) chart.now(drawn, last, Date.now() - last.at < HOUR / 3 ? t('today.now') : format.clock(last.at));
  return {
    root: drawn.root,
    readout: explore(
      drawn,
      points,
      (point) => `${format.clock(point.at - HOUR)}–${format.clock(point.at)}: ${format.number(point.value)}`,
      lead,
    ),
  };
}

/** The places compared. */
export function drawSquares() {
  const rows = places()
    .map((place) => ({ place, count: state.counts.get(place.id) }))
    .filter(({ count }) => count && count.today !== null);
  rows.sort((a, b) => b.count.today - a.count.today);
  const other = instead('counts', rows.length === 0, t(state.role === 'public' ? 'today.empty' : 'squares.empty'), loadAll);
  const title = head('squares-title', t('squares.title'), squaresNote(rows), meaningLink('ueblich'));
  return find('#squares').replaceChildren(
    title,
    other ??
      h(
        'table',
        { class: 'squares' },
        h(
          'thead',
          { class: 'hidden' },
          h(
            'tr',
            {},
            ['place', 'crossings', 'usual', 'day'].map((column) => h('th', { scope: 'col' }, t(`squares.${column}`))),
          ),
        ),
        h('tbody', {}, rows.map(squareRow)),
      ),
  );
}

/** The public sees steps an hour after their end, operators all. */
function squaresNote(rows) {
  const until = Math.max(...rows.map(({ count }) => count.until ?? 0));
  return state.role === 'public' && until > 0 ? t('squares.until', { time: format.clock(until) }) : t('squares.note');
}

function squareRow({ place, count }) {
  const judged = judge(count);
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, place.name),
    h(
      'td',
      { class: 'n' },
      h(
        'a',
        { href: dayOf(place, count), 'aria-label': t('figure.open', { name: format.number(count.today) }) },
        format.number(count.today),
      ),
    ),
    h('td', { class: `against ${judged}` }, t(`usual.${judged}`), usualBeside(count)),
    h('td', { class: 'trend' }, chart.sparkline(count.recent)),
  );
}

/** "üblich 820": the public's figure in the steps that it is shown in. */
function usualBeside({ usual }) {
  if (usual === null) return null;
  const shown = state.role === 'public' ? Math.round(usual / 5) * 5 : Math.round(usual);
  return h('small', { class: 'note' }, t('squares.than', { n: format.number(shown) }));
}

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
