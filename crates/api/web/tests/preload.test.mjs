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

test('what answers a reader is asked for at once, the rest together after the first words, and what stands below after that', () => {
  const asked = (more) =>
    [...page.matchAll(/<link rel="modulepreload" href="([^"]+)"([^>]*)>/g)].filter(([, , said]) => said === more).map(([, path]) => path);
  const texts = ['text', 'text-city', 'text-figure'].map((name) => `js/${name}-de.js`);
  const later = (found, ...before) => [...found].filter((path) => !before.flat().includes(path)).sort();
  const controls = later(needed('js/controls.js'), 'js/controls.js');
  const rest = later([...needed('js/main.js'), ...texts], 'js/main.js', controls);
  assert.deepEqual(asked(''), controls);
  assert.deepEqual(asked(' media="not all" data-rest'), ['js/main.js', ...rest]);
  assert.deepEqual(asked(' media="not all" data-below'), later(needed('js/below.js'), 'js/main.js', controls, rest));
});

test('sheets of other views wait for nobody and hold up nothing', () => {
  const sheets = [...page.matchAll(/<link rel="stylesheet" href="css\/([^"]+)\.css"([^>]*)>/g)];
  const first = sheets.filter(([, , more]) => more === '').map(([, name]) => name);
  assert.deepEqual(first, ['tokens', 'page', 'city', 'public']);
  for (const [, name, more] of sheets.slice(first.length))
    assert.match(more, name === 'print' ? /^ media="print"$/ : /^ disabled data-later(="betrieb")?$/, name);
});
