/** The table of a CSV file: a field a cell, what is wrong beside its row. */
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { mistakeWords } from './registry-mistakes.js';
import { add, put, says, widen } from './registry-rules.js';

const PAGE = 100;

/**
 * @param {import('./registry-drafts.js').Draft} draft
 * @param {{required:string[], optional:string[], key:string[]}} columns what the file may have
 * @param {boolean} mayWrite
 * @param {() => void} edited
 * @param {() => void} redraw
 */
export function tableSection(draft, columns, mayWrite, edited, redraw) {
  const { sheet } = draft;
  const rows = seen(draft);
  const all = sheet.rows.filter(says).length;
  const more = () => {
    draft.shown += PAGE;
    redraw();
  };
  const newRow = () => {
    draft.wanted = add(sheet);
    edited();
    redraw();
    document.querySelector('#register [data-new] input')?.focus();
  };
  const found = draft.sought
    ? t('registry.found', { n: format.number(rows.length), all: format.number(all) })
    : t(all === 1 ? 'registry.row' : 'registry.rows', { n: format.number(all) });
  const wide = widths(sheet.columns, rows.slice(0, draft.shown));
  const missing = [...columns.required, ...columns.optional].filter((column) => !sheet.columns.includes(column));
  return [
    h(
      'div',
      { class: 'registry-tools' },
      search(draft, redraw),
      h('span', { class: 'note', role: 'status' }, found),
      mayWrite ? h('button', { type: 'button', class: 'btn', 'data-focus': 'add', onclick: newRow }, t('registry.add')) : null,
      mayWrite && missing.length ? moreColumns(sheet, missing, edited, redraw) : null,
    ),
    h(
      'div',
      { class: 'scroll registry-scroll' },
      h(
        'table',
        { class: 'registry-table', 'aria-label': draft.file },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            sheet.columns.map((column, at) => h('th', { scope: 'col', class: wide[at] }, column)),
            mayWrite ? h('th', { scope: 'col' }, h('span', { class: 'hidden' }, t('registry.drop'))) : null,
          ),
        ),
        h(
          'tbody',
          {},
          rows.slice(0, draft.shown).flatMap((row) => lines(draft, row, mayWrite, edited, redraw)),
        ),
      ),
    ),
    rows.length > draft.shown
      ? h(
          'button',
          { type: 'button', class: 'btn', 'data-focus': 'more', onclick: more },
          t('registry.more', { n: format.number(Math.min(PAGE, rows.length - draft.shown)) }),
        )
      : null,
  ];
}

/** How wide a column is: by the longest of the cells that are seen. */
function widths(columns, rows) {
  const longest = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => row.cells[at]?.length ?? 0)));
  return longest.map((n) => (n <= 9 ? 'narrow' : n <= 15 ? 'middle' : n <= 22 ? 'wide' : 'widest'));
}

/** Rows that are shown: those that are sought; what is new, changed or wrong comes first when much is. */
function seen({ sheet, sought, byRow, shown }) {
  const text = sought.trim().toLowerCase();
  const rows = sheet.rows
    .filter(says)
    .filter((row) => row.isNew || byRow.has(row) || text === '' || row.cells.some((cell) => cell.toLowerCase().includes(text)));
  if (rows.length <= shown) return rows;
  const matters = (row) => row.isNew || row.raw === null || byRow.has(row);
  return [...rows.filter(matters), ...rows.filter((row) => !matters(row))];
}

function search(draft, redraw) {
  const sought = (event) => {
    draft.sought = event.target.value;
    draft.shown = PAGE;
    redraw();
  };
  return h('input', {
    type: 'search',
    class: 'registry-search',
    value: draft.sought,
    placeholder: t('registry.search'),
    'aria-label': t('registry.search'),
    'data-focus': 'search',
    oninput: sought,
  });
}

function moreColumns(sheet, missing, edited, redraw) {
  const chosen = (event) => {
    widen(sheet, event.target.value);
    edited();
    redraw();
  };
  return h(
    'select',
    { 'aria-label': t('registry.column'), 'data-focus': 'column', onchange: chosen },
    h('option', { value: '' }, t('registry.column')),
    missing.map((column) => h('option', { value: column }, column)),
  );
}

/** The line of a row, and below it what is wrong there. */
function lines(draft, row, mayWrite, edited, redraw) {
  const wrong = draft.byRow.get(row) ?? [];
  const at = draft.sheet.rows.indexOf(row);
  const told = `wrong-${at}`;
  const name = row.cells[0] || t('registry.new');
  const field = (column, index) => {
    const bad = wrong.some((one) => one.field === column);
    const write = (event) => {
      put(row, index, event.target.value);
      event.target.removeAttribute('aria-invalid');
      edited();
    };
    return h(
      'td',
      { 'data-column': column },
      h('input', {
        value: row.cells[index] ?? '',
        'aria-label': `${column}, ${name}`,
        'aria-invalid': bad ? 'true' : null,
        'aria-describedby': wrong.length ? told : null,
        'data-focus': `cell ${at} ${column}`,
        readonly: !mayWrite,
        spellcheck: 'false',
        autocomplete: 'off',
        oninput: write,
        onkeydown: walk,
      }),
    );
  };
  const drop = () => {
    draft.sheet.rows.splice(at, 1);
    edited();
    redraw();
  };
  const line = h(
    'tr',
    { 'data-row': row.cells[0] ?? '', 'data-new': row.isNew, class: wrong.length ? 'is-wrong' : row.isNew ? 'is-new' : null },
    draft.sheet.columns.map(field),
    mayWrite
      ? h(
          'td',
          { class: 'c-drop' },
          h(
            'button',
            {
              type: 'button',
              class: 'icon',
              'aria-label': t('registry.dropRow', { row: name }),
              title: t('registry.dropRow', { row: name }),
              'data-focus': `drop ${at}`,
              onclick: drop,
            },
            '×',
          ),
        )
      : null,
  );
  if (!wrong.length) return [line];
  return [line, h('tr', { class: 'told-wrong' }, h('td', { colspan: draft.sheet.columns.length + 1, id: told }, wrong.map(mistakeWords)))];
}

/** Up and down lead to the same column of the rows beside. */
function walk(event) {
  const step = { ArrowUp: 'previousElementSibling', ArrowDown: 'nextElementSibling' }[event.key];
  if (!step) return;
  const cell = event.target.closest('td');
  let row = cell.parentElement[step];
  while (row?.classList.contains('told-wrong')) row = row[step];
  const next = row?.cells[cell.cellIndex]?.querySelector('input');
  if (!next) return;
  event.preventDefault();
  next.focus();
}
