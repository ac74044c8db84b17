import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allBalanced, condition, isBehind, named, secondsUntil, shares, span, terms } from '../js/target-rules.js';
import { de } from '../js/text-ledger-de.js';
import { en } from '../js/text-ledger-en.js';

const closed = { state: 'closed', kind: null, reason: null, since: null, retry_at: null };
const city = {
  name: 'city',
  accepted: 100,
  filtered: 10,
  forwarded: 80,
  pending: 7,
  refused: [
    { reason: 'rejected', value: 2, lines: 1 },
    { reason: 'too_large', value: 1, lines: 1 },
  ],
  balanced: true,
  lag_s: 0,
  circuit: closed,
};

test('a connected target that lags behind catches up; one that is away waits, however far it is', () => {
  const at = (state, lag) => condition({ circuit: { ...closed, state }, lag_s: lag });
  assert.deepEqual(
    [at('closed', 9.9), at('closed', 10), at('open', 0), at('open', 5000), at('half_open', 5000)],
    ['closed', 'behind', 'open', 'open', 'half_open'],
  );
  assert.deepEqual([isBehind({ lag_s: 9.9 }), isBehind({ lag_s: 10 })], [false, true]);
});

test('the terms of the equation add up to what was accepted, with all reasons of refusal in one', () => {
  assert.deepEqual(
    terms(city).map(({ name, value }) => `${name} ${value}`),
    ['filtered 10', 'forwarded 80', 'pending 7', 'refused 3'],
  );
  assert.equal(
    terms(city).reduce((sum, { value }) => sum + value, 0),
    city.accepted,
  );
});

test('a bar is full, shows the least part, and draws nothing for nothing', () => {
  const parts = shares([0, 1_000_000, 1, 0]);
  assert.deepEqual([parts[0], parts[3]], [0, 0]);
  assert.ok(parts[2] > 0.005 && parts[1] > 0.98);
  assert.ok(Math.abs(parts.reduce((sum, part) => sum + part, 0) - 1) < 1e-9);
  assert.deepEqual(shares([0, 0, 0, 0]), [0, 0, 0, 0]);
});

test('a span is told in the unit that people would use', () => {
  const told = [0, 12.3, 89.9, 90, 5399, 5400, 172_799, 172_800, 900_000]
    .map((seconds) => span(seconds))
    .map(({ unit, n }) => `${n} ${unit}`);
  assert.deepEqual(told, ['0 s', '12 s', '89 s', '1 min', '89 min', '1 h', '47 h', '2 d', '10 d']);
});

test('the next attempt is counted down to now', () => {
  const now = Date.parse('2026-11-29T10:00:00Z');
  const until = (at) => secondsUntil(at, now);
  assert.deepEqual(
    [until('2026-11-29T10:00:11.2Z'), until('2026-11-29T10:00:00Z'), until('2026-11-29T09:00:00Z'), until(null)],
    [12, null, null, null],
  );
});

test('one sum of one target that does not add up spoils the whole', () => {
  const odd = { ...city, balanced: false };
  assert.deepEqual(
    [
      allBalanced({ balanced: true }, null),
      allBalanced({ balanced: true }, [city]),
      allBalanced({ balanced: true }, [city, odd]),
      allBalanced({ balanced: false }, [city]),
    ],
    [true, true, false, false],
  );
});

test('an address names a target, and a reason or all', () => {
  assert.deepEqual(
    [named('city/rejected'), named('city')],
    [
      { target: 'city', reason: 'rejected' },
      { target: 'city', reason: '' },
    ],
  );
});

test('every trouble and every reason has its words and its next step in both languages', () => {
  const troubles = ['token', 'bucket', 'server', 'network', 'not_influxdb', 'clock'].map((kind) => `trouble.${kind}`);
  const reasons = ['field_type_conflict', 'outside_retention', 'too_large', 'rejected', 'unknown_property'].map(
    (reason) => `refused.${reason}`,
  );
  const states = ['closed', 'behind', 'open', 'half_open'].map((state) => `target.${state}`);
  const wanted = [
    ...[...troubles, ...reasons].flatMap((key) => [key, `${key}.step`]),
    ...states,
    ...['s', 'min', 'h', 'd'].map((unit) => `span.${unit}`),
  ];
  for (const key of wanted) assert.ok(de[key] && en[key], key);
});
