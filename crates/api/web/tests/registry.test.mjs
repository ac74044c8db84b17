import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { inWords } from '../js/registry-mistakes.js';
import {
  add,
  amounts,
  cellsOf,
  difference,
  lineOf,
  mendedIn,
  mendingAddress,
  pathOf,
  put,
  says,
  sheetOf,
  textOf,
  whomOf,
  widen,
} from '../js/registry-rules.js';

const TEXT = '\ufeffid;name;place\r\nA;"Markt; oben";Markt\r\n\r\n B ; Weg ;Weg';

test('a line is cells as RFC 4180 quotes them, and back', () => {
  for (const [line, cells] of [
    ['a,b', ['a', 'b']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a ""b""",', ['a "b"', '']],
    ['', ['']],
    [',', ['', '']],
  ])
    assert.deepEqual(cellsOf(line, ','), cells, line);
  assert.equal(cellsOf('"a,b', ','), null, 'a quotation mark that stays open');
  const random = (seed) => () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const next = random(7);
  for (let n = 0; n < 500; n += 1) {
    const cells = Array.from({ length: 1 + Math.floor(next() * 4) }, () =>
      Array.from({ length: Math.floor(next() * 6) }, () => 'ab",; ä'[Math.floor(next() * 7)]).join(''),
    );
    for (const delimiter of [',', ';']) assert.deepEqual(cellsOf(lineOf(cells, delimiter), delimiter), cells);
  }
});

test('a table that nobody changed is the text that it was', () => {
  for (const text of [TEXT, 'id,name\n', 'id\nA', '\nid\n\nA\n']) assert.equal(textOf(sheetOf(text)).text, text);
  assert.equal(sheetOf(''), null);
  assert.equal(sheetOf('id,name\nA,"x\ny"\n'), null, 'a cell over several lines is edited as text');
});

test('what is changed is written anew, and all else stays as it was written', () => {
  const sheet = sheetOf(TEXT);
  assert.deepEqual(sheet.columns, ['id', 'name', 'place']);
  const [first] = sheet.rows;
  put(first, 1, 'Markt');
  const row = add(sheet, { id: 'C', name: 'x;y' });
  assert.equal(textOf(sheet).text, '\ufeffid;name;place\r\nA;Markt;Markt\r\n\r\n B ; Weg ;Weg\r\nC;"x;y";\r\n');
  assert.equal([...textOf(sheet).lines].find(([, of]) => of === row)[0], 5);
  assert.deepEqual(amounts(sheet, 2), { added: 1, changed: 1, removed: 0 });
  sheet.rows.splice(0, 1);
  assert.deepEqual(amounts(sheet, 2), { added: 1, changed: 0, removed: 1 });
  assert.equal(sheet.rows.filter(says).length, 2);
});

test('a table gets another column', () => {
  const sheet = sheetOf('id,name\nA,x\n');
  widen(sheet, 'lamp');
  put(sheet.rows[0], 2, '01-0103');
  assert.equal(textOf(sheet).text, 'id,name,lamp\nA,x,01-0103\n');
});

test('two texts are told apart line by line, with a little around', () => {
  const lines = (n) => Array.from({ length: n }, (_, at) => `${at}`);
  const was = lines(20).join('\n');
  const is = [...lines(10), 'new', ...lines(20).slice(11)].join('\n');
  assert.deepEqual(
    difference(was, is).map(({ kind, text }) => `${kind} ${text}`),
    ['gap ', 'same 8', 'same 9', 'gone 10', 'new new', 'same 11', 'same 12', 'gap '],
  );
  assert.deepEqual(difference('a\nb', 'a\nb'), []);
  assert.deepEqual(
    difference('a\nb\nc', 'x\nb\ny').map(({ kind, text }) => kind[0] + text),
    ['ga', 'nx', 'sb', 'gc', 'ny'],
  );
  const long = difference(
    lines(4000)
      .map((n) => `a${n}`)
      .join('\n'),
    lines(4000)
      .map((n) => `b${n}`)
      .join('\n'),
  );
  assert.equal(long.length, 8000);
});

test('a refusal leads to the file that mends it', () => {
  assert.deepEqual(mendedIn('unknown_device', 'new-1'), { file: 'devices.csv', add: 'new-1' });
  assert.deepEqual(mendedIn('decode_failed', 'am-01-air', 'air-station'), { file: 'profiles/air-station.toml', add: null });
  assert.equal(mendedIn('unknown_property').file, '');
  assert.deepEqual(
    [
      whomOf({ device: null, detail: '"new-1" is not in devices.csv' }),
      whomOf({ device: 'a', detail: 'x' }),
      whomOf({ device: null, detail: '0016c001f153a14c is not in gateways.csv' }),
      whomOf({ device: null, detail: 'x' }),
    ],
    ['new-1', 'a', '0016c001f153a14c', null],
  );
  assert.equal(mendedIn('wrong_mic'), null, 'keys are changed on the machine');
  assert.equal(
    mendingAddress({ file: 'devices.csv', add: 'new-1' }, 'unknown_device', 'new-1'),
    '#register=devices.csv&add=new-1&of=unknown_device%2Fnew-1',
  );
  assert.equal(pathOf('profiles/air-station.toml'), 'registry/profiles%3Aair-station.toml');
});

test('what the service says is said in German as far as it is known, and else as it was said', () => {
  assert.equal(inWords('unknown pole `AM-1`', 'de'), 'einen Mast „AM-1“ gibt es nicht');
  assert.equal(inWords('unknown pole `AM-1`', 'en'), 'unknown pole `AM-1`');
  assert.equal(inWords('something else', 'de'), 'something else');
  assert.equal(inWords('unknown pole `$1`', 'de'), 'einen Mast „$1“ gibt es nicht');
});

test('the frequent mistakes of the files are among them', () => {
  // as the tests of the registry expect them
  const tables = readFileSync(new URL('../../../model/tests/registry/tables.rs', import.meta.url), 'utf8');
  const said = [...tables.matchAll(/^\s+(?:poles|devices)\.csv:\d+: (?:[\w]+: )?(.*)$/gm)].map(([, message]) => message);
  assert.ok(said.length > 15);
  const unknown = said.filter((message) => inWords(message, 'de') === message);
  assert.ok(unknown.length <= said.length / 4, unknown.join('\n'));
});
