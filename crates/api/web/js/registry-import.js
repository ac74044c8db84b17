/** Rows by a CSV file, dropped or chosen: what would become of them, row by row what is wrong. */
import { failed } from './answer.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { send } from './registry-data.js';
import { effectWords, rowMistakes } from './registry-preview.js';

/**
 * @param {string} file
 * @param {import('./registry-drafts.js').Draft} draft
 * @param {(said:any) => void} saved
 */
export function importSection(file, draft, saved) {
  const told = h('div', { class: 'registry-told', 'aria-live': 'polite' });
  const take = (chosen) => chosen && tried(file, draft, chosen, told, saved);
  const input = h('input', {
    type: 'file',
    accept: '.csv,.txt,text/csv',
    id: 'registry-file',
    'data-focus': 'file',
    onchange: (event) => take(event.target.files[0]),
  });
  const zone = h(
    'div',
    { class: 'drop-zone' },
    h('label', { for: 'registry-file' }, t('registry.drop.title')),
    input,
    h('p', { class: 'note' }, t('registry.drop.help', { key: 'id' })),
  );
  const over = (is) => (event) => {
    event.preventDefault();
    zone.classList.toggle('is-over', is);
  };
  zone.addEventListener('dragover', over(true));
  zone.addEventListener('dragleave', over(false));
  zone.addEventListener('drop', (event) => {
    over(false)(event);
    take(event.dataTransfer.files[0]);
  });
  return h(
    'section',
    { class: 'registry-import' },
    h('p', {}, t('registry.import.help')),
    draft.isChanged ? h('p', { class: 'mistake' }, t('registry.import.draft')) : null,
    zone,
    told,
  );
}

async function tried(file, draft, chosen, told, saved) {
  told.replaceChildren(h('p', { class: 'note' }, t('registry.trying')));
  const said = await send(file, { hash: draft.hash, dry: true, rows: chosen }).catch((error) => ({ error }));
  if (said.error?.mistakes) {
    told.replaceChildren(h('h3', {}, chosen.name), rowMistakes(file, said.error.mistakes, await rowsOf(chosen)));
    return;
  }
  if (said.error) {
    told.replaceChildren(failed(said.error, () => tried(file, draft, chosen, told, saved)));
    return;
  }
  const { added, changed, same, encoding } = said.rows;
  const order = h(
    'button',
    {
      type: 'button',
      class: 'btn primary',
      'data-focus': 'import',
      disabled: added + changed === 0,
      onclick: () => made(file, draft, chosen, told, saved),
    },
    t('registry.import.order'),
  );
  told.replaceChildren(
    h('h3', {}, chosen.name),
    h(
      'p',
      { class: 'effect' },
      h('b', {}, t('registry.import.rows', { added: format.number(added), changed: format.number(changed), same: format.number(same) })),
    ),
    encoding === 'windows-1252' ? h('p', { class: 'note' }, t('registry.import.windows')) : '',
    effectWords(said.effect),
    order,
  );
  order.focus({ preventScroll: true });
}

async function made(file, draft, chosen, told, saved) {
  const said = await send(file, { hash: draft.hash, dry: false, rows: chosen }).catch((error) => ({ error }));
  if (said.error)
    told.replaceChildren(
      h('p', { class: 'mistake', role: 'alert' }, said.error.status === 412 ? t('registry.meanwhile') : said.error.message),
    );
  else saved(said);
}

/** The lines of a file as people see them. */
async function rowsOf(chosen) {
  const bytes = await chosen.arrayBuffer();
  const decoded = (kind, fatal) => new TextDecoder(kind, { fatal }).decode(bytes);
  let text;
  try {
    text = decoded('utf-8', true);
  } catch {
    text = decoded('windows-1252', false);
  }
  const lines = text.split(/\r?\n/);
  return (row) => lines[row - 1] ?? '';
}
