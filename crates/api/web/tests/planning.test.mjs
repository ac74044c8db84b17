import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { bands, cells, inLanes, ink, monthStarts, outages } from '../js/calendar-rules.js';
import {
  addressOf,
  calendarSpans,
  choicesOf,
  daysBetween,
  lastDays,
  periodOf,
  presets,
  startOf,
  stepOf,
  usualSites,
} from '../js/planning-rules.js';
import { headline, notComparable, paragraph, spanWords } from '../js/planning-words.js';
import { de } from '../js/text-planning-de.js';
import { en } from '../js/text-planning-en.js';
import { de as figuresDe } from '../js/text-figure-de.js';
import { en as figuresEn } from '../js/text-figure-en.js';

const said = (hash) => Object.fromEntries(new URLSearchParams(hash.slice(1)));
const sayIn =
  (table) =>
  (key, values = {}) => {
    assert.ok(key in table, key);
    return table[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
const german = sayIn({ ...figuresDe, ...de });
const english = sayIn({ ...figuresEn, ...en });
const number = (value, digits = 0) =>
  new Intl.NumberFormat('de-DE', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

test('an address repeats every choice, and leaves out what goes without saying', () => {
  assert.equal(addressOf(choicesOf({})), '#planung');
  const choices = {
    zone: 'am-markt',
    what: 'noise',
    pole: 'AM-03',
    from: '2026-01-01',
    to: '2026-03-31',
    days: 'saturdays',
    hours: 'open',
    compare: 'event:adventsmarkt',
    asOf: Date.parse('2026-11-29T17:30:00Z'),
    sites: ['am-markt', 'lange-strasse'],
    notes: [
      { date: '2026-02-24', text: 'Zähler & Mast = weg # 100 %' },
      { date: '2026-03-01', text: 'neu' },
    ],
  };
  assert.deepEqual(choicesOf(said(addressOf(choices))), choices);
  assert.match(addressOf(choices), /^#planung&zone=am-markt&.*&as_of=2026-11-29T17:30:00Z&sites=am-markt,lange-strasse&/);
});

test('an address that says nonsense is as if it said nothing', () => {
  for (const wrong of [
    { from: '2026-13-01', to: '2026-14-01' },
    { from: '2026-02-30', to: '2026-03-01' },
    { from: '2026-03-02', to: '2026-03-01' },
    { from: '1900-01-01', to: '2026-01-01' },
    { from: '2026-01-01' },
    { days: 'x' },
    { hours: 'x' },
    { what: 'x' },
    { compare: 'event:' },
    { as_of: 'soon' },
    { notes: 'no day\n2026-02-24\n2026-02-31 x' },
  ]) {
    assert.deepEqual(choicesOf(wrong), choicesOf({}), JSON.stringify(wrong));
  }
  assert.equal(choicesOf({ sites: 'a,b,c,d,e,f,g,h' }).sites.length, 6);
});

test('periods are whole days of the city', () => {
  assert.deepEqual(periodOf(choicesOf({}), '2026-11-29'), { from: '2026-11-01', to: '2026-11-28' });
  assert.deepEqual(presets('2026-03-15').month, { from: '2026-02-01', to: '2026-02-28' });
  assert.deepEqual(presets('2026-01-15').month, { from: '2025-12-01', to: '2025-12-31' });
  assert.equal(daysBetween('2026-03-28', '2026-03-30'), 3, 'the short day of March is a day');
  assert.equal(new Date(startOf('2026-03-29')).toISOString(), '2026-03-28T23:00:00.000Z');
  assert.equal(new Date(startOf('2026-03-30')).toISOString(), '2026-03-29T22:00:00.000Z');
  assert.deepEqual(lastDays({ from: '2025-01-01', to: '2026-11-28' }, 270.7), { from: '2026-03-04', to: '2026-11-28' });
  assert.deepEqual(lastDays({ from: '2026-11-01', to: '2026-11-28' }, 371), { from: '2026-11-01', to: '2026-11-28' });
});

test('bars are days, weeks or months, as the comparison allows', () => {
  const step = (change, from, to) => stepOf({ ...choicesOf({}), ...change }, { from, to });
  assert.equal(step({ compare: 'previous_year' }, '2026-11-01', '2026-11-28'), '1d');
  assert.equal(step({ compare: 'previous_year' }, '2026-09-01', '2026-11-28'), '1w');
  assert.equal(step({ compare: 'previous_year' }, '2026-01-01', '2026-11-28'), '1mo');
  assert.equal(step({ compare: 'advent' }, '2026-01-01', '2026-11-28'), '1w', 'feasts move weeks, not months');
  assert.equal(step({ compare: 'baseline' }, '2026-01-01', '2026-11-28'), '1d', 'usual days are days');
  assert.equal(step({ compare: 'previous_year', days: 'saturdays' }, '2026-01-01', '2026-11-28'), '1d');
});

test('a calendar shows a year up to a short period, and each year of a long one', () => {
  assert.deepEqual(calendarSpans({ from: '2026-11-01', to: '2026-11-28' }), [{ from: '2025-11-29', to: '2026-11-28' }]);
  assert.deepEqual(calendarSpans({ from: '2025-03-01', to: '2026-11-28' }), [
    { from: '2025-03-01', to: '2025-12-31' },
    { from: '2026-01-01', to: '2026-11-28' },
  ]);
});

test('days stand in the column of their week, Monday first', () => {
  const all = cells({ from: '2026-11-28', to: '2026-12-01' }, new Map([['2026-11-29', { value: 3 }]]));
  assert.deepEqual(
    all.map(({ date, column, row }) => `${date} ${column}/${row}`),
    ['2026-11-28 0/5', '2026-11-29 0/6', '2026-11-30 1/0', '2026-12-01 1/1'],
  );
  assert.equal(all[1].known.value, 3);
  assert.deepEqual(
    monthStarts(cells({ from: '2026-11-01', to: '2026-12-20' }, new Map())).map(({ date }) => date),
    ['2026-11-01', '2026-12-01'],
  );
});

test('an outage is a run of days without a value between days with one', () => {
  const known = new Map(
    ['2026-02-20', '2026-02-21', '2026-02-25', '2026-02-27'].map((date) => [date, { value: date === '2026-02-21' ? 0 : 5 }]),
  );
  assert.deepEqual(
    outages(cells({ from: '2026-02-18', to: '2026-03-02' }, known)),
    [
      { from: '2026-02-22', to: '2026-02-24' },
      { from: '2026-02-26', to: '2026-02-26' },
    ],
    'zero is a value; what lies before and after is no outage',
  );
  assert.deepEqual(outages(cells({ from: '2026-02-18', to: '2026-02-19' }, new Map())), []);
  const sundays = (date) => ['2026-02-22', '2026-03-01'].includes(date);
  assert.deepEqual(
    outages(cells({ from: '2026-02-18', to: '2026-03-02' }, new Map([...known].filter(([date]) => date !== '2026-02-21'))), sundays),
    [
      { from: '2026-02-21', to: '2026-02-24' },
      { from: '2026-02-26', to: '2026-02-26' },
    ],
    'closed days neither are one nor end one',
  );
});

test('events are bands, unless they are each week', () => {
  const events = [
    { id: 'm', name: 'Markt', kind: 'market', weekdays: ['saturday'], days: ['2026-11-28'] },
    { id: 'f', name: 'Fest', kind: 'festival', weekdays: [], days: ['2026-08-27', '2026-08-28', '2026-08-29'] },
  ];
  assert.deepEqual(bands(events, { from: '2026-08-28', to: '2026-12-31' }), [
    { id: 'f', name: 'Fest', kind: 'festival', from: '2026-08-28', to: '2026-08-29' },
  ]);
  assert.deepEqual(bands(events, { from: '2026-09-01', to: '2026-12-31' }), []);
});

test('what stands under the calendar does not touch', () => {
  assert.deepEqual(
    inLanes([
      { start: 0, end: 10 },
      { start: 5, end: 12 },
      { start: 10, end: 20 },
    ]).map(({ lane }) => lane),
    [0, 1, 0],
  );
});

test('the least value is still inked', () => {
  assert.deepEqual([ink(5, [5, 9]), ink(9, [5, 9]), ink(7, [7, 7])], [0.08, 1, 0.5]);
});

test('spans are told as people tell them', () => {
  const words = (from, to, language = 'de') => spanWords({ from, to }, language, language === 'de' ? german : english);
  assert.equal(words('2026-11-01', '2026-11-28'), '1. bis 28. November 2026');
  assert.equal(words('2026-11-01', '2026-11-30'), 'November 2026');
  assert.equal(words('2026-01-01', '2026-12-31'), '2026');
  assert.equal(words('2025-01-01', '2026-12-31'), '2025 bis 2026');
  assert.equal(words('2026-09-07', '2026-11-28'), '7. September bis 28. November 2026');
  assert.equal(words('2025-11-29', '2026-11-28', 'en'), '29 November 2025 to 28 November 2026');
  assert.equal(words('2026-11-28', '2026-11-28'), '28. November 2026');
});

const facts = {
  zone: 'Am Markt',
  span: 'November 2026',
  days: 'saturdays',
  compare: 'previous_year',
  event: null,
  noSum: null,
  totals: {
    windows: 4,
    crossings: 46_600,
    coverage: 0.987,
    compared: { windows: 4, not_comparable: 0, crossings: 46_600, partner_crossings: 44_381, change_permille: 50 },
  },
};

test('the first sentence says how much more or less, and nothing when it must not', () => {
  const of = (change, say = german) => headline({ ...facts, ...change }, number, say);
  const totals = (compared) => ({ totals: { ...facts.totals, compared } });
  assert.equal(of({}), 'Am Markt: samstags 5,0 % mehr Querungen als im Vorjahr, November 2026.');
  assert.equal(
    of(totals({ windows: 4, change_permille: -230 })),
    'Am Markt: samstags 23 % weniger Querungen als im Vorjahr, November 2026.',
  );
  assert.equal(of(totals({ windows: 4, change_permille: 4 })), 'Am Markt: samstags etwa so viele Querungen wie im Vorjahr, November 2026.');
  assert.equal(
    of(totals({ windows: 0, change_permille: null })),
    'Am Markt: samstags 46.600 Querungen, November 2026; ein Vergleich mit dem Vorjahr ist nicht möglich.',
  );
  assert.equal(of({ compare: 'none', days: 'all' }), 'Am Markt: 46.600 Querungen, November 2026.');
  assert.equal(of({ totals: { ...facts.totals, windows: 0, crossings: null } }), 'Am Markt: samstags keine Zählung, November 2026.');
  assert.equal(of({ noSum: { reason: 'city' }, days: 'all' }), 'Am Markt hat keine Summe, November 2026.');
  assert.equal(
    of({ compare: 'event:x', event: 'Stadtfest' }, english),
    'Am Markt: Saturdays 5,0% more crossings than on comparable days without Stadtfest, November 2026.',
  );
});

test('what must not be compared is said with its reason, the most first', () => {
  const items = [
    { not_comparable: { reason: 'unfinished' } },
    { not_comparable: { reason: 'no_data' } },
    {},
    { not_comparable: { reason: 'no_data' } },
  ];
  assert.deepEqual(notComparable(items, '1d', number, german), [
    '2 Tage nicht vergleichbar, weil: auf einer Seite gibt es keine Daten.',
    '1 Tag nicht vergleichbar, weil: ein Zeitraum ist noch nicht zu Ende.',
  ]);
});

test('the paragraph for the council names count, coverage, comparison, corrections, state, method and place to look it up', () => {
  const told = {
    ...facts,
    step: '1d',
    hours: 'open',
    items: [{ state: 'final' }, { state: 'corrected' }, { state: 'final' }, { state: 'final', not_comparable: { reason: 'no_data' } }],
    asOf: '29. November 2026, 18:30',
    methods: 'footfall.cross_section/1',
    publisher: 'Castrop-Rauxel',
    link: 'https://stadt.example/#planung',
  };
  assert.equal(
    paragraph(told, number, german),
    'Am Markt, November 2026, samstags, nur Öffnungszeiten: gezählt wurden 46.600 Querungen (beide Richtungen; Querungen einer Linie, keine Personen). Abdeckung 98,7 %. ' +
      'Das sind 5,0 % mehr als im Vorjahr (46.600 gegen 44.381; verglichen sind 4 von 4 Tagen). 1 Tag nicht vergleichbar, weil: auf einer Seite gibt es keine Daten. 1 von 4 Tagen wurden nach dem Schließen korrigiert. ' +
      'Stand der Daten: 29. November 2026, 18:30. Castrop-Rauxel, Sensoren an Straßenlaternen, nicht amtlich; Methode footfall.cross_section/1. Nachzusehen unter https://stadt.example/#planung',
  );
  assert.equal(paragraph({ ...told, totals: null }, number, german), null);
  assert.match(
    paragraph({ ...told, totals: { ...facts.totals, coverage: 0.99996 } }, number, german),
    /Abdeckung 99,9 %/,
    'all of it only when nothing is missing',
  );
  const gaps = (n) => ({ ...told, totals: { ...facts.totals, coverage: 0.547, without_data: n } });
  assert.match(paragraph(gaps(12), number, german), / Abdeckung 54,7 %; 12 Tage ohne Daten\. /);
  assert.match(paragraph(gaps(1), number, english), / Coverage 54,7%; 1 day without data\. /);
});

test('the sites beside each other are the main zone and one place of each other part of the city', () => {
  const zone = (id, kind, parent) => ({ id, kind, parent });
  const zones = [
    zone('city', 'city', null),
    zone('old', 'district', 'city'),
    zone('a', 'place', 'old'),
    zone('n', 'district', 'city'),
    zone('b', 'place', 'n'),
    zone('c', 'place', 'n'),
    zone('d', 'place', 'm'),
  ];
  assert.deepEqual(usualSites(zones, zones[1]), ['old', 'b', 'd']);
  assert.deepEqual(usualSites(zones, null), ['a', 'b', 'd']);
});

test('planning is told in both languages', () => {
  assert.deepEqual(Object.keys(en), Object.keys(de));
  for (const [key, text] of Object.entries(en)) assert.deepEqual(text.match(/\{\w+\}/g)?.sort(), de[key].match(/\{\w+\}/g)?.sort(), key);
});

test('vendored files are those whose sums are written down', () => {
  const sums = readFileSync(new URL('../vendor/README.md', import.meta.url), 'utf8').matchAll(/^([0-9a-f]{64})  (\S+)$/gm);
  const checked = [...sums].map(([, sum, path]) => {
    assert.equal(
      createHash('sha256')
        .update(readFileSync(new URL(`../${path}`, import.meta.url)))
        .digest('hex'),
      sum,
      path,
    );
    return path;
  });
  assert.ok(checked.includes('vendor/lean-qr.mjs') && checked.includes('vendor/maplibre-gl.mjs'));
});
