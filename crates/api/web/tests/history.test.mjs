import assert from 'node:assert/strict';
import { test } from 'node:test';

import { corrected, newest, newestCompared, windowed } from '../js/device-history-rules.js';

test('the newest reading is the one that was received last', () => {
  const at = (received_at, property) => ({ received_at, property });
  assert.equal(newest([]), null);
  assert.equal(newest([at('2026-11-29T10:00:00Z', 'a'), at('2026-11-29T10:00:01.5Z', 'b'), at('2026-11-29T10:00:01Z', 'c')]).property, 'b');
});

test('windows with a revision are corrected, the newest first', () => {
  const item = (hour, revision) => ({ start: `2026-11-29T${hour}:00:00Z`, end: `2026-11-29T${hour}:15:00Z`, revision });
  const found = corrected([
    { property: 'pm2_5', items: [item('08', 1), item('09', 0), item('10', 2)] },
    { property: 'no2', items: [item('10', 1)] },
  ]);
  assert.deepEqual(
    found.map(({ property, start, revision }) => `${start.slice(11, 13)} ${property} ${revision}`),
    ['10 no2 1', '10 pm2_5 2', '08 pm2_5 1'],
  );
});

test('an hour is compared when both sides are known', () => {
  const hour = (start, value, median) => ({ start, value, median });
  assert.equal(newestCompared([hour('a', 1, 2), hour('b', 0, 0), hour('c', 3, null), hour('d', null, 2)]).start, 'b');
  assert.equal(newestCompared([hour('a', null, null)]), null);
});

test('a total has the windows of its differences', () => {
  const catalogue = new Map([
    ['people_in_total', { counts: 'people_in' }],
    ['people_in', { counts: null }],
  ]);
  assert.deepEqual(windowed([{ property: 'people_in_total' }, { property: 'people_in' }, { property: 'unknown' }], catalogue), [
    'people_in',
    'unknown',
  ]);
});
