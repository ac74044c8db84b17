import assert from 'node:assert/strict';
import { test } from 'node:test';

import { homeOf, isSeenBy, viewOf } from '../js/view-rules.js';

test('an address names its view, and what stands inside a view leads there', () => {
  assert.equal(viewOf({}, 'planung'), 'stadt');
  assert.equal(viewOf({ planung: '', zone: 'altstadt' }, 'stadt'), 'planung');
  assert.equal(viewOf({ betrieb: '' }, null), 'betrieb');
  assert.equal(viewOf({ quarantine: 'unknown_device' }, 'stadt'), 'betrieb');
});

test('a panel opens over the view that was there before', () => {
  assert.equal(viewOf({ figure: 'zone:altstadt/people_in/1d/x' }, 'planung'), 'planung');
  assert.equal(viewOf({ device: 'am-01' }, 'stadt'), 'stadt');
  assert.equal(viewOf({ device: 'am-01' }, null), 'betrieb');
  assert.equal(viewOf({ pole: 'AM-01' }, null), 'stadt');
  assert.equal(viewOf({ content: '' }, 'planung'), 'planung', 'the way to the content is none to another view');
});

test('closing a panel leads back to the view with its choices', () => {
  assert.equal(homeOf('planung', { planung: '', zone: 'a' }, '#planung&zone=a'), '#planung&zone=a');
  assert.equal(homeOf('betrieb', { device: 'x' }, '#device=x'), '#betrieb');
  assert.equal(homeOf('stadt', {}, ''), '');
});

test('views are for those whom they are for, as soon as the service said who asks', () => {
  const seen = (role) => ['stadt', 'planung', 'betrieb'].filter((view) => isSeenBy(view, role));
  assert.deepEqual(seen('public'), ['stadt']);
  assert.deepEqual(seen('planner'), ['stadt', 'planung']);
  assert.deepEqual(seen('operator'), ['stadt', 'planung', 'betrieb']);
  assert.deepEqual(seen('admin'), ['stadt', 'planung', 'betrieb']);
  assert.deepEqual(seen(null), ['stadt', 'planung', 'betrieb']);
});
