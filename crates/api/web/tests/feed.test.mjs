import assert from 'node:assert/strict';
import { test } from 'node:test';

import { draw, newFeed, NEW_ROWS, ROWS, take, wants } from '../js/feed-rules.js';

const reading = (n, property = 'pm2_5') => ({
  device: `d${n}`,
  pole: 'AM-01',
  property,
  received_at: `2026-11-29T10:00:${String(n % 60).padStart(2, '0')}Z`,
});

test('readings of one device and instant are one message', () => {
  const feed = newFeed();
  for (const property of ['pm2_5', 'pm10', 'no2']) take(feed, reading(1, property));
  take(feed, reading(2));
  assert.deepEqual(
    draw(feed).map(({ device, readings }) => [device, readings.length]),
    [
      ['d2', 1],
      ['d1', 3],
    ],
  );
  assert.deepEqual([feed.came, feed.left], [2, 0]);
});

test('of whatever comes, each message is shown or counted as left out', () => {
  for (const burst of [1, NEW_ROWS, NEW_ROWS + 1, 63, 64, 65, 5000]) {
    const feed = newFeed();
    let shown = 0;
    for (let turn = 0; turn < 3; turn += 1) {
      for (let n = 0; n < burst; n += 1) take(feed, reading(turn * burst + n));
      const fresh = draw(feed);
      shown += fresh.length;
      assert.equal(fresh[0].device, `d${turn * burst + burst - 1}`, 'the newest first');
    }
    assert.equal(shown + feed.left, feed.came);
    assert.equal(feed.came, 3 * burst);
    assert.ok(feed.rows.length <= ROWS && feed.waiting.size === 0);
  }
});

test('a filter wants every word, and remarks if asked for', () => {
  const words = 'am-01-air am-01 am markt 1 pm2_5 feinstaub';
  const all = { text: '', remarked: false };
  assert.deepEqual(
    [wants(all, words, []), wants({ ...all, text: 'Markt PM' }, words, []), wants({ ...all, text: 'markt no2' }, words, [])],
    [true, true, false],
  );
  assert.deepEqual([wants({ ...all, remarked: true }, words, []), wants({ ...all, remarked: true }, words, ['stuck'])], [false, true]);
});
