/** What a file was in the registries that were in force: when, by whom, what differs from now; a former text can be put back. */
import { answer, shown } from './answer.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { textNow, versions } from './registry-data.js';
import { difference } from './registry-rules.js';

let asked = null;
/** The version whose difference is open. */
let open = { hash: null, text: null, error: null };

/** Asks what a file was. */
export function openHistory(file, redraw) {
  open = { hash: null, text: null, error: null };
  const mine = answer(
    () => versions(file),
    () => mine === asked && redraw(),
  );
  asked = mine;
  asked.redraw = redraw;
  mine.load();
}

/**
 * @param {string} file
 * @param {import('./registry-drafts.js').Draft} draft
 * @param {(text:string) => void} restore
 */
export function drawHistory(file, draft, restore) {
  return h(
    'section',
    { 'data-testid': 'registry-history' },
    h('p', { class: 'note' }, t('registry.history.help')),
    shown(asked, ({ items }) =>
      items.length
        ? h(
            'ol',
            { class: 'versions' },
            items.map((one) => version(file, one, draft, restore)),
          )
        : h('p', {}, t('registry.history.none')),
    ),
  );
}

function version(file, { hash, since, by, size, is_current: isCurrent }, draft, restore) {
  const toggle = () => show(file, open.hash === hash ? null : hash);
  const isOpen = open.hash === hash;
  return h(
    'li',
    { 'data-version': hash },
    h(
      'div',
      { class: 'version' },
      h('b', {}, format.instant(since)),
      h('span', {}, by ? (by.name ?? t(by.who === 'local' ? 'registry.local' : 'registry.gone')) : t('registry.history.onDisk')),
      h('span', { class: 'note' }, format.bytes(size)),
      isCurrent
        ? h('span', { class: 'chip good' }, t('registry.history.now'))
        : h(
            'button',
            { type: 'button', class: 'btn', 'aria-expanded': String(isOpen), 'data-focus': `diff ${hash}`, onclick: toggle },
            t('registry.history.diff'),
          ),
    ),
    isOpen ? opened(draft, restore) : null,
  );
}

function opened(draft, restore) {
  if (open.error) return h('p', { class: 'mistake', role: 'alert' }, open.error.message);
  if (open.text === null) return h('p', { class: 'note' }, t('registry.history.asking'));
  const steps = difference(open.text, draft.base);
  const sign = { same: ' ', gone: '−', new: '+', gap: '' };
  const line = ({ kind, text }) =>
    kind === 'gap'
      ? h('span', { class: 'gap' }, '…\n')
      : h(kind === 'gone' ? 'del' : kind === 'new' ? 'ins' : 'span', {}, `${sign[kind]} ${text}\n`);
  return h(
    'div',
    { class: 'diff' },
    h('p', { class: 'note' }, t('registry.history.signs')),
    h('pre', { tabindex: '0', role: 'region', 'aria-label': t('registry.history.diff') }, steps.map(line)),
    h(
      'button',
      { type: 'button', class: 'btn primary', 'data-focus': 'restore', onclick: () => restore(open.text) },
      t('registry.history.restore'),
    ),
  );
}

async function show(file, hash) {
  const mine = { hash, text: null, error: null };
  open = mine;
  asked.redraw();
  if (!hash) return;
  try {
    mine.text = (await textNow(file, hash))?.text ?? '';
  } catch (error) {
    mine.error = error;
  }
  if (open === mine) asked.redraw();
}
