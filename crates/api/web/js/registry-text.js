/** A file as text, with the numbers of its lines; those on which something is wrong are marked. */
import { h } from './dom.js';
import { t } from './i18n.js';

/** Taller than this a text scrolls. */
const MOST_LINES = 34;

/**
 * @param {import('./registry-drafts.js').Draft} draft
 * @param {boolean} mayWrite
 * @param {() => void} edited
 */
export function textSection(draft, mayWrite, edited) {
  const gutter = h('pre', { class: 'gutter', 'aria-hidden': 'true' });
  const wrong = new Set(draft.wrong.filter(({ file, line }) => file === draft.file && line).map(({ line }) => line));
  const area = /** @type {HTMLTextAreaElement} */ (
    h('textarea', {
      class: 'code',
      wrap: 'off',
      spellcheck: 'false',
      autocomplete: 'off',
      autocapitalize: 'off',
      readonly: !mayWrite,
      'aria-label': t('registry.textOf', { file: draft.file }),
      'aria-invalid': wrong.size ? 'true' : null,
      'data-focus': 'text',
    })
  );
  area.value = draft.typed;
  const number = () => {
    const lines = area.value.split('\n').length;
    area.rows = Math.min(MOST_LINES, Math.max(6, lines + 1));
    gutter.replaceChildren(
      ...Array.from({ length: lines }, (_, at) => h('span', { class: wrong.has(at + 1) ? 'wrong' : null }, `${at + 1}\n`)),
    );
  };
  area.addEventListener('input', () => {
    draft.typed = area.value;
    wrong.clear();
    area.removeAttribute('aria-invalid');
    number();
    edited();
  });
  area.addEventListener('scroll', () => {
    gutter.scrollTop = area.scrollTop;
  });
  number();
  return h('div', { class: 'code-box' }, gutter, area);
}

/** Brings a line into view and chooses it. */
export function goToLine(line) {
  const area = /** @type {HTMLTextAreaElement|null} */ (document.querySelector('#register textarea.code'));
  if (!area) return;
  const lines = area.value.split('\n');
  const begin = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  area.focus();
  area.setSelectionRange(begin, begin + (lines[line - 1]?.length ?? 0));
  area.scrollTop = Math.max(0, (line - 8) * (area.scrollHeight / Math.max(1, lines.length)));
}
