import assert from 'node:assert/strict';
import { test } from 'node:test';

import { roundSteps } from '../js/chart.js';
import { labels } from '../js/map-labels.js';
import { spread } from '../js/spread.js';
import { HOUR, civil, midnight } from '../js/time.js';
import { counts } from '../js/usual.js';

test('days of Berlin have 23, 24 and 25 hours', () => {
  const hours = (iso) => (midnight(Date.parse(iso), 1) - midnight(Date.parse(iso))) / HOUR;
  assert.deepEqual(['2026-03-29T10:00Z', '2026-06-01T10:00Z', '2026-10-25T10:00Z'].map(hours), [23, 24, 25]);
  assert.equal(new Date(midnight(Date.parse('2026-10-25T12:00Z'))).toISOString(), '2026-10-24T22:00:00.000Z');
  assert.equal(civil(Date.parse('2026-11-25T23:30Z')).hour, 0);
});

/** Four weeks of hours, `of(day, hour)` crossings each, up to `now`. */
function history(now, of) {
  const hours = [];
  for (let at = midnight(now, -28); at < now; at += HOUR) {
    const days = Math.round((midnight(at) - midnight(now)) / (24 * HOUR));
    hours.push({
      start: new Date(at).toISOString(),
      end: new Date(at + HOUR).toISOString(),
      crossings: of(days, civil(at).hour),
      state: at + HOUR > now ? 'open' : 'final',
    });
  }
  return hours;
}

test('today is compared with the same weekdays until the same minute', () => {
  const now = Date.parse('2026-11-25T11:30:00Z'); // 12:30 in Berlin, a Wednesday
  const hours = history(now, (days) => (days % 7 === 0 ? 100 : 7));
  const found = counts(
    { hours, days: [{ start: new Date(midnight(now)).toISOString(), crossings: 1400, coverage: 0.98, state: 'open' }] },
    now,
  );
  assert.equal(found.weekday, 3);
  assert.equal(found.today, 1400);
  assert.equal(found.days, 4);
  assert.equal(found.usual, 1250);
  assert.deepEqual(found.band[12], { hour: 12, low: 100, high: 100 });
});

test('the line of today gives the last full hour at each quarter', () => {
  const now = Date.parse('2026-11-25T00:20:00Z');
  const start = midnight(now);
  const quarters = Array.from({ length: 9 }, (_, at) => ({
    start: new Date(start - HOUR + (at * HOUR) / 4).toISOString(),
    end: new Date(start - HOUR + ((at + 1) * HOUR) / 4).toISOString(),
    crossings: 10,
    state: at === 8 ? 'open' : 'provisional',
  }));
  const { line } = counts({ hours: [], days: [], quarters }, now);
  assert.deepEqual(
    line.map(({ hour, crossings }) => [hour, crossings]),
    [
      [0.25, 40],
      [0.5, 40],
      [0.75, 40],
      [1, 40],
    ],
  );
});

test('the public adds its day up from steps: quarters by day, hours by night, an hour old, without a state', () => {
  const now = Date.parse('2026-11-25T12:20:00Z'); // 13:20 in Castrop-Rauxel
  const at = (ms) => new Date(ms).toISOString();
  const item = (start, length, crossings) => ({ start: at(start), end: at(start + length), crossings, in: null, state: null });
  const night = Array.from({ length: 7 }, (_, n) => item(midnight(now) + (n - 1) * HOUR, HOUR, 5));
  const day = Array.from({ length: 25 }, (_, n) => item(midnight(now) + 6 * HOUR + (n * HOUR) / 4, HOUR / 4, 10));
  const found = counts({ hours: [], days: [], quarters: [...night, ...day] }, now);
  assert.equal(found.today, 6 * 5 + 25 * 10);
  assert.equal(found.until, Date.parse('2026-11-25T11:15:00Z'));
  assert.equal(found.state, null);
  assert.deepEqual(
    found.line.slice(0, 2).map(({ hour, crossings }) => [hour, crossings]),
    [
      [1, 5],
      [2, 5],
    ],
  );
  assert.deepEqual(
    found.line.slice(5, 8).map(({ hour, crossings }) => [hour, crossings]),
    [
      [6, 5],
      [7, 40],
      [7.25, 40],
    ],
  );
});

test('a silent counter is no count of zero', () => {
  const now = Date.parse('2026-11-25T11:30:00Z');
  const hours = history(now, (days) => (days === -7 ? null : 10));
  assert.equal(counts({ hours, days: [] }, now).days, 3);
});

test('nothing known gives nothing, not zero', () => {
  const found = counts({ hours: [], days: [] }, Date.parse('2026-11-25T11:30:00Z'));
  assert.deepEqual([found.today, found.usual, found.band, found.line], [null, null, [], []]);
});

test('axes have round steps that hold the data', () => {
  assert.deepEqual(roundSteps([0, 4430]).steps, [0, 2000, 4000, 6000]);
  assert.deepEqual(
    roundSteps([3.3, 3.62]).steps.map((step) => Number(step.toFixed(2))),
    [3.3, 3.4, 3.5, 3.6, 3.7],
  );
  assert.ok(roundSteps([5, 5]).high > 5);
});

test('points that cover each other are moved apart, the same way each time', () => {
  const points = Array.from({ length: 18 }, (_, at) => ({ x: 100 + (at % 3), y: 100 + (at % 5) }));
  const moved = spread(points, 24);
  for (const [at, a] of moved.entries()) for (const b of moved.slice(at + 1)) assert.ok(Math.hypot(a.x - b.x, a.y - b.y) > 18);
  assert.deepEqual(spread(points, 24), moved);
  assert.deepEqual(
    spread(
      [
        { x: 0, y: 0 },
        { x: 90, y: 0 },
      ],
      24,
    ),
    [
      { x: 0, y: 0 },
      { x: 90, y: 0 },
    ],
  );
});

test('places that lie close share the name of their district', () => {
  const zones = [
    { id: 'a', name: 'A', kind: 'place', parent: 'd', poles: ['1'] },
    { id: 'b', name: 'B', kind: 'place', parent: 'd', poles: ['2'] },
    { id: 'd', name: 'D', kind: 'district', parent: null, poles: [] },
  ];
  const names = (x) =>
    labels(
      zones,
      new Map([
        ['1', { x: 100, y: 100 }],
        ['2', { x, y: 100 }],
      ]),
      { width: 600, height: 400 },
    ).map(({ zone }) => zone.name);
  assert.deepEqual(names(120), ['D']);
  assert.deepEqual(names(320), ['A', 'B']);
});
