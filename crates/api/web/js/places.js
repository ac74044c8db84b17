/** The two cards of counts beside and under the map: the main zone's day, the places compared. */
import * as chart from './chart.js';
import { citeFold } from './cite.js';
import { loadAll, mainZone, places } from './data.js';
import { dayCitation } from './day-cite.js';
import { find, h } from './dom.js';
import { meaningLink } from './explain-link.js';
import { explore } from './explore.js';
import { CROSSINGS, figureAddress } from './figure-rules.js';
import * as format from './format.js';
import { language, t } from './i18n.js';
import { judge } from './sentence.js';
import { state } from './state.js';
import { head, instead, nothing } from './states.js';
import { HOUR, midnight } from './time.js';

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
