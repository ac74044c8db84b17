import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytesOf, dump, textOf } from '../js/bytes-rules.js';
import { clockState } from '../js/device-rules.js';
import { groups, occurred, occurredOf } from '../js/quarantine-rules.js';
import { changes, ended, mistake, prefilled, running, selection, told } from '../js/repair-rules.js';
import { de as figuresDe } from '../js/text-figure-de.js';
import { de as ledgerDe } from '../js/text-ledger-de.js';
import { en as ledgerEn } from '../js/text-ledger-en.js';
import { de } from '../js/text-work-de.js';
import { en } from '../js/text-work-en.js';
import { instant, rfc3339 } from '../js/time.js';
import { byScope, countsAnywhere, keptOutBy, traceId, traced } from '../js/trace-rules.js';

const bytes = (...values) => Uint8Array.from(values);
const term = (name, value, reason) => ({ name, value, reason });

test('bytes are text only if every one of them is', () => {
  assert.equal(textOf(new TextEncoder().encode('{"pm2_5":7.3}\r\n\täöü')), '{"pm2_5":7.3}\r\n\täöü');
  for (const none of [bytes(0xff, 0xfe), bytes(0x41, 0x00), bytes(0x1b, 0x5b), bytes(0xc3), bytes(0x7f)]) assert.equal(textOf(none), null);
  assert.equal(textOf(bytes()), '');
});

test('a dump has eight bytes a line, their place and what is printable of them', () => {
  assert.deepEqual(dump(bytesOf('eyJwbTJfNSI6Nw==')), ['0000  7b 22 70 6d 32 5f 35 22  {"pm2_5"', '0008  3a 37                    :7']);
  assert.deepEqual(dump(bytes(0x00, 0x41, 0xff)), ['0000  00 41 ff                 ·A·']);
  assert.deepEqual(dump(bytes()), []);
});

test('reasons are grouped of messages and readings: ours first, noise last, within them the most first', () => {
  const equations = [
    {
      name: 'messages',
      terms: [
        term('uplink', 9),
        term('quarantined', 700, 'bad_crc'),
        term('quarantined', 3, 'unknown_device'),
        term('quarantined', 1, 'fold_failed'),
        term('quarantined', 0, 'oversize'),
        term('quarantined', 5, 'decode_failed'),
      ],
    },
    { name: 'readings', terms: [term('quarantined', 2, 'unknown_property'), term('quarantined', 4, 'fold_failed'), term('duplicate', 8)] },
    { name: 'windows', terms: [term('late', 1)] },
  ];
  const severityOf = (code) => ({ bad_crc: 'note', fold_failed: 'fault' })[code] ?? 'warning';
  assert.deepEqual(
    groups(equations, severityOf).map(({ reason, messages, readings }) => `${reason} ${messages} ${readings}`),
    ['fold_failed 1 4', 'decode_failed 5 0', 'unknown_device 3 0', 'unknown_property 0 2', 'bad_crc 700 0'],
  );
  assert.deepEqual(groups(null, severityOf), []);
});

test('a reason occurred from its first hour to its last; hours that a replay emptied do not count', () => {
  const row = (start, value, equation = 'messages') => ({
    start,
    entries: [{ equation, name: 'quarantined', reason: 'unknown_device', value }],
  });
  const found = occurred([
    row('2026-11-29T08:00:00Z', 2),
    row('2026-11-29T06:00:00Z', 3),
    row('2026-11-29T09:00:00Z', 7, 'readings'),
    row('2026-11-28T06:00:00Z', 0),
  ]);
  assert.deepEqual(found.get('unknown_device'), {
    first: Date.parse('2026-11-29T06:00:00Z'),
    last: Date.parse('2026-11-29T09:00:00Z'),
    messages: 5,
  });
});

test('of a device is told what was refused: whole messages, or readings where the rest counts', () => {
  const entry = (equation, reason, value, name = 'quarantined') => ({ equation, name, reason, value });
  const rows = [
    {
      entries: [
        entry('messages', 'decode_failed', 2),
        entry('readings', 'unknown_property', 3),
        entry('messages', undefined, 440, 'uplink'),
      ],
    },
    { entries: [entry('messages', 'decode_failed', 1), entry('readings', 'decode_failed', 9), entry('messages', 'oversize', 0)] },
  ];
  assert.deepEqual(occurredOf(rows), [
    { reason: 'decode_failed', n: 3 },
    { reason: 'unknown_property', n: 3 },
  ]);
});

test('a form selects what it says, times by the clock of the city', () => {
  const form = { ...prefilled('unknown_device/am/01'), source: 'demo', from: '2026-07-01T00:00', to: '2026-11-29T12:00' };
  assert.deepEqual(selection(form), {
    of: 'quarantined',
    reason: 'unknown_device',
    device: 'am/01',
    source: 'demo',
    from: '2026-06-30T22:00:00.000Z',
    to: '2026-11-29T11:00:00.000Z',
  });
  assert.deepEqual(selection(prefilled('')), { of: 'quarantined' });
  assert.deepEqual(
    selection({ ...prefilled('unknown_device'), of: 'all', device: '  ' }),
    { of: 'all' },
    'only what is in quarantine has a reason',
  );
});

