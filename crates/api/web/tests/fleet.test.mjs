import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  ALL,
  batteryLeft,
  chosen,
  direction,
  isSame,
  keptViews,
  picked,
  quiet,
  refusedShare,
  remarks,
  rowByKey,
  rowsAt,
  SORTS,
  sortedAnew,
  withView,
} from '../js/fleet-rules.js';
import { de } from '../js/text-operation-de.js';
import { en } from '../js/text-operation-en.js';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const device = (id, more = {}) => ({
  id,
  pole: 'AM-01',
  profile: 'air',
  state: 'reporting',
  last_received_at: '2026-11-29T11:59:00Z',
  interval_s: 60,
  battery: null,
  clock_offset_s: null,
  flags: [],
  outcomes: { messages: 100, quarantined: 0 },
  lorawan: null,
  ...more,
});
const volts = { property: 'battery_voltage', value: 3.4, unit: 'V' };
const level = (value) => ({ property: 'battery_level', value, unit: '%' });
const ids = (devices, wanted) =>
  chosen(devices, { ...ALL, ...wanted }, { now: NOW, wordsOf: ({ id, pole }) => `${id} ${pole}`.toLowerCase() }).map(({ id }) => id);

test('a device is quiet for so many of its intervals', () => {
  assert.equal(quiet(device('a', { last_received_at: '2026-11-29T11:55:00Z' }), NOW), 5);
  assert.equal(quiet(device('a', { last_received_at: null }), NOW), null);
  assert.equal(quiet(device('a', { interval_s: null }), NOW), null);
});

test('a level says what is left of a battery, a voltage does not', () => {
  assert.deepEqual(
    [level(12), volts, null].map((battery) => batteryLeft({ battery })),
    [12, null, null],
  );
});

test('remarks that come of the method are not the device’s', () => {
  assert.deepEqual(remarks({ flags: ['uncalibrated', 'stuck', 'corrected', 'interpolated', 'replayed'] }), ['stuck']);
  assert.deepEqual(remarks({}), []);
});

test('a share of nothing is not known', () => {
  assert.deepEqual(
    [
      refusedShare({ outcomes: { messages: 0, quarantined: 0 } }),
      refusedShare({ outcomes: { messages: 4, quarantined: 1 } }),
      refusedShare({}),
    ],
    [null, 0.25, null],
  );
});

test('views are told apart by what is wrong, and all of that is conspicuous', () => {
  const devices = [
    device('fine'),
    device('silent', { state: 'silent' }),
    device('low', { battery: level(20) }),
    device('full', { battery: level(21) }),
    device('slow', { clock_offset_s: 60 }),
    device('right', { clock_offset_s: -59.9 }),
    device('refused', { outcomes: { messages: 100, quarantined: 1 } }),
  ];
  assert.deepEqual(picked(devices), { all: 7, attention: 4, silent: 1, battery: 1, radio: 0, clock: 1, refused: 1 });
  assert.deepEqual(ids(devices, { only: 'attention', sort: 'device' }), ['low', 'refused', 'silent', 'slow']);
});

test('a search wants every word, a connection only its own', () => {
  const devices = [device('air-1'), device('air-2', { pole: 'LS-02' }), device('0202ca57fe000918')];
  assert.deepEqual(ids(devices, { text: 'AIR ls' }), ['air-2']);
  assert.deepEqual(ids(devices, { connection: 'lorawan' }), ['0202ca57fe000918']);
});

test('what is sorted by comes in its order, what has none of it last in both directions', () => {
  const devices = [
    device('none'),
    device('b', { battery: level(80) }),
    device('a', { battery: level(9) }),
    device('volts', { battery: volts }),
  ];
  assert.deepEqual(ids(devices, { sort: 'battery' }), ['a', 'b', 'volts', 'none']);
  assert.deepEqual(ids(devices, { sort: 'battery', reversed: true }), ['volts', 'b', 'a', 'none']);
  const late = [
    device('a'),
    device('late', { last_received_at: '2026-11-29T11:00:00Z' }),
    device('hourly', { last_received_at: '2026-11-29T11:00:00Z', interval_s: 3600 }),
    device('never', { last_received_at: null }),
  ];
  assert.deepEqual(ids(late, { sort: 'seen' }), ['late', 'a', 'hourly', 'never'], 'against what is expected, the longest first');
});

test('every order has all devices, once each', () => {
  const devices = Array.from({ length: 200 }, (_, n) =>
    device(`d${n}`, { clock_offset_s: n % 7 ? n % 13 : null, battery: n % 3 ? level(n % 101) : null, flags: n % 5 ? [] : ['stuck'] }),
  );
  for (const sort of SORTS)
    for (const reversed of [false, true])
      assert.deepEqual(ids(devices, { sort, reversed }).sort(), devices.map(({ id }) => id).sort(), sort);
});

test('a column is sorted by, turned round, then left alone', () => {
  const first = sortedAnew(ALL, 'loss');
  const second = sortedAnew(first, 'loss');
  assert.deepEqual(
    [first, second, sortedAnew(second, 'loss')],
    [
      { sort: 'loss', reversed: false },
      { sort: 'loss', reversed: true },
      { sort: 'attention', reversed: false },
    ],
  );
  assert.deepEqual(
    [direction(first, 'loss'), direction(second, 'loss'), direction(first, 'pole'), direction({ sort: 'pole', reversed: false }, 'pole')],
    ['descending', 'ascending', 'none', 'ascending'],
  );
});

test('of ten thousand rows those that are seen are in the document, and half as many on both sides', () => {
  const at = (top) => rowsAt({ top, height: 560, row: 56, total: 10_000 });
  assert.deepEqual(
    [at(0), at(5600), at(560_000)],
    [
      { from: 0, to: 16 },
      { from: 95, to: 116 },
      { from: 9994, to: 10_000 },
    ],
  );
  assert.deepEqual(rowsAt({ top: 0, height: 560, row: 56, total: 0 }), { from: 0, to: 0 });
});

test('keys lead from row to row and stay within the table', () => {
  const to = (key, at) => rowByKey(key, at, 10, 100);
  assert.deepEqual(
    [to('ArrowDown', 99), to('ArrowUp', 0), to('PageDown', 5), to('PageUp', 5), to('Home', 50), to('End', 50), to('a', 5)],
    [99, 0, 15, 0, 0, 99, null],
  );
});

test('a view is kept under its name, and what else stands there is left out', () => {
  const loss = { ...ALL, sort: 'loss' };
  const views = withView(withView([], ' Funk ', ALL), 'Funk', loss);
  assert.deepEqual(keptViews(JSON.stringify(views)), [{ name: 'Funk', wanted: loss }]);
  assert.deepEqual(withView(views, '  ', ALL), views);
  for (const text of [
    null,
    '',
    '{',
    '{}',
    '[1,null,{"name":1}]',
    '[{"name":"x","wanted":{"text":"","only":"__proto__","sort":"loss","connection":"all"}}]',
  ])
    assert.deepEqual(keptViews(text), [], text);
  assert.equal(
    withView(
      Array.from({ length: 30 }, (_, n) => ({ name: `${n}`, wanted: ALL })),
      'one more',
      ALL,
    ).length,
    12,
  );
  assert.ok(isSame(ALL, { ...ALL }) && !isSame(ALL, loss));
});

test('both languages have the same texts with the same gaps', () => {
  assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) assert.deepEqual(text.match(/\{\w+\}/g)?.sort(), de[key].match(/\{\w+\}/g)?.sort(), key);
});
