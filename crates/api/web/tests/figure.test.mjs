import assert from 'node:assert/strict';
import { test } from 'node:test';

import { told } from '../js/figure-data.js';
import {
  difference,
  effect,
  figureAddress,
  figureName,
  finer,
  joined,
  minuteOf,
  parseFigure,
  reasonsOf,
  worstState,
} from '../js/figure-rules.js';
import { tally } from '../js/raw-rules.js';
import { de } from '../js/text-figure-de.js';
import { en } from '../js/text-figure-en.js';
import { instant, wallClock } from '../js/time.js';

const NAME = 'zone:altstadt/people_in/1d/2026-11-28T23:00:00Z';

test('a figure is named by whose it is, of what, how long and when', () => {
  const figure = parseFigure(NAME);
  assert.deepEqual(figure, { kind: 'zone', id: 'altstadt', property: 'people_in', step: '1d', start: Date.parse('2026-11-28T23:00:00Z') });
  assert.equal(figureName(figure), NAME);
  assert.equal(parseFigure('device:a/b:c/pm2_5/15m/2026-11-28T23:15:00Z').id, 'a/b:c', 'ids may hold anything');
});

test('what names no figure is none', () => {
  const wrong = [
    '',
    'altstadt',
    'city:x/people_in/1d/2026-11-28T23:00:00Z',
    'zone:/people_in/1d/2026-11-28T23:00:00Z',
    'zone:a/people_in/2d/2026-11-28T23:00:00Z',
    'zone:a/people_in/1d/soon',
    'zone:a/people_in/constructor/2026-11-28T23:00:00Z',
  ];
  assert.deepEqual(
    wrong.map(parseFigure),
    wrong.map(() => null),
  );
});

test('an address leads back to its figure, whatever stands in an id', () => {
  const figure = { ...parseFigure(NAME), id: 'a & b=c#d' };
  const said = Object.fromEntries(new URLSearchParams(figureAddress(figure, Date.parse('2026-11-29T10:15:00Z')).slice(1)));
  assert.deepEqual(parseFigure(said.figure), figure);
  assert.equal(minuteOf(said.as_of), Date.parse('2026-11-29T10:15:00Z'));
  assert.deepEqual(
    [minuteOf('2026-11-29T10:15:59Z'), minuteOf(undefined), minuteOf('then')],
    [Date.parse('2026-11-29T10:15:00Z'), null, null],
  );
  assert.equal(figureAddress(parseFigure(NAME)), `#figure=${NAME}`, 'readable where nothing has to be escaped');
});

test('windows are made of finer ones, quarters of readings', () => {
  assert.deepEqual(['15m', '1h', '1d', '1w', '1mo', '1y'].map(finer), [null, '15m', '1h', '1d', '1d', '1mo']);
});

const revision = (number, former, after, reason = 'late') => {
  const figure = (value) => ({ value, count: 6, excluded: 0, flags: [] });
  const at = { received_at: `2026-11-28T15:0${number}:00Z`, device: 'd1', quarter: '2026-11-28T14:00:00Z' };
  return { revision: number, reason, ...at, former: figure(former), after: figure(after) };
};

test('crossings are revised as both directions are', () => {
  const [first, second] = joined([
    [revision(1, 10, 12), revision(2, null, 4)],
    [revision(1, 7, 7), revision(2, null, null)],
  ]);
  assert.deepEqual([first.former.value, first.after.value, first.after.count], [17, 19, 12]);
  assert.deepEqual([second.former.value, second.after.value], [null, 4], 'unknown is not zero');
});

test('where a change touches one direction only, the other stays as it was', () => {
  const [first, second, third] = joined([[revision(1, 10, 12), revision(3, 12, 13)], [{ ...revision(2, 7, 8), revision: 1 }]]);
  const values = [first, second, third].map(({ former, after }) => [former.value, after.value]);
  assert.deepEqual(values, [
    [17, 19],
    [19, 20],
    [20, 21],
  ]);
  assert.deepEqual(
    joined([[], [revision(1, 7, 8)]]).map(({ after }) => after.value),
    [8],
  );
});

test('a revision says what it did', () => {
  const effects = [revision(1, 5, 5), revision(2, null, 5), revision(3, 5, null), revision(4, 5, 6), revision(5, 6, 5)].map(effect);
  assert.deepEqual(effects, ['same', 'came', 'gone', 'more', 'less']);
  assert.deepEqual(reasonsOf([revision(1, 1, 2), revision(2, 2, 3, 'registry'), revision(3, 3, 4)]), ['late', 'registry']);
});

