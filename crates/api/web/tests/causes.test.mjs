import assert from 'node:assert/strict';
import { test } from 'node:test';

import { drive, headline, inOrder, isMuted, lookBack, MUTES, muteUntil, parts, switchPoints, windowMistake } from '../js/cause-rules.js';
import { de } from '../js/text-causes-de.js';
import { en } from '../js/text-causes-en.js';

const NOW = Date.parse('2026-11-29T08:00:00Z');
const RULES = [
  'silent',
  'battery',
  'drift',
  'stuck',
  'counter_jump',
  'flood',
  'clock',
  'quarantine_share',
  'target_lag',
  'disk',
  'limit_value',
  'gateway_silent',
  'switch_point_silent',
  'source_lost',
];
const STEPS = [
  'check_power',
  'visit',
  'clean',
  'replace_battery',
  'replace_sensor',
  'fix_mapping',
  'check_counter',
  'fix_clock',
  'check_network',
  'make_room',
  'watch',
  'none',
];
const pole = (id, lamp = null, point = null) => ({ id, name: id, lamp, switch_point: point, lat: 51, lon: 7 });
const alert = (id, more = {}) => ({
  id,
  rule: 'silent',
  severity: 'watch',
  state: 'active',
  cause: { kind: 'device', id, name: id },
  devices: [id],
  poles: [pole('AM-01')],
  since: '2026-11-29T07:00:00Z',
  until: null,
  figures: {},
  next_step: { code: 'visit', part: null, trip: true },
  acknowledged: null,
  muted_until: null,
  ...more,
});

test('the morning looks back to 16 o’clock of the day before, in summer and winter and on the days between', () => {
  const from = (text) => new Date(lookBack(Date.parse(text))).toISOString();
  assert.deepEqual(
    ['2026-11-29T08:00:00Z', '2026-07-01T23:30:00Z', '2026-10-25T10:00:00Z', '2026-03-29T10:00:00Z', '2026-01-01T00:00:00Z'].map(from),
    [
      '2026-11-28T15:00:00.000Z',
      '2026-07-01T14:00:00.000Z',
      '2026-10-24T14:00:00.000Z',
      '2026-03-28T15:00:00.000Z',
      '2025-12-31T15:00:00.000Z',
    ],
  );
});

test('the sentence counts causes and trips in words', () => {
  const said = (causes, trips, language = 'de') => headline({ causes, trips }, language);
  assert.deepEqual(
    [said(4, 1), said(1, 0), said(0, 0), said(13, 2)],
    [
      'Seit gestern 16 Uhr: vier Ursachen, eine Fahrt.',
      'Seit gestern 16 Uhr: eine Ursache, keine Fahrten.',
      'Seit gestern 16 Uhr: nichts Neues.',
      'Seit gestern 16 Uhr: 13 Ursachen, zwei Fahrten.',
    ],
  );
  assert.deepEqual(
    [said(4, 1, 'en'), said(0, 0, 'en')],
    ['Since yesterday 4 p.m.: four causes, one trip.', 'Since yesterday 4 p.m.: nothing new.'],
  );
});

test('who needs somebody comes first; what is seen, muted or closed comes after', () => {
  const alerts = [
    alert('closed', { state: 'closed' }),
    alert('muted', { severity: 'act', muted_until: '2026-11-29T09:00:00Z' }),
    alert('seen', { severity: 'act', acknowledged: { by: 'x' } }),
    alert('watch'),
    alert('later', { since: '2026-11-29T07:30:00Z' }),
    alert('note', { severity: 'note' }),
    alert('act', { severity: 'act', muted_until: '2026-11-29T07:59:00Z' }),
  ];
  assert.deepEqual(
    inOrder(alerts, NOW).map(({ id }) => id),
    ['act', 'watch', 'later', 'note', 'seen', 'muted', 'closed'],
  );
  assert.deepEqual([isMuted(alerts[1], NOW), isMuted(alerts[6], NOW), isMuted(alerts[3], NOW)], [true, false, false]);
});

test('a drive has a stop for each pole, by switch point and lamp, and one for a cause of many', () => {
  const many = alert('gw', {
    cause: { kind: 'gateway', id: 'gw', name: 'Rathaus' },
    poles: [pole('C', '0412', '118'), pole('D', '0413', '118')],
  });
  const battery = alert('b', {
    poles: [pole('A', '0230'), pole('B', '0229')],
    next_step: { code: 'replace_battery', part: 'ER34615', trip: true },
  });
  const clean = alert('c', { poles: [pole('C', '0412', '118')], next_step: { code: 'clean', part: 'SPS30', trip: true } });
  const none = [
    alert('at the desk', { next_step: { code: 'fix_clock', part: null, trip: false } }),
    alert('muted', { muted_until: '2026-11-29T09:00:00Z' }),
    alert('closed', { state: 'closed' }),
  ];
  const stops = drive([battery, many, clean, ...none], NOW);
  assert.deepEqual(
    stops.map(({ pole: { id }, tasks }) => [id, tasks.map(({ alert: of, others }) => `${of.id}+${others}`).sort()]),
    [
      ['C', ['c+0', 'gw+1']],
      ['B', ['b+0']],
      ['A', ['b+0']],
    ],
  );
  assert.deepEqual(parts(stops), [
    { part: 'ER34615', n: 2 },
    { part: 'SPS30', n: 1 },
  ]);
  assert.deepEqual(switchPoints(many), ['118']);
});

test('a mute ends when it says, by the city’s clock', () => {
  assert.deepEqual(
    MUTES.map((choice) => muteUntil(choice, NOW)).map((ms) => ms && new Date(ms).toISOString()),
    ['2026-11-29T09:00:00.000Z', '2026-11-30T06:00:00.000Z', '2026-12-06T08:00:00.000Z', null],
  );
});

test('a maintenance window needs both times, in their order', () => {
  const mistake = (from, to) => windowMistake({ from, to });
  assert.deepEqual(
    [mistake('', '2026-11-29T10:00'), mistake('2026-11-29T10:00', '2026-11-29T10:00'), mistake('2026-11-29T10:00', '2026-11-29T10:01')],
    ['time', 'order', null],
  );
});

test('every rule and step has its words, in both languages with the same gaps', () => {
  for (const key of [...RULES.map((rule) => `cause.${rule}`), ...STEPS.map((step) => `do.${step}`)]) assert.ok(de[key], key);
  assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) assert.deepEqual(text.match(/\{\w+\}/g)?.sort(), de[key].match(/\{\w+\}/g)?.sort(), key);
});
