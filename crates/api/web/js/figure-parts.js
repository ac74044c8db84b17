/** What a figure is made of: finer windows, the poles of a zone, or the readings themselves. */
import { answer, shown } from './answer.js';
import { inParallel, list } from './api.js';
import * as chart from './chart.js';
import { h } from './dom.js';
import { explore } from './explore.js';
import { readings, told } from './figure-data.js';
import { CROSSINGS, DIRECTIONS, INDICES, figureAddress, finer, instantName, worstState } from './figure-rules.js';
import { flagWord, isCount, isPersonal, unitOf, valueWords, what } from './figure-words.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { state } from './state.js';
import { head } from './states.js';
import { HOUR, civil, midnight } from './time.js';
import { operates } from './view-rules.js';

const TITLES = { '1h': 'parts.hours', '1d': 'parts.days', '1mo': 'parts.months' };
/** What the panel leaves to its chart, and what stands at its sides on a phone, in pixels. */
const [WIDE, MARGINS] = [430, 32];
/** More readings or poles than this are not listed. */
const MOST = 60;

/**
 * @param {import('./figure-rules.js').Figure} figure
 * @param {import('./figure-data.js').Told} told
 * @returns {HTMLElement|null} null of an index, whose parts are its pollutants
 */
export function madeOf(figure, { start, end }) {
  if (INDICES.includes(figure.property)) return null;
  if (isPersonal(figure) && state.role === 'public' && figure.kind !== 'zone') return note(t('parts.readings'), t('parts.public'));
  if (finer(figure.step) && finer(figure.step) !== '15m')
    return part(
      t(TITLES[finer(figure.step)]),
      () => windows(figure, start, end),
      (items) => course(figure, items, start, end),
    );
  if (figure.kind !== 'zone')
    return part(
      t('parts.readings'),
      () => readings(figure, start, end),
      (found) => table(figure, found),
    );
  if (isPersonal(figure) && state.role === 'public') return note(t('parts.poles'), t('parts.public'));
  return part(
    t('parts.poles'),
    () => poles(figure),
    (rows) => poleTable(figure, rows),
  );
}

function note(title, text) {
  return h('section', {}, head(null, title), h('p', { class: 'note' }, text));
}

function part(title, ask, draw) {
  const body = h('div', {});
  const asked = answer(ask, () => put());
  const put = () => body.replaceChildren(...[shown(asked, draw)].flat(2).filter(Boolean));
  put();
  asked.load();
  return h('section', { 'data-testid': 'figure-parts' }, head(null, title), body);
}

function windows({ kind, id, property, step }, start, end) {
  const span = { from: instantName(start), to: instantName(end), step: finer(step) };
  return property === CROSSINGS ? list('footfall', { zone: id, ...span }) : list('series', { [kind]: id, property, ...span });
}

function valueOf(figure, item) {
  return (figure.property === CROSSINGS ? item.crossings : isCount(figure) ? item.sum : item.mean) ?? null;
}

/** A picture of the finer windows; each opens its own figure. */
function course(figure, items, start, end) {
  const points = items
    .map((item) => {
      const x = Date.parse(item.start);
      return { x, middle: (x + Date.parse(item.end)) / 2, value: valueOf(figure, item), faint: item.state === 'open', item };
    })
    .filter(({ value }) => value !== null);
  if (points.length === 0)
    return h('p', { class: 'note' }, t(isPersonal(figure) && state.role === 'public' ? 'parts.unpublished' : 'parts.none'));
  const values = points.map(({ value }) => value);
  const count = isCount(figure);
  const label = t('pole.chart', {
    property: what(figure),
    span: format.date(start),
    low: format.exact(Math.min(...values)),
    high: format.exact(Math.max(...values)),
    unit: unitOf(figure),
    last: format.exact(values.at(-1)),
  });
  const drawn = chart.plot({
    width: Math.min(WIDE, document.documentElement.clientWidth - MARGINS),
    height: 150,
    x: [start, end],
    y: [count ? 0 : Math.min(...values), Math.max(...values)],
    ticks: ticks(start, end),
    label,
  });
  const length = Date.parse(points[0].item.end) - points[0].x;
  if (count) chart.bars(drawn, points, length);
  else
    chart.line(
      drawn,
      points.map((point) => ({ ...point, x: point.middle })),
      length * 1.5,
    );
  chart.corrected(drawn, points);
  const open = ({ x }) => figureAddress({ ...figure, step: finer(figure.step), start: x });
  const time = finer(figure.step) === '1h' ? format.clock : format.day;
  const say = ({ item, value }) =>
    `${time(Date.parse(item.start))}: ${valueWords(figure, value)}${item.state ? ` · ${t(`window.${item.state}`)}` : ''}`;
  return [
    h(
      'div',
      { class: 'plot' },
      drawn.root,
      explore(
        drawn,
        points.map((point) => (count ? point : { ...point, x: point.middle, start: point.x })),
        say,
        (point) => open({ x: point.start ?? point.x }),
      ),
    ),
    h('p', { class: 'note' }, t('mark.openHelp')),
  ];
}

