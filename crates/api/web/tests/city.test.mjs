import assert from 'node:assert/strict';
import { test } from 'node:test';

import { de as explained } from '../js/explain-de.js';
import { BANDS } from '../js/method-tables.js';
import { shownThemes, themeTile } from '../js/themes-rules.js';
import { counts } from '../js/usual.js';

const now = Date.parse('2026-11-28T12:00:00Z');
const value = (pole, number, { flags = [], before = 60_000 } = {}) => ({
  pole,
  value: number,
  flags,
  event_time: new Date(now - before).toISOString(),
});

test('a theme tells of the lowest and highest of the values that are of now, and how many were none', () => {
  const items = [
    value('A', 31.3),
    value('B', 12),
    value('C', 99, { flags: ['sentinel'] }),
    value('D', 2, { before: 4 * 3_600_000 }),
    value('E', 20, { flags: ['uncalibrated'] }),
  ];
  const { n, old, low, high, taken } = themeTile({ id: 'soil' }, items, now);
  assert.deepEqual([n, old, low.pole, high.pole, taken], [3, 2, 'B', 'A', null]);
});

test('a theme without a sensor is none, one whose sensors are silent has no value', () => {
  assert.equal(themeTile({ id: 'water' }, [], now), null);
  const { n, old, at, low } = themeTile({ id: 'water' }, [value('A', 1, { before: 10 * 3_600_000 })], now);
  assert.deepEqual([n, old, at, low], [0, 1, null, null]);
});

test('bays that are taken are counted', () => {
  const theme = { id: 'parking', taken: (state) => state === 1 };
  assert.equal(themeTile(theme, [value('A', 1), value('A', 0), value('B', 1)], now).taken, 2);
});

test('the public is asked for nothing that could be of single persons', () => {
  const catalogue = new Map([
    ['temperature', { public: true }],
    ['parking_state', { public: true, personal: true }],
    ['charging_state', { public: false, personal: true }],
  ]);
  const shown = (isPublic) => shownThemes(catalogue, isPublic).map(({ id }) => id);
  assert.deepEqual(shown(true), ['warmth']);
  assert.deepEqual(shown(false), ['warmth', 'parking', 'charging']);
});

test('the bands that explanations name are those of the classes', () => {
  const { classes } = explained.find(({ id }) => id === 'luft').text;
  const [, ...bounds] = BANDS.uba_lqi_2025.pm2_5;
  assert.deepEqual(
    classes.map((words) => Number(words.match(/(\d+) µg/)[1])),
    [...bounds, bounds.at(-1)],
  );
});

/** Quarters of an hour of the public from midnight on, counted from the quarter `first` on. */
function quarters(first, last) {
  const midnight = Date.parse('2026-11-27T23:00:00Z');
  return Array.from({ length: last }, (_, at) => ({
    start: new Date(midnight + at * 900_000).toISOString(),
    end: new Date(midnight + (at + 1) * 900_000).toISOString(),
    crossings: at < first ? null : 10,
    coverage: at < first ? 0 : 1,
    state: null,
  }));
}

test('a day that was counted in part says so and is compared with none', () => {
  const week = Array.from({ length: 7 * 24 + 12 }, (_, at) => ({
    start: new Date(now - (at + 13) * 3_600_000).toISOString(),
    end: new Date(now - (at + 12) * 3_600_000).toISOString(),
    crossings: 40,
    coverage: 1,
    state: null,
  })).reverse();
  const part = counts({ hours: week, days: [], quarters: quarters(40, 50) }, now);
  assert.deepEqual([part.today, part.coverage, part.usual], [100, 0.2, null]);
  const whole = counts({ hours: week, days: [], quarters: quarters(0, 50) }, now);
  assert.deepEqual([whole.today, whole.coverage, whole.days], [500, 1, 1]);
  assert.ok(whole.usual > 0);
});
