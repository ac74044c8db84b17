import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connection, findable, grade, heardBestBy, inOrder, problems } from '../js/device-rules.js';
import { labels } from '../js/map-labels.js';
import { de } from '../js/text-de.js';
import { de as ledgerDe } from '../js/text-ledger-de.js';

const gateway = {
  id: '0016c001f153a14c',
  name: 'Rathaus',
  rssi: -97,
  snr: 6.5,
  spreading_factor: 7,
  frames: 10,
  last_heard_at: '2026-11-25T10:00:00Z',
};
const quiet = {
  activation: 'otaa',
  dev_addr: '26011bda',
  received: 100,
  lost: 0,
  loss: 0,
  reset: false,
  joins: 1,
  join_pending: false,
  joins_refused: 0,
  gateways: [gateway],
};
const device = (id, state, radio) => ({
  id,
  pole: 'AM-01',
  profile: 'decentlab-dl-pm',
  state,
  lorawan: radio === undefined ? null : { ...quiet, ...radio },
});
const kinds = (one) => problems(one).map(({ kind }) => kind);

test('a signal is as good as it lies above what its spreading factor needs', () => {
  const at = (snr, factor) => grade({ rssi: -110, snr, spreading_factor: factor });
  assert.deepEqual([at(2.5, 7), at(2.4, 7), at(-2.5, 7), at(-6.5, 7), at(-6.6, 7)], [4, 3, 3, 2, 1]);
  assert.equal(at(-10, 12), 4, 'the slowest hears what the fastest does not');
  assert.deepEqual(
    [-90, -105, -115, -116].map((rssi) => grade({ rssi, snr: null, spreading_factor: null })),
    [4, 3, 2, 1],
  );
});

test('a device that reports as expected has no problem, with and without LoRaWAN', () => {
  assert.deepEqual([kinds(device('a', 'reporting')), kinds(device('a', 'reporting', {}))], [[], []]);
});

test('what is wrong is named, the worst first', () => {
  assert.deepEqual(kinds(device('a', 'silent')), ['silent']);
  assert.deepEqual(kinds(device('a', 'never', { dev_addr: null })), ['never', 'no_session']);
  assert.deepEqual(kinds(device('a', 'never', { dev_addr: null, join_pending: true })), ['never', 'waiting']);
  assert.deepEqual(kinds(device('a', 'reporting', { join_pending: true })), ['rejoining']);
  assert.deepEqual(kinds(device('a', 'reporting', { joins_refused: 2, reset: true, loss: 0.1 })), ['refused', 'reset', 'loss']);
  assert.deepEqual(kinds(device('a', 'reporting', { gateways: [{ ...gateway, snr: -7 }] })), ['faint']);
});

test('a device of a network server misses no session of ours', () => {
  assert.deepEqual(kinds(device('a', 'reporting', { activation: 'network_server', dev_addr: null, gateways: [] })), []);
});

test('every problem has its words and its next step', () => {
  for (const kind of ['silent', 'never', 'no_session', 'waiting', 'rejoining', 'refused', 'reset', 'loss', 'faint']) {
    assert.ok(de[`problem.${kind}`] && de[`problem.${kind}.step`], kind);
  }
});

test('every reason has its words and its next step', () => {
  for (const reason of [
    'unknown_gateway',
    'bad_crc',
    'unsupported_frame',
    'unknown_dev_addr',
    'wrong_mic',
    'f_cnt_too_old',
    'f_cnt_reset',
    'dev_nonce_used',
  ]) {
    assert.ok(ledgerDe[`reason.${reason}`] && ledgerDe[`step.${reason}`], reason);
  }
});

test('silent devices come first, then by loss', () => {
  const all = [
    device('fine', 'reporting', {}),
    device('some', 'reporting', { loss: 0.05 }),
    device('much', 'reporting', { loss: 0.3 }),
    device('never', 'never'),
    device('anew', 'reporting', { reset: true }),
    device('silent', 'silent'),
  ];
  assert.deepEqual(
    inOrder(all).map(({ id }) => id),
    ['silent', 'never', 'much', 'anew', 'some', 'fine'],
  );
});

test('a device is found by pole, address, gateway and how it is connected', () => {
  const words = findable(device('70b3d57ba0001156', 'reporting', {}), 'Am Markt 1');
  for (const word of ['70b3d57b', 'am-01', 'am markt', '26011bda', 'rathaus', 'otaa', 'decentlab']) assert.ok(words.includes(word), word);
  assert.ok(findable(device('am-01-air', 'reporting')).includes('mqtt'));
});

test('a device speaks LoRaWAN when its link or its name says so', () => {
  const all = [device('am-01-air', 'reporting'), device('am-01-air', 'reporting', {}), device('70b3d57ba0001156', 'never')];
  assert.deepEqual(all.map(connection), ['mqtt', 'lorawan', 'lorawan']);
});

test('a gateway counts the devices it hears best', () => {
  const other = { ...gateway, id: '0016c001f153a14d' };
  const all = [
    device('a', 'reporting', {}),
    device('b', 'reporting', { gateways: [gateway, other] }),
    device('c', 'reporting', { gateways: [other] }),
    device('d', 'reporting', { gateways: [] }),
    device('e', 'reporting'),
  ];
  assert.deepEqual(
    [...heardBestBy(all)],
    [
      [gateway.id, 2],
      [other.id, 1],
    ],
  );
});

test("a gateway's name that finds no room on the map is left out", () => {
  const zone = { id: gateway.id, name: 'Rathaus', kind: 'gateway', poles: [gateway.id] };
  const around = Array.from({ length: 121 }, (_, at) => [`pole-${at}`, { x: (at % 11) * 20, y: Math.floor(at / 11) * 20 }]);
  const box = { width: 200, height: 200 };
  assert.equal(labels([zone], new Map([[gateway.id, { x: 60, y: 150 }]]), box).length, 1);
  assert.equal(labels([zone], new Map([[gateway.id, { x: 60, y: 150 }], ...around]), box).length, 0);
});
