/** Each day of a year as a cell: the darker the more; holidays, events, outages and notes stand where they were. */
import { bands, cells, COVERED, inLanes, ink, monthStarts, outages } from './calendar-rules.js';
import { h, svg } from './dom.js';
import { figureAddress } from './figure-rules.js';
import * as format from './format.js';
import { knows, language, t } from './i18n.js';
import { walkGrid } from './planning-grid.js';
import { calendarSpans, startOf } from './planning-rules.js';

export const LEFT = 34;
const TOP = 34;
const LANE = 24;
const WEEKS = 53;
/** The least distance of two columns that still can be read. */
const LEAST = 13;
/** So many pixels a letter of a label takes. */
const LETTER = 7.2;

/** The distance of two columns in a card of that width. */
export function pitchOf(width) {
  return Math.max(LEAST, (width - LEFT) / WEEKS);
}

/**
 * The drawing, its readout and what a screen reader says.
 * @param {object} shown
 * @param {Map<string, any>} shown.known days by date
 * @param {{days:Map<string, any>, events:any[]}|null} shown.occasions
 * @param {{from:string, to:string}} shown.period
 * @param {'all'|'open'} shown.hours
 * @param {import('./planning-rules.js').Note[]} shown.notes
 * @param {{kind:string, id:string, property:string}} shown.figure what a day is a figure of
 * @param {(value:number) => string} shown.say a value with its unit
 * @param {string} shown.label
 * @param {number} width
 */
export function calendar(shown, width) {
  const blocks = calendarSpans(shown.period).map((span) => block(shown, span, pitchOf(width)));
  const tall = blocks.reduce((sum, { height }) => sum + height, 0);
  const wide = Math.ceil(LEFT + pitchOf(width) * WEEKS);
  let y = 0;
  const root = svg(
    'svg',
    { viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, class: 'calendar', role: 'group', 'aria-label': shown.label },
    blocks.map(({ parts, height }) => {
      const group = svg('g', { transform: `translate(0 ${y})` }, parts);
      y += height;
      return group;
    }),
  );
  root.querySelectorAll('a').forEach((link, at) => link.setAttribute('data-at', at));
  return { root, readout: walkGrid(root, { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7 }) };
}

function block(shown, span, pitch) {
  const all = cells(span, shown.known);
  const size = Math.min(pitch, 24);
  const y = (row) => TOP + row * size;
  const below = y(7) + 4;
  const labels = under(shown, span, all, pitch);
  const lanes = Math.max(0, ...labels.map(({ lane }) => lane + 1));
  const scale = extent(shown.known);
  return {
    height: below + lanes * LANE + 10,
    parts: [
      monthStarts(all).map(({ date, column }) => svg('text', { x: LEFT + column * pitch + 1, y: 14, class: 'lab' }, monthName(date))),
      mark(shown.period, all, pitch),
      [0, 1, 2, 3, 4, 5, 6].map((row) => svg('text', { x: 0, y: y(row) + size / 2 + 4, class: 'lab' }, t(`planning.short.${row}`))),
      all
        .filter(({ date }) => startOf(date) < Date.now())
        .map((cell) => day(shown, cell, { x: LEFT + cell.column * pitch, y: y(cell.row), wide: pitch, tall: size }, scale)),
      labels.map(({ lane, ...thing }) => label({ ...thing, y: below + lane * LANE })),
    ],
  };
}

/** Least and most of what is shown. */
function extent(known) {
  const values = [...known.values()].map(({ value }) => value).filter((value) => value !== null);
  return values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
}

function monthName(date) {
  return new Intl.DateTimeFormat(language() === 'de' ? 'de-DE' : 'en-GB', { timeZone: 'UTC', month: 'short' })
    .format(Date.parse(date))
    .replace('.', '');
}

