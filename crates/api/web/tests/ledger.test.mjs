import assert from 'node:assert/strict';
import { test } from 'node:test';

import { agrees, amount, byDay, byDevice, byHour, dayOf, inLedger, numberId, numbered, sumOf } from '../js/ledger-rules.js';

const entry = (equation, name, value, reason) => ({ equation, name, value, ...(reason && { reason }) });
const row = (start, source, ...entries) => ({ start, end: '', source, entries, balanced: true });
const rows = [
  row(
    '2026-11-28T23:00:00Z',
    'demo',
    entry('messages', 'journalled', 10),
    entry('messages', 'uplink', 7),
    entry('messages', 'quarantined', 2, 'bad_crc'),
    entry('messages', 'quarantined', 1, 'oversize'),
  ),
  row('2026-11-29T08:00:00Z', 'demo', entry('messages', 'journalled', 4), entry('messages', 'uplink', 4)),
  { ...row('2026-11-29T08:00:00Z', 'gateways', entry('messages', 'journalled', 6), entry('messages', 'uplink', 5)), balanced: false },
  row(
    '2026-11-29T09:00:00Z',
    'gateways',
    entry('messages', 'journalled', 3),
    entry('messages', 'uplink', 3),
    entry(null, 'excluded', 2, 'humid'),
  ),
];
const uplinks = numbered('messages/uplink');
const day = Date.parse('2026-11-29T00:00:00Z');

test('a number is read from its address as it was written', () => {
  for (const id of ['messages/uplink', 'messages/quarantined/bad_crc', 'beside/excluded/humid']) {
    const { equation, name, reason } = numbered(id);
    assert.equal(numberId(equation === 'beside' ? null : equation, name, reason), id);
  }
});

test('a row has of a number what its entries say, of all reasons where none is named', () => {
  const has = (id) => amount(rows[0], numbered(id));
  assert.deepEqual(
    [has('messages/quarantined'), has('messages/quarantined/bad_crc'), has('messages/duplicate'), has('messages/journalled')],
    [3, 2, 0, 10],
  );
  assert.equal(amount(rows[3], numbered('beside/excluded/humid')), 2);
});

test('a row of a device, which does not count what came in, has of the total what became of it', () => {
  const device = {
    device: 'd',
    start: rows[0].start,
    entries: [entry('messages', 'uplink', 7), entry('messages', 'duplicate', 2), entry('readings', 'accepted', 56)],
  };
  assert.deepEqual(
    [
      amount(device, numbered('messages/journalled')),
      amount(device, numbered('readings/decoded')),
      amount(device, numbered('windows/aggregatable')),
    ],
    [9, 56, 0],
  );
});

test('days, hours, sources and devices add up to the same number', () => {
  assert.deepEqual(byDay(rows, uplinks), [
    { day, value: 12 },
    { day: day - 86_400_000, value: 7 },
  ]);
  assert.equal(sumOf(rows, uplinks), 19);
  const { sources, hours, totals } = byHour(rows, uplinks, day);
  assert.deepEqual(
    [sources, totals],
    [
      ['gateways', 'demo'],
      [8, 4],
    ],
  );
  assert.deepEqual(
    hours.map(({ values, value, balanced }) => [...values, value, balanced]),
    [
      [5, 4, 9, false],
      [3, 0, 3, true],
    ],
  );
  const devices = [
    { device: 'a', start: '2026-11-29T00:00:00Z', entries: [entry('messages', 'uplink', 4)] },
    { device: 'b', start: '2026-11-29T00:00:00Z', entries: [entry('messages', 'uplink', 7)] },
    { device: 'c', start: '2026-11-28T00:00:00Z', entries: [entry('messages', 'uplink', 99)] },
  ];
  assert.deepEqual(byDevice(devices, uplinks, day, 12), {
    devices: [
      { device: 'b', value: 7 },
      { device: 'a', value: 4 },
    ],
    rest: 1,
  });
});

test('the ledger tells a number as rows can have it, without what is not folded yet', () => {
  const ledger = {
    equations: [
      {
        name: 'messages',
        total: { name: 'journalled', value: 29 },
        terms: [
          entry('messages', 'uplink', 19),
          entry('messages', 'quarantined', 2, 'bad_crc'),
          entry('messages', 'quarantined', 1, 'oversize'),
          { name: 'not_yet_folded', value: 6 },
        ],
      },
    ],
    excluded: [
      { flag: 'humid', value: 2 },
      { flag: 'stuck', value: 5 },
    ],
  };
  const has = (id) => inLedger(ledger, numbered(id));
  assert.deepEqual(
    [
      has('messages/journalled'),
      has('messages/quarantined'),
      has('messages/quarantined/oversize'),
      has('beside/excluded/stuck'),
      has('beside/excluded'),
      has('readings/accepted'),
    ],
    [23, 3, 1, 5, 7, 0],
  );
});

test('rows agree with a ledger that was looked at before and after, whether it grew or a replay took from it', () => {
  assert.deepEqual([agrees(10, 10, 10), agrees(11, 10, 12), agrees(11, 12, 10)], [true, true, true]);
  assert.deepEqual([agrees(9, 10, 12), agrees(13, 10, 12), agrees(11, 10, 10)], [false, false, false]);
});

test('a day of the ledger is one of UTC', () => {
  assert.equal(dayOf(Date.parse('2026-11-29T23:59:59.999Z')), day);
  assert.equal(dayOf(Date.parse('2026-11-30T00:00:00Z')), day + 86_400_000);
});