test('times of a form are whole and in order', () => {
  const form = (from, to) => mistake({ from, to });
  assert.deepEqual([form('', ''), form('2026-11-29T12:00', ''), form('2026-11-29T12:00', '2026-11-29T12:01')], [null, null, null]);
  assert.deepEqual(
    [form('2026-11-29T12:00', '2026-11-29T12:00'), form('yesterday', ''), form('', '2026-13-40T00:00')],
    ['order', 'time', 'time'],
  );
});

test('a civil time is an instant, of an hour that comes twice the first', () => {
  const at = (text) => rfc3339(instant(text));
  assert.deepEqual(
    [at('2026-10-25T02:30'), at('2026-10-25T03:00'), at('2026-03-29T03:30')],
    ['2026-10-25T00:30:00.000Z', '2026-10-25T02:00:00.000Z', '2026-03-29T01:30:00.000Z'],
  );
});

test('an effect changes something or nothing, and is told with what there is besides', () => {
  const none = { messages: 181, missing: 2, recovered: 0, readings: 0, replaced: 0, conflicts: 0, windows: 0, superseded: 0 };
  assert.equal(changes(none), false);
  for (const name of ['recovered', 'readings', 'replaced', 'superseded', 'conflicts', 'windows'])
    assert.equal(changes({ ...none, [name]: 1 }), true, name);
  assert.deepEqual(told({ ...none, superseded: 3 }), {
    always: [
      { name: 'messages', n: 181 },
      { name: 'readings', n: 0 },
      { name: 'windows', n: 0 },
      { name: 'conflicts', n: 0 },
    ],
    besides: [
      { name: 'superseded', n: 3 },
      { name: 'missing', n: 2 },
    ],
  });
});

test('the replay under way is the one that runs', () => {
  assert.equal(
    running([
      { id: 2, state: 'done' },
      { id: 1, state: 'running' },
    ]).id,
    1,
  );
  assert.deepEqual([running([{ state: 'done' }]), running([]), running(null)], [null, null, null]);
  assert.deepEqual(
    [
      ended([
        { id: 2, state: 'done' },
        { id: 1, state: 'running' },
      ]),
      ended([]),
      ended(null),
    ],
    [1, 0, null],
  );
});

test('the address of a reading is read as it was written, also of a device with a stroke in its name', () => {
  const time = '2026-11-29T10:43:18.102Z';
  assert.equal(traceId({ device: 'am-01-air', property: 'pm2_5', channel: 0, time }), `am-01-air/pm2_5/0/${time}`);
  assert.deepEqual(traced(`hall/2/people_in/3/${time}`), { device: 'hall/2', property: 'people_in', channel: '3', time });
  assert.equal(traced('am-01-air/pm2_5'), null);
});

test('windows stand by whose they are, and remarks that keep a reading out are named once', () => {
  const window = (kind, id, step, counts, flags) => ({ scope: { kind, id }, property: 'pm2_5', step, counts, excluded_by: flags });
  const out = [
    window('device', 'd', '15m', false, ['stuck']),
    window('device', 'd', '1h', false, ['stuck']),
    window('pole', 'AM-01', '15m', false, ['stuck', 'humid']),
  ];
  assert.deepEqual(
    byScope(out).map(({ scope, windows }) => `${scope.kind} ${windows.length}`),
    ['device 2', 'pole 1'],
  );
  assert.deepEqual([countsAnywhere(out), keptOutBy(out)], [false, ['stuck', 'humid']]);
  assert.equal(countsAnywhere([...out, window('zone', 'z', '1d', true, null)]), true);
});

test('a clock is right to the minute, slow or fast, and one that tells no time is neither', () => {
  const told = [59.999, -59.999, 60, -60, null].map((offset_s) => clockState({ offset_s }));
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['right', 'right', 'slow', 'fast', 'none'],
  );
  assert.equal(told[3].seconds, 60);
});

test('both languages have the same texts, each reason a meaning, and no text stands twice', () => {
  assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
  for (const key of Object.keys(ledgerDe).filter((key) => key.startsWith('reason.'))) assert.ok(de[key.replace('reason', 'meaning')], key);
  const twice = Object.keys(de).filter((key) => key in ledgerDe || key in ledgerEn || key in figuresDe);
  assert.deepEqual(twice, []);
  for (const key of Object.keys(de)) assert.deepEqual(holes(de[key]), holes(en[key]), key);
});

function holes(text) {
  return (text.match(/\{\w+\}/g) ?? []).sort();
}
