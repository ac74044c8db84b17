/** Files of the registry: tables line by line, so that what is not changed stays as it was; differences of texts; where something is mended. Pure. */

/** Cells of one line of a CSV, as RFC 4180 quotes them; null if a quotation mark stays open. */
export function cellsOf(line, delimiter) {
  const cells = [];
  for (let at = 0; ; ) {
    let cell = '';
    if (line[at] === '"') {
      for (at += 1; ; at += 1) {
        if (at >= line.length) return null;
        if (line[at] === '"') {
          if (line[at + 1] !== '"') break;
          at += 1;
        }
        cell += line[at];
      }
      at += 1;
    }
    const next = line.indexOf(delimiter, at);
    cell += line.slice(at, next < 0 ? line.length : next);
    cells.push(cell);
    if (next < 0) return cells;
    at = next + 1;
  }
}

/** One line of cells. */
export function lineOf(cells, delimiter) {
  const quoted = (cell) =>
    /["\n\r]/.test(cell) || cell.includes(delimiter) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell;
  return cells.map(quoted).join(delimiter);
}

/**
 * A row of a table: `raw` is its line, null once it was written anew.
 * @typedef {{cells:string[], raw:string|null, isNew:boolean}} Row
 * @typedef {{mark:string, delimiter:string, ending:string, before:string[], columns:string[], header:string|null, rows:Row[]}} Sheet
 */

/**
 * The table of a text; null if it is none, as a cell goes over several lines.
 * @param {string} text
 * @returns {Sheet|null}
 */
export function sheetOf(text) {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const lines = text.slice(mark.length).split(/(?<=\n)/);
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return null;
  const many = (sign) => lines[first].split(sign).length;
  const delimiter = many(';') > many(',') ? ';' : ',';
  const bare = (line) => line.replace(/\r?\n$/, '');
  const read = lines.map((line) => cellsOf(bare(line), delimiter));
  if (read.includes(null)) return null;
  const rows = lines.slice(first + 1).map((raw, at) => ({ raw, cells: /** @type {string[]} */ (read[first + 1 + at]), isNew: false }));
  return {
    mark,
    delimiter,
    ending: text.includes('\r\n') ? '\r\n' : '\n',
    before: lines.slice(0, first),
    header: lines[first],
    columns: read[first].map((cell) => cell.trim()),
    rows,
  };
}

/** Whether a row says anything; lines that do not are kept as they are. */
export function says(row) {
  return row.isNew || row.cells.some((cell) => cell.trim() !== '');
}

/**
 * The text of a table, and the line of each of its rows.
 * @param {Sheet} sheet
 */
export function textOf(sheet) {
  const { mark, delimiter, ending, before, columns, header, rows } = sheet;
  const parts = [...before, header ?? lineOf(columns, delimiter) + ending];
  const lines = new Map();
  for (const row of rows) {
    lines.set(parts.length + 1, row);
    parts.push(row.raw ?? lineOf(row.cells, delimiter) + ending);
  }
  const whole = parts.map((part, at) => (at < parts.length - 1 && part !== '' && !part.endsWith('\n') ? part + ending : part));
  return { text: mark + whole.join(''), lines };
}

/** Puts a value into a cell. */
export function put(row, column, value) {
  while (row.cells.length <= column) row.cells.push('');
  row.cells[column] = value;
  row.raw = null;
}

/** Adds a row with these values by column; gives it back. */
export function add(sheet, values = {}) {
  const row = { raw: null, cells: sheet.columns.map((column) => values[column] ?? ''), isNew: true };
  sheet.rows.push(row);
  return row;
}

/** Gives the table another column, at its end. */
export function widen(sheet, column) {
  sheet.columns.push(column);
  sheet.header = null;
  for (const row of sheet.rows.filter(says)) put(row, sheet.columns.length - 1, '');
}

/** How many rows are new, other, and gone, of a table that had so many. */
export function amounts(sheet, before) {
  const now = sheet.rows.filter(says);
  const added = now.filter((row) => row.isNew).length;
  return { added, changed: now.filter((row) => row.raw === null && !row.isNew).length, removed: before - (now.length - added) };
}

/** Most lines that are compared with each other; more are told as replaced. */
const COMPARED = 1500;

/**
 * What makes one text of another, line by line, without what is the same further away than `around` lines.
 * @returns {{kind:'same'|'gone'|'new'|'gap', text:string}[]}
 */
export function difference(was, is, around = 2) {
  const [a, b] = [was, is].map((text) => text.replace(/\n$/, '').split('\n'));
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const steps = [
    ...a.slice(0, head).map((text) => ({ kind: 'same', text })),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map((text) => ({ kind: 'same', text })),
  ];
  return folded(steps, around);
}

/** By the longest common subsequence. */
function middle(a, b) {
  if (a.length > COMPARED || b.length > COMPARED)
    return [...a.map((text) => ({ kind: 'gone', text })), ...b.map((text) => ({ kind: 'new', text }))];
  const width = b.length + 1;
  const best = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      best[i * width + j] =
        a[i] === b[j] ? best[(i + 1) * width + j + 1] + 1 : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
  const steps = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      steps.push({ kind: 'same', text: a[i] });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && best[(i + 1) * width + j] >= best[i * width + j + 1])) {
      steps.push({ kind: 'gone', text: a[i] });
      i += 1;
    } else {
      steps.push({ kind: 'new', text: b[j] });
      j += 1;
    }
  }
  return steps;
}

function folded(steps, around) {
  const near = (at) => steps.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same');
  const out = [];
  steps.forEach((step, at) => {
    if (near(at)) out.push(step);
    else if (out.at(-1)?.kind !== 'gap') out.push({ kind: 'gap', text: '' });
  });
  return out.length === 1 && out[0].kind === 'gap' ? [] : out;
}

/** What is mended in the profile of a device. */
const OF_PROFILES = ['decode_failed', 'unknown_property', 'no_readings', 'time_before_epoch', 'time_in_future'];

/**
 * Whom a refusal names: one that the registry does not know stands in its words alone.
 * @param {{device?:string|null, detail?:string|null}} message
 */
export function whomOf({ device, detail }) {
  const [, quoted, bare] = /^(?:"(.+)"|(\S+)) is not in \S+$/.exec(detail ?? '') ?? [];
  return device ?? quoted ?? bare ?? null;
}

/**
 * Where the cause of a refusal is mended: the file, and the id of a row that it lacks; null if not in the registry, `''` if in one of several files.
 * @param {string} reason
 * @param {string|null} device
 * @param {string|null} profile that of the device
 */
export function mendedIn(reason, device = null, profile = null) {
  if (reason === 'unknown_device') return { file: 'devices.csv', add: device };
  if (reason === 'unknown_gateway') return { file: 'gateways.csv', add: device };
  if (reason === 'unknown_topic') return { file: 'fold.toml', add: null };
  if (OF_PROFILES.includes(reason)) return { file: profile ? `profiles/${profile}.toml` : '', add: null };
  return null;
}

/** The address of the editor, with the row to add and what waits in quarantine for it. */
export function mendingAddress({ file, add: id }, reason, device) {
  const said = new URLSearchParams({ register: file });
  if (id) said.set('add', id);
  said.set('of', device ? `${reason}/${device}` : reason);
  return `#${said}`;
}

/** The address below which the interface has a file; `/` of profiles is `:` there. */
export function pathOf(file) {
  return `registry/${encodeURIComponent(file.replace('/', ':'))}`;
}