function ticks(start, end) {
  const days = (end - start) / (24 * HOUR);
  if (days < 2) return [0, 6, 12, 18].map((hour) => ({ at: start + hour * HOUR, text: String(civil(start + hour * HOUR).hour) }));
  const every = days < 9 ? 2 : days < 32 ? 7 : 92;
  return Array.from({ length: Math.ceil(days / every) }, (_, at) => midnight(start, at * every)).map((at) => ({
    at,
    text: format.day(at),
  }));
}

/** The readings of a pole or device; each leads to its way through the service. */
function table(figure, { items, next }) {
  if (items.length === 0) return h('p', { class: 'note' }, t(isCount(figure) ? 'parts.spread' : 'parts.none'));
  const shownItems = items.slice(0, MOST);
  const property = state.properties.get(figure.property);
  const row = (item) => {
    const at = Date.parse(item.event_time);
    const trace = !operates(state.role) ? null : address('trace', `${item.device}/${figure.property}/${item.channel}/${item.event_time}`);
    const counted = item.counted === null ? `${t('parts.not')}: ${item.flags.map(flagWord).join(', ')}` : format.exact(item.counted);
    return h(
      'tr',
      { class: item.counted === null ? 'not-counted' : null },
      h('td', {}, h('a', { href: trace, 'aria-label': t('parts.trace', { time: format.seconds(at) }) }, format.seconds(at))),
      h('td', { class: 'n' }, format.exact(item.value)),
      h('td', { class: item.counted === null ? null : 'n' }, counted),
    );
  };
  const columns = [t('parts.time'), t('parts.value'), t('parts.counted')].map((text, at) =>
    h(
      'th',
      { scope: 'col', class: at ? 'n' : null },
      text,
      at === 1 && property ? ` (${format.unit(property.unit) || what(figure)})` : null,
    ),
  );
  const more =
    (next || items.length > MOST) &&
    h('p', { class: 'note' }, t('parts.more', { n: shownItems.length, total: next ? `${items.length}+` : items.length }));
  return [h('table', { class: 'readings' }, h('thead', {}, h('tr', {}, columns)), h('tbody', {}, shownItems.map(row))), more];
}

/** Each pole's figure of the same time; of crossings both directions, each a figure of its own. */
async function poles(figure) {
  const ids = (state.zones?.find(({ id }) => id === figure.id)?.poles ?? []).slice(0, MOST);
  const properties = figure.property === CROSSINGS ? DIRECTIONS : [figure.property];
  const rows = await inParallel(
    ids.map((id) => async () => {
      const figures = properties.map((property) => ({ ...figure, kind: 'pole', id, property }));
      const found = await Promise.all(figures.map((one) => told(one)));
      return { id, cells: figures.map((one, at) => ({ figure: one, told: found[at] })) };
    }),
  );
  return rows.filter(({ cells }) => cells.some((cell) => cell.told));
}

function poleTable(figure, rows) {
  if (rows.length === 0) return h('p', { class: 'note' }, t('parts.none'));
  const columns = figure.property === CROSSINGS ? [t('figure.in'), t('figure.out')] : [unitOf(figure)];
  const cell = (one) => h('td', { class: 'n' }, one.told ? h('a', { href: figureAddress(one.figure) }, format.exact(one.told.value)) : '–');
  const row = ({ id, cells }) => {
    const known = cells.map((one) => one.told).filter(Boolean);
    const honest = t('window.short', {
      state: t(`window.${worstState(known.map((one) => one.state))}`),
      share: format.percent(Math.min(...known.map((one) => one.coverage))),
    });
    return h(
      'tr',
      {},
      h('td', {}, h('a', { href: address('pole', id) }, state.poles.get(id)?.name ?? id)),
      cells.map(cell),
      h('td', { class: 'note' }, honest),
    );
  };
  return [
    h(
      'table',
      { class: 'readings' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, t('devices.pole')),
          columns.map((text) => h('th', { scope: 'col', class: 'n' }, text)),
          h('th', { scope: 'col' }, t('figure.state')),
        ),
      ),
      h('tbody', {}, rows.map(row)),
    ),
    h('p', { class: 'note' }, t(isCount(figure) ? 'parts.polesSum' : 'parts.polesHelp')),
  ];
}