/** A line over the weeks of the period that the other parts are about. */
function mark(period, all, pitch) {
  const inside = all.filter(({ date }) => date >= period.from && date <= period.to);
  if (inside.length === 0 || inside.length === all.length) return null;
  return svg('line', {
    x1: LEFT + inside[0].column * pitch + 1,
    x2: LEFT + (inside.at(-1).column + 1) * pitch - 2,
    y1: TOP - 6,
    y2: TOP - 6,
    class: 'period',
  });
}

function day(shown, { date, known }, { x, y, wide, tall }, scale) {
  const box = { x: x + 1, y: y + 1, width: wide - 2, height: tall - 2, rx: Math.min(4, tall / 5) };
  const value = known?.value ?? null;
  if (value === null && isClosed(shown, date))
    return svg('circle', { cx: x + wide / 2, cy: y + tall / 2, r: 1.4, class: 'closed' }, svg('title', {}, words(shown, date, known)));
  if (value === null)
    return svg(
      'rect',
      { ...box, x: x + 1.5, y: y + 1.5, width: wide - 3, height: tall - 3, class: 'no-data' },
      svg('title', {}, words(shown, date, known)),
    );
  const isThin = known.coverage !== null && known.coverage !== undefined && known.coverage < COVERED;
  const occasion = shown.occasions?.days.get(date);
  const noted = shown.notes.findIndex((note) => note.date === date);
  return svg(
    'a',
    {
      href: figureAddress({ ...shown.figure, step: '1d', start: startOf(date) }),
      'data-date': date,
      'aria-label': words(shown, date, known),
    },
    svg('rect', { ...box, class: isThin ? 'day thin' : 'day', 'fill-opacity': ink(value, scale).toFixed(3) }),
    occasion?.public_holiday ? svg('circle', { cx: x + wide / 2, cy: y + tall / 2, r: Math.min(2.6, tall / 6), class: 'holiday' }) : null,
    noted >= 0
      ? svg('path', {
          d: `M${x + wide - 1},${y + 1} v${Math.min(9, tall / 2)} l-${Math.min(9, tall / 2)},-${Math.min(9, tall / 2)}Z`,
          class: 'noted',
        })
      : null,
  );
}

/** Whether shops are closed all day and nothing but opening hours is looked at. */
function isClosed({ hours, occasions }, date) {
  return hours === 'open' && occasions?.days.get(date)?.open === null;
}

/** "Sa., 28. November 2026: 114.137 Querungen, Abdeckung 100 %, korrigiert, Adventsmarkt" */
export function words(shown, date, known) {
  const occasion = shown.occasions?.days.get(date);
  const names = [
    occasion?.public_holiday && holidayWord(occasion.public_holiday),
    occasion?.special_day && holidayWord(occasion.special_day),
    occasion?.sunday_opening && t('planning.sunday'),
    ...eventsOf(shown, date),
  ].filter(Boolean);
  const value = known?.value ?? null;
  const told =
    value === null
      ? [t(isClosed(shown, date) ? 'planning.closed' : 'planning.noData')]
      : [
          shown.say(value),
          known.coverage === null || known.coverage === undefined ? null : t('planning.covered', { share: format.percent(known.coverage) }),
          known.state ? t(`window.${known.state}`) : null,
        ];
  const notes = shown.notes.filter((note) => note.date === date).map(({ text }) => `„${text}“`);
  return `${format.date(startOf(date))}: ${[...told, ...names, ...notes].filter(Boolean).join(', ')}`;
}

function eventsOf({ occasions }, date) {
  return [...new Set((occasions?.events ?? []).filter(({ days }) => days.includes(date)).map(({ name }) => name))];
}

/** The name of a holiday or special day. */
export function holidayWord(id) {
  return knows(`holiday.${id}`) ? t(`holiday.${id}`) : id;
}

