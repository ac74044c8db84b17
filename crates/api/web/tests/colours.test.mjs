/** Colours that stand side by side stay apart for people who lack a kind of cones; where they do not, a shape or a word stands with them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { apart, ciede2000, mixed, rgb, VISIONS } from './colour-vision.mjs';

/** CIEDE2000 between neighbours of a scale and between series of a chart; 2.3 is just noticed, 10 is seen at a glance. */
const LEAST = 10;
const sheet = (name) => readFileSync(new URL(`../css/${name}.css`, import.meta.url), 'utf8');
const tokens = sheet('tokens');
const read = (text) => Object.fromEntries([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, rgb(hex)]));
const light = read(tokens.slice(tokens.indexOf(':root {'), tokens.indexOf('@media')));
const themes = { light, dark: { ...light, ...read(tokens.slice(tokens.indexOf(':root[data-theme=dark]'))) } };

/** What stands side by side, by the selector that colours it; `{token, share}` is so much of it on the ground of cards. */
const PAIRS = [
  ...[1, 2, 3, 4].map((n) => ['air', `air-${n}`, `air-${n + 1}`]),
  ...[1, 2, 3, 4, 5].map((n) => ['.heat .air-0 beside a class', { token: 'air-0', share: 0.35 }, `air-${n}`]),
  ['.bar and .bar.then', 'accent', { token: 'ink-3', share: 0.42 }],
  ['.line and .band', 'accent', 'accent-soft'],
  ['.weather .line and .rain', 'accent', { token: 'focus', share: 0.45 }],
  ['.share .forwarded and .pending', 'accent', { token: 'accent', share: 0.38 }],
  ['.share .forwarded and .filtered', 'accent', { token: 'quiet', share: 0.45 }],
  ['.share .pending and .refused', { token: 'accent', share: 0.38 }, 'bad'],
  ['.share .received and .lost', 'accent', 'bad'],
  ['.stream.uplink and .quarantined', 'accent-soft', { token: 'bad', share: 0.45 }],
  ['.under.event and .roadworks', 'accent', 'warn'],
];

function colour(theme, said) {
  return typeof said === 'string' ? theme[said] : mixed(theme[said.token], said.share, theme.surface);
}

test('the difference of two colours is that of its authors', () => {
  const near = (one, other, expected) => assert.ok(Math.abs(ciede2000(one, other) - expected) < 0.00005);
  near([50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425);
  near([50, -1, 2], [50, 0, 0], 2.3669);
  near([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644);
  near([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082);
});

test('who lacks a kind of cones confuses red and green of one lightness, and the test sees it', () => {
  const [red, green] = [rgb('#b04a3a'), rgb('#7a6a2a')];
  assert.ok(apart(red, green) > LEAST && Math.min(apart(red, green, 'protanopia'), apart(red, green, 'deuteranopia')) < LEAST);
});

for (const [name, theme] of Object.entries(themes)) {
  test(`neighbouring classes of the air and series of charts stay apart for all eyes (${name})`, () => {
    const close = PAIRS.flatMap(([what, one, other]) =>
      Object.keys(VISIONS).map((vision) => {
        const difference = apart(colour(theme, one), colour(theme, other), vision);
        return difference < LEAST ? `${what} ${JSON.stringify([one, other])}, ${vision}: ${difference.toFixed(1)}` : null;
      }),
    ).filter(Boolean);
    assert.deepEqual(close, []);
  });
}

test('the sheets colour as the test says', () => {
  const rules = {
    city: [
      '.air-1 { --air: var(--air-1); }',
      '.heat .air-0 { fill: var(--air-0); stroke: none; opacity: .35; }',
      '.line { fill: none; stroke: var(--accent)',
      '.band { fill: var(--accent-soft)',
    ],
    planning: [
      '.bar.then { fill: color-mix(in srgb, var(--ink-3) 42%, var(--surface)); }',
      '.weather .rain { fill: color-mix(in srgb, var(--focus) 45%, var(--surface)); }',
      '.under.event rect { fill: var(--accent); }',
      '.under.roadworks rect, .under.closure rect { fill: var(--warn); }',
    ],
    targets: [
      '.share .filtered { fill: color-mix(in srgb, var(--quiet) 45%, var(--surface)); }',
      '.share .pending { fill: color-mix(in srgb, var(--accent) 38%, var(--surface)); }',
      '.share .refused { fill: var(--bad); }',
    ],
    devices: ['.share .frames, .share .received { fill: var(--accent); }', '.share .lost { fill: var(--bad); }'],
    operation: [
      '.stream.uplink { fill: var(--accent-soft); }',
      '.stream.quarantined { fill: color-mix(in srgb, var(--bad) 45%, transparent); }',
    ],
  };
  for (const [name, texts] of Object.entries(rules))
    for (const text of texts) assert.ok(sheet(name).includes(text), `${name}.css: ${text}`);
});