test('the difference of two figures is none where one is unknown', () => {
  assert.deepEqual(difference(825, 830), { by: 5, ratio: 830 / 825 });
  assert.deepEqual(difference(0, 5), { by: 5, ratio: null });
  assert.deepEqual([difference(null, 5), difference(5, undefined)], [null, null]);
});

test('several windows are as settled as the least settled one', () => {
  assert.deepEqual(
    [worstState(['final', 'corrected']), worstState(['provisional', 'final']), worstState(['open', 'corrected']), worstState([])],
    ['corrected', 'provisional', 'open', null],
  );
});

test('the clock of the city is read as its instants, on days of 23 and 25 hours too', () => {
  const at = (text) => new Date(instant(text)).toISOString();
  assert.equal(at('2026-11-28T14:15'), '2026-11-28T13:15:00.000Z');
  assert.equal(at('2026-07-01T00:00'), '2026-06-30T22:00:00.000Z');
  assert.equal(at('2026-10-25T02:30'), '2026-10-25T00:30:00.000Z', 'of the doubled hour the first');
  assert.equal(instant(''), null);
  assert.equal(wallClock(Date.parse('2026-07-01T10:00:30Z')), '2026-07-01T12:00');
});

test('figures are explained in both languages', () => {
  assert.deepEqual(Object.keys(en), Object.keys(de));
  for (const [key, text] of Object.entries(en)) assert.deepEqual(text.match(/\{\w+\}/g)?.sort(), de[key].match(/\{\w+\}/g)?.sort(), key);
});

const reading = (counted, ...flags) => ({ counted, flags });

test('readings that do not count are counted, by their remarks', () => {
  const silent = ['corrected', 'uncalibrated'];
  const items = [
    reading(1),
    reading(2, 'corrected'),
    reading(null, 'stuck', 'uncalibrated'),
    reading(null, 'stuck', 'humid'),
    reading(3, 'spike', 'step'),
    reading(null, 'uncalibrated'),
  ];
  assert.deepEqual(tally(items, silent), {
    n: 6,
    excluded: 3,
    why: [
      ['stuck', 2],
      ['humid', 1],
      ['uncalibrated', 1],
    ],
    odd: 1,
    remarks: [
      ['spike', 1],
      ['step', 1],
    ],
  });
  assert.deepEqual(tally([reading(1)], silent), { n: 1, excluded: 0, why: [], odd: 0, remarks: [] });
});

/** What the interface says of a day of twelve hours of 60 × 10 and twelve of 6 × 40 µg/m³. */
function answers(day) {
  const start = '2026-11-27T23:00:00Z';
  const methods = [{ id: 'air.day', version: 1 }];
  const series = {
    method: { id: 'window.mean', version: 1 },
    items: [{ start, end: '2026-11-28T23:00:00Z', mean: 12.727, coverage: 0.55 }],
  };
  const days = { methods, items: [{ start, pollutants: [{ pollutant: 'pm2_5', ...day }] }] };
  return async (address) => ({ ok: true, json: async () => (String(address).includes('air/days') ? days : series) });
}

test('a day of a pollutant is its mean by law, or none, and the mean of all readings stands beside it', async () => {
  const figure = parseFigure('pole:AM-01/pm2_5/1d/2026-11-27T23:00:00Z');
  globalThis.fetch = answers({ mean: 25, valid_hours: 24, state: 'corrected', revision: 2 });
  const { value, pooled, hours, method, state, revision } = await told(figure);
  assert.deepEqual(
    { value, pooled, hours, method: method.id, state, revision },
    { value: 25, pooled: 12.727, hours: 24, method: 'air.day', state: 'corrected', revision: 2 },
  );
  globalThis.fetch = answers({ mean: null, valid_hours: 17, state: 'final', revision: 0 });
  const none = await told(figure);
  assert.deepEqual([none.value, none.pooled, none.hours], [null, 12.727, 17]);
  const zone = await told({ ...figure, kind: 'zone', id: 'altstadt' });
  assert.deepEqual(
    [zone.value, zone.pooled, zone.hours, zone.method.id],
    [12.727, 12.727, undefined, 'window.mean'],
    'days by law are of poles',
  );
  const hour = await told({ ...figure, step: '1h' });
  assert.deepEqual([hour.value, hour.pooled], [12.727, undefined]);
});
