/** What is being written, by file, until it is saved or thrown away: closing the panel loses nothing. */
import { sheetOf, says, textOf } from './registry-rules.js';

/** @type {Map<string, Draft>} */
const drafts = new Map();

/** A file as it is being written. */
export class Draft {
  /** Whether its text came. */
  isThere = false;
  isChanged = false;
  /** Whether there is to be no file. */
  isGone = false;
  /** Hash of the text that it starts from; null if there is no file. @type {string|null} */
  hash = null;
  /** The text that it starts from. */
  base = '';
  /** The table that it is. @type {import('./registry-rules.js').Sheet|null} */
  sheet = null;
  /** Rows of the table that it starts from. */
  rows = 0;
  isTable = false;
  /** What is written, where it is written as text. */
  typed = '';
  /** @type {'trying'|'saving'|null} */
  stage = null;
  /** What came of trying. @type {any} */
  tried = null;
  /** What came of saving. @type {any} */
  saved = null;
  /** @type {any} */
  error = null;
  /** Mistakes by row of the table. @type {Map<any, any[]>} */
  byRow = new Map();
  /** All mistakes. @type {any[]} */
  wrong = [];
  /** A row that somebody came for. @type {any} */
  wanted = null;
  /** What is sought in the table. */
  sought = '';
  shown = 100;

  constructor(file) {
    this.file = file;
  }

  /** The text as it would be; null if the file is to go. */
  text() {
    if (this.isGone) return null;
    return this.isTable && this.sheet ? textOf(this.sheet).text : this.typed;
  }

  /** Takes a text as its own. */
  replace(text) {
    this.typed = text;
    this.sheet = this.file.endsWith('.csv') ? sheetOf(text) : null;
    this.isTable = this.sheet !== null;
    this.isChanged = text !== this.base;
    Object.assign(this, { tried: null, error: null, saved: null, wanted: null, isGone: false });
    this.mistakes([]);
  }

  /** Between table and text. */
  toggle() {
    const text = this.text() ?? this.base;
    const { isChanged, tried, error, wrong } = this;
    this.typed = text;
    if (this.isTable) this.isTable = false;
    else this.replace(text);
    Object.assign(this, { isChanged, tried, error });
    this.mistakes(wrong);
  }

  /** Notes mistakes at the rows that they are of. */
  mistakes(wrong) {
    this.wrong = wrong;
    this.byRow = new Map();
    if (!this.sheet) return;
    const { lines } = textOf(this.sheet);
    for (const one of wrong) {
      const row = one.file === this.file ? lines.get(one.line) : undefined;
      if (row) this.byRow.set(row, [...(this.byRow.get(row) ?? []), one]);
    }
  }
}

/** The draft of a file. */
export function draftOf(file) {
  if (!drafts.has(file)) drafts.set(file, new Draft(file));
  return drafts.get(file);
}

/** Starts from a text that came; if there is no file, from the columns that it has to have. */
export function take(draft, came, columns = null) {
  const first = columns ? `${columns.required.join(',')}\n` : '';
  Object.assign(draft, { isThere: true, base: came?.text ?? first, hash: came?.hash ?? null });
  draft.replace(draft.base);
  draft.isChanged = false;
  draft.rows = draft.sheet?.rows.filter(says).length ?? 0;
}

/** Throws a draft away. */
export function dropDraft(file) {
  drafts.delete(file);
}

/** Whether anything is written that is not saved. */
export function isDirty() {
  return [...drafts.values()].some(({ isChanged }) => isChanged);
}