/** What stands under the days: bands of events, outages, notes; each in the first lane that is free there. */
function under(shown, span, all, pitch) {
  const columnOf = new Map(all.map(({ date, column }) => [date, column]));
  const x = (date) => LEFT + (columnOf.get(date) ?? 0) * pitch + 1;
  const until = (date) => LEFT + ((columnOf.get(date) ?? 0) + 1) * pitch - 2;
  const things = [
    ...bands(shown.occasions?.events ?? [], span).map(({ name, kind, from, to }) => ({
      from,
      to,
      text: `${name} ${short({ from, to })}`,
      style: `event ${kind}`,
    })),
    ...(shown.figure.kind === 'zone' ? outages(all, (date) => isClosed(shown, date)) : []).map(({ from, to }) => ({
      from,
      to,
      text: `${t('planning.outage')} ${short({ from, to })}`,
      style: 'outage',
    })),
    ...shown.notes.filter(({ date }) => columnOf.has(date)).map(({ date, text }) => ({ from: date, to: date, text, style: 'note-label' })),
  ];
  const right = LEFT + pitch * WEEKS;
  return inLanes(
    things.map((thing) => {
      const length = thing.text.length * LETTER + 12;
      const first = x(thing.from);
      const start = Math.min(first, Math.max(LEFT, right - length));
      return {
        text: thing.text,
        style: thing.style,
        first,
        last: Math.max(until(thing.to), first + 4),
        start,
        end: Math.max(until(thing.to), start + length),
      };
    }),
  );
}

/** "9.–12. Juli" */
function short({ from, to }) {
  return format.days(startOf(from), startOf(to));
}

/** @param {any} thing what lies under the days, with the lane's place */
function label({ first, last, start, y, text, style }) {
  return svg(
    'g',
    { class: `under ${style}` },
    svg('rect', { x: first, y: y + 2, width: last - first, height: 4, rx: 2 }),
    svg('text', { x: start, y: y + 18 }, text),
  );
}

/** All days as a table, newest first. */
export function dayTable(shown, unit) {
  const rows = [...shown.known].filter(([, known]) => known.value !== null).reverse();
  return h(
    'table',
    { class: 'planning-table' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['day', 'value', 'coverage', 'state', 'occasion'].map((column) =>
          h(
            'th',
            { scope: 'col', class: column === 'value' || column === 'coverage' ? 'n' : null },
            column === 'value' ? unit : t(`planning.column.${column}`),
          ),
        ),
      ),
    ),
    h(
      'tbody',
      {},
      rows.map(([date, known]) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, format.date(startOf(date))),
          h('td', { class: 'n' }, format.exact(known.value)),
          h('td', { class: 'n' }, known.coverage === null || known.coverage === undefined ? '–' : format.percent(known.coverage)),
          h('td', {}, known.state ? t(`window.${known.state}`) : '–'),
          h('td', {}, occasionWords(shown, date)),
        ),
      ),
    ),
  );
}

function occasionWords(shown, date) {
  const day = shown.occasions?.days.get(date);
  return [
    day?.public_holiday && holidayWord(day.public_holiday),
    day?.special_day && holidayWord(day.special_day),
    ...eventsOf(shown, date),
  ]
    .filter(Boolean)
    .join(', ');
}

/** What is regular in the week, and which holidays are marked, in words. */
export function occasionNotes(shown) {
  const weekly = (shown.occasions?.events ?? []).filter(({ weekdays }) => weekdays.length > 0);
  const names = [
    ...new Map(
      weekly.map(({ name, weekdays }) => [name, `${name} (${weekdays.map((day) => t(`planning.weekday.${day}`)).join(', ')})`]),
    ).values(),
  ];
  const holidays = [...(shown.occasions?.days.values() ?? [])].filter(({ public_holiday: id, date }) => id && startOf(date) < Date.now());
  const isLong = calendarSpans(shown.period).length > 1; // then a day and a month name two days
  return [
    holidays.length
      ? t('planning.holidays', {
          list: holidays
            .map(
              ({ date, public_holiday: id }) =>
                `${holidayWord(id)} (${isLong ? format.shortDate(Date.parse(date)) : format.day(startOf(date))})`,
            )
            .join(', '),
        })
      : null,
    names.length ? t('planning.weekly', { list: names.join('; ') }) : null,
  ].filter(Boolean);
}
