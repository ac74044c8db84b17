import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bibtex, ris } from '../js/cite-rules.js';

const source = {
  title: 'Querungen, Am Markt {1} & 50 %',
  publisher: 'Stadt_Ämter',
  licence: 'http://dcat-ap.de/def/licenses/dl-by-de/2.0',
  link: 'https://luft.example.org/#figure=zone:am-markt/crossings/1d/2026-11-28T23:00:00Z',
  asOf: Date.parse('2026-11-29T14:04:00Z'),
  method: 'footfall.cordon_in/1',
};

test('a BibTeX record has balanced braces, no command by accident and a key of its own', () => {
  const record = bibtex(source);
  assert.equal(
    record,
    `@misc{smartpole-2026-11-29-${/-([0-9a-f]{8}),/.exec(record)[1]},
  title = {{Querungen, Am Markt 1 \\& 50 \\%}},
  author = {{Stadt\\_Ämter}},
  year = {2026},
  url = {https://luft.example.org/#figure=zone:am-markt/crossings/1d/2026-11-28T23:00:00Z},
  urldate = {2026-11-29},
  note = {Stand 2026-11-29T14:04:00.000Z; Methode footfall.cordon\\_in/1; http://dcat-ap.de/def/licenses/dl-by-de/2.0},
}
`,
  );
  const key = (link) => bibtex({ ...source, link }).split(',')[0];
  assert.notEqual(key('https://a.de/#a'), key('https://a.de/#b'));
});

test('an RIS record is lines of a tag each, ended by ER, whatever a title holds', () => {
  const lines = ris({ ...source, title: 'one\r\nER  - two', licence: null }).split('\r\n');
  assert.deepEqual(
    lines.filter((line) => line).map((line) => line.slice(0, 6)),
    ['TY  - ', 'TI  - ', 'AU  - ', 'PB  - ', 'PY  - ', 'DA  - ', 'UR  - ', 'N1  - ', 'ER  - '],
  );
  assert.equal(lines[1], 'TI  - one ER - two');
  assert.equal(lines[7], 'N1  - Stand 2026-11-29T14:04:00.000Z; Methode footfall.cordon_in/1');
});
