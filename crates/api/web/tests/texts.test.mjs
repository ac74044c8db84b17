import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { de as explainDe } from '../js/explain-de.js';
import { en as explainEn } from '../js/explain-en.js';
import { sectionOf } from '../js/method-outline.js';

const folder = new URL('../js/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
const sources = files.filter((name) => !name.startsWith('text-')).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);
const pages = readdirSync(new URL('../', import.meta.url))
  .filter((name) => name.endsWith('.html'))
  .map((name) => [name, readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')]);

/** All texts of a language, and the files that they come from. */
async function texts(language) {
  const named = files.filter((name) => new RegExp(`^text-([a-z]+-)?${language}\\.js$`).test(name));
  const tables = await Promise.all(named.map(async (name) => (await import(new URL(name, folder)))[language]));
  return { named, table: Object.assign({}, ...tables), keys: tables.flatMap((table) => Object.keys(table)) };
}

const [german, english] = await Promise.all(['de', 'en'].map(texts));
const slots = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('both languages have the same texts with the same places for values, none twice', () => {
  assert.deepEqual(Object.keys(german.table).sort(), Object.keys(english.table).sort());
  for (const { keys } of [german, english])
    assert.equal(new Set(keys).size, keys.length, `twice: ${keys.filter((key, at) => keys.indexOf(key) !== at)}`);
  for (const [key, text] of Object.entries(german.table)) {
    assert.deepEqual(slots(english.table[key]), slots(text), key);
    assert.equal(english.table[key] === '', text === '', `${key} is said in one language alone`);
  }
});

test('the page reads every table of texts', () => {
  const i18n = readFileSync(new URL('i18n.js', folder), 'utf8');
  for (const name of [...german.named, ...english.named]) assert.ok(i18n.includes(`'${name.replace(/-(de|en)\.js$/, '')}'`), name);
});

test('every text that a module or a page names is there', () => {
  for (const [name, source] of sources) {
    for (const [, key] of source.matchAll(/\bt\('([^']+)'/g)) assert.ok(key in german.table, `${name}: ${key}`);
    for (const [, start] of source.matchAll(/\bt\(`([\w.]*)\$\{/g)) {
      assert.ok(start === '' || Object.keys(german.table).some((key) => key.startsWith(start)), `${name}: ${start}…`);
    }
  }
  for (const [name, page] of pages)
    for (const [, key] of page.matchAll(/data-(?:text|label)="([^"]+)"/g)) assert.ok(key in german.table, `${name}: ${key}`);
});

test('what the public opens finds its texts without those of the operation', async () => {
  const opened = ['main.js', 'pole-panel.js', 'figure-panel.js', 'method-page.js', 'explain.js', 'below.js'];
  const ofOperators = ['attempt.js', 'trace-link.js']; // they draw nothing else there
  const known = Object.fromEntries(sources);
  const reached = new Set(opened);
  for (const name of reached)
    for (const [, other] of known[name].matchAll(/from '\.\/([\w-]+\.js)'/g)) if (other in known) reached.add(other);
  const tables = await Promise.all(['text', 'text-city', 'text-figure'].map((name) => import(new URL(`${name}-de.js`, folder))));
  const public_ = Object.assign({}, ...tables.map(({ de }) => de));
  for (const name of [...reached].filter((one) => !ofOperators.includes(one)))
    for (const [, key] of known[name].matchAll(/\bt\('([^']+)'/g)) assert.ok(key in public_, `${name}: ${key}`);
  for (const key of Object.keys(german.table).filter((one) => /^flag\.\w+$/.test(one))) assert.ok(key in public_, key);
});

test('explanations have the same topics in both languages, each leads to a section of the method page, each link to a topic', () => {
  assert.deepEqual(
    explainEn.map(({ id, method }) => [id, method]),
    explainDe.map(({ id, method }) => [id, method]),
  );
  for (const [at, { id, method, text }] of explainDe.entries()) {
    assert.equal(sectionOf(method), method, id);
    assert.equal(explainEn[at].text.paragraphs.length, text.paragraphs.length, id);
    assert.equal(explainEn[at].text.classes?.length, text.classes?.length, id);
  }
  const named = sources.flatMap(([, source]) => [...source.matchAll(/meaningLink\('(\w+)'\)/g)].map(([, id]) => id));
  assert.ok(named.length > 3 && named.every((id) => explainDe.some((topic) => topic.id === id)), named.join(' '));
});
