/** The method page says what the service does: its methods and numbers are those of the files that the service is built from. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import * as de from '../js/method-de.js';
import * as en from '../js/method-en.js';
import { FLAGS, OUTLINE, REASONS, sectionOf } from '../js/method-outline.js';
import { BANDS, EXCLUDES, FACTORS, LIMITS, RULE, RULES, TARGETS } from '../js/method-tables.js';
import { de as textDe } from '../js/text-figure-de.js';

const source = (path) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const strings = (text) => [...text.matchAll(/"([^"]*)"/g)].map(([, one]) => one);
/** Parts of a TOML file after each `[[name]]`, without what follows of other kinds. */
const tables = (text, name) => text.replace(/^#.*$/gm, '').split(`[[${name}]]`).slice(1);
const number = (text, key) => {
  const found = new RegExp(`^${key} = ([\\d.]+)`, 'm').exec(text);
  return found ? Number(found[1]) : null;
};
const least = (text, key) => {
  const found = new RegExp(`^${key} = \\{.*least = ([\\d.]+)`, 'm').exec(text);
  return found ? Number(found[1]) : null;
};

test('every method of the interface is explained once, in both languages', () => {
  const ids = [...source('crates/method/src/methods/table.rs').matchAll(/= (?:first|\w+)\(\s*"([a-z0-9_]+\.[a-z0-9_]+)"/g)].map(
    ([, id]) => id,
  );
  assert.ok(ids.length >= 29, `${ids.length} found`);
  assert.deepEqual(OUTLINE.flatMap(({ methods }) => methods).sort(), ids.sort());
  for (const words of [de, en]) assert.deepEqual(Object.keys(words.methods).sort(), ids);
});

test('sections and methods say the same things in both languages', () => {
  assert.deepEqual(
    Object.keys(de.sections),
    OUTLINE.map(({ id }) => id),
  );
  assert.deepEqual(Object.keys(en.sections), Object.keys(de.sections));
  for (const id of Object.keys(de.sections))
    assert.deepEqual(
      [en.sections[id].text.length, en.sections[id].formulas?.length],
      [de.sections[id].text.length, de.sections[id].formulas?.length],
      id,
    );
  for (const id of Object.keys(de.methods)) assert.deepEqual(Object.keys(en.methods[id]), Object.keys(de.methods[id]), id);
  const numbers = (words) =>
    JSON.stringify(words)
      .replace(/(\d),(\d)/g, '$1.$2')
      .match(/\d+(\.\d+)?/g)
      ?.sort()
      .join(' ') ?? '';
  for (const id of Object.keys(de.methods)) assert.equal(numbers(en.methods[id]), numbers(de.methods[id]), id);
});

test('facts that an export is recomputed with are called as the service calls them', () => {
  const columns = strings(/const COLUMNS[^=]*= \[([\s\S]*?)\];/.exec(source('crates/api/src/routes/facts/table.rs'))[1]);
  for (const { sections } of [de, en]) {
    const text = sections.recompute.text.find((one) => one.includes('/api/v1/facts'));
    const named = columns.filter((column) => new RegExp(`\\b${column}\\b`).test(text));
    const needed = ['reversed', 'width_m', 'interval_s', 'expected', 'width_bits', 'max_per_minute', 'resets_at', 'resets_at_power_up'];
    assert.deepEqual(
      [...needed, 'kappa', 'cap_percent', 'offset', 'gain'].filter((column) => !named.includes(column)),
      [],
    );
  }
});

test('an address of the page leads to its section', () => {
  assert.deepEqual(['air', 'air.day', 'flag.stuck', 'nothing'].map(sectionOf), ['air', 'air', 'quality', null]);
});

test('remarks and reasons are those of the service', () => {
  const codes = [...source('crates/model/src/flags.rs').matchAll(/Self::\w+ => "(\w+)"/g)].map(([, code]) => code);
  assert.deepEqual(FLAGS, codes);
  for (const flag of FLAGS) assert.ok(`flag.${flag}.means` in textDe, flag);
  const reasons = (path) => [...source(path).matchAll(/Self::\w+ => "(\w+)"/g)].map(([, code]) => code);
  assert.deepEqual(REASONS, [...reasons('crates/method/src/compare/comparable.rs'), ...reasons('crates/method/src/compare/baseline.rs')]);
  for (const reason of REASONS) assert.ok(`not.${reason}` in textDe, reason);
  const revised = [...source('crates/api/src/routes/revisions.rs').matchAll(/Why: ([\s\S]*?)\n    #/g)].flatMap(([, text]) =>
    [...text.matchAll(/`(\w+)`/g)].map(([, code]) => code),
  );
  assert.deepEqual(
    revised.filter((reason) => !(`reason.of.${reason}` in textDe)),
    [],
  );
});

test('what keeps a value out is as in the catalogue', () => {
  const catalogue = tables(source('deploy/castrop-rauxel/properties.toml'), 'property').map((text) => ({
    id: strings(text)[0],
    by: strings(/excluded_by = \[(.*)\]/.exec(text)?.[1] ?? '"out_of_range", "sentinel"'),
  }));
  const out = (flag) => catalogue.filter(({ by }) => by.includes(flag)).map(({ id }) => id);
  for (const flag of FLAGS) assert.equal(out(flag).length > 0, flag in EXCLUDES, flag);
  for (const flag of ['out_of_range', 'sentinel']) assert.equal(out(flag).length, catalogue.length, flag);
  assert.deepEqual(out('humid'), ['pm1', 'pm2_5', 'pm4', 'pm10']);
  assert.ok(['pm2_5', 'no2', 'noise_laeq', 'temperature'].every((id) => out('stuck').includes(id)) && !out('stuck').includes('people_in'));
  assert.ok(['pressure', 'soil_moisture'].every((id) => out('warming_up').includes(id)) && !out('warming_up').includes('people_in'));
  for (const [to, factor] of Object.entries(FACTORS))
    assert.match(
      source('deploy/castrop-rauxel/properties.toml'),
      new RegExp(`converts_to = "${to}"\\nfactor = ${factor.replace('.', '\\.')}`),
      to,
    );
});

test('bands of the indices are those of the service', () => {
  const text = source('crates/method/src/index/bands.rs');
  for (const [index, pollutants] of Object.entries(BANDS)) {
    const block = new RegExp(`const ${index.toUpperCase()}: [^=]*= \\[([\\s\\S]*?)\\n\\];`).exec(text)[1];
    const found = [...block.matchAll(/band\((\w+), (\d+), &\[([\d, ]+)\]\)/g)].map(([, pollutant, hours, bounds]) => [
      pollutant.toLowerCase(),
      [hours, ...bounds.split(', ')].map(Number),
    ]);
    assert.deepEqual(Object.entries(pollutants), found, index);
  }
});

test('numbers that air is measured against are those of the service', () => {
  const groups = tables(source('crates/method/src/limits/limits.toml'), 'group').map((text) => {
    const word = (key) => new RegExp(`^${key} = "(.*)"`, 'm').exec(text)?.[1] ?? null;
    const rows = [...text.matchAll(/\{ pollutant = .* \}/g)].map(([row]) => {
      const of = (key) => new RegExp(`${key} = "?([\\w.]+)"?`).exec(row)?.[1];
      return [of('pollutant'), of('averaging'), of('value'), Number(of('allowed') ?? 0), Number(of('uncertainty'))];
    });
    return { regime: word('regime'), kind: word('kind'), from: word('from'), to: word('to'), source: word('source'), rows };
  });
  assert.deepEqual(LIMITS, groups);
});

test('quality rules are those of the service', () => {
  const rules = tables(source('crates/model/src/registry/rules.toml'), 'rule').map((text) => ({
    properties: strings(/properties = \[(.*)\]/.exec(text)[1]),
    stuck: number(text, 'stuck'),
    spike: least(text, 'spike'),
    step: number(text, 'step'),
    warming: number(text, 'warming_up_s'),
    calibrated: /^uncalibrated = true/m.test(text),
    peer: least(text, 'peer'),
  }));
  assert.deepEqual(RULES, rules);
  const text = source('crates/model/src/registry/rules.toml').replace(/^#.*$/gm, '');
  for (const [, neighbours, deviations] of text.matchAll(/spike = \{ neighbours = (\d+), deviations = (\d+)/g))
    assert.deepEqual([Number(neighbours), Number(deviations)], [RULE.neighbours, RULE.deviations]);
  for (const [, radius, poles, deviations] of text.matchAll(/peer = \{ radius_m = (\d+), least_poles = (\d+), deviations = (\d+)/g))
    assert.deepEqual([radius, poles, deviations].map(Number), [RULE.radius, RULE.poles, RULE.deviations]);
});

test('targets of comparisons are those of the service', () => {
  const text = source('crates/model/src/registry/targets.rs');
  const decimals = (block) =>
    [...block.matchAll(/decimal\((\d+), (\d)\)/g)].map(([, mantissa, digits]) => Number(mantissa) / 10 ** Number(digits));
  const [low, high, r2, intercept, rmse] = decimals(/"pm1" \| "pm2_5"[\s\S]*?\n            \},/.exec(text)[0]);
  assert.deepEqual(TARGETS.pm, { slope: [low, high], r2, intercept: `±${intercept} µg/m³`, rmse: `${rmse} µg/m³` });
  const [from, to, gas] = decimals(/let gas = [\s\S]*?\};/.exec(text)[0]);
  for (const kind of ['gas', 'co']) assert.deepEqual([TARGETS[kind].slope, TARGETS[kind].r2], [[from, to], gas]);
});

test('the constants in the text are those of the code', () => {
  const says = (section, ...texts) =>
    texts.forEach((text) =>
      assert.ok(
        JSON.stringify(de.sections[section]).includes(text) ||
          Object.values(de.methods).some((method) => JSON.stringify(method).includes(text)),
        text,
      ),
    );
  assert.match(source('crates/window/src/making.rs'), /DENSITY_MILLI: i128 = 1_650/);
  says('air', 'κ / 1,65', '12,7', '≥ 18', '8,314462618');
  assert.match(source('crates/window/src/counter.rs'), /MAX_GAP_MS: i64 = 7 \* 86_400_000/);
  says('counts', 'mehr als 7 Tage');
  assert.match(source('crates/validate/src/history.rs'), /MAD_TO_SIGMA: i128 = 14_826/);
  says('quality', '1,4826');
  const settings = source('crates/model/src/settings.rs');
  assert.match(settings, /raw_days: 730,[\s\S]*lateness_s: 900,\s+future_drift_s: 120,/);
  says('time', '2 Minuten', '730 Tage');
  assert.match(source('crates/method/src/compare/baseline.rs'), /BASELINE_DAYS: usize = 4;[\s\S]*BASELINE_WEEKS: i32 = 26;/);
  says('counts', '26 Wochen');
  assert.match(source('crates/method/src/public/grid.rs'), /NIGHT_FROM: i8 = 22;[\s\S]*NIGHT_TO: i8 = 6;/);
  says('counts', 'von 22 bis 6 Uhr');
});
