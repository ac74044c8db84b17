/** What index.html asks for at once is what the first page needs: not one round trip after another, and nothing for nothing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const web = new URL('../', import.meta.url).pathname;
const page = readFileSync(join(web, 'index.html'), 'utf8');

/** Modules that are imported by a module and by those, without those that come later. */
function needed(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const text = readFileSync(join(web, path), 'utf8');
  for (const [, to] of text.matchAll(/^(?:import|export) [^;]*?from '(\.[^']+)';/gms)) needed(join(dirname(path), to), found);
  return found;
}

test('all modules of the first page are asked for at once, with the texts in German; those of what stands below come after them', () => {
  const asked = (more) => [...page.matchAll(/<link rel="modulepreload" href="([^"]+)"([^>]*)>/g)].filter(([, , said]) => said === more).map(([, path]) => path);
  const texts = ['text', 'text-city', 'text-figure'].map((name) => `js/${name}-de.js`);
  const first = [...needed('js/main.js'), ...texts].filter((path) => path !== 'js/main.js').sort();
  assert.deepEqual(asked(''), first);
  const below = [...needed('js/below.js')].filter((path) => path !== 'js/main.js' && !first.includes(path)).sort();
  assert.deepEqual(asked(' media="not all" data-below'), below);
});

test('sheets of other views wait for nobody and hold up nothing', () => {
  const sheets = [...page.matchAll(/<link rel="stylesheet" href="css\/([^"]+)\.css"([^>]*)>/g)];
  const first = sheets.filter(([, , more]) => more === '').map(([, name]) => name);
  assert.deepEqual(first, ['tokens', 'page', 'city', 'public']);
  for (const [, name, more] of sheets.slice(first.length)) assert.match(more, name === 'print' ? /^ media="print"$/ : /^ media="not all" data-later$/, name);
});
