/** The editor of a file of the registry: its table or text, what a change would bring, rows by CSV, what it was. */
import { failed } from './answer.js';
import { find, h, keepFocus } from './dom.js';
import { addDrawer } from './drawer.js';
import { t } from './i18n.js';
import { panelTop } from './panel-top.js';
import { changedWords, fileTitle } from './registry-card.js';
import { absentNamed, fileNamed, files, send, textNow } from './registry-data.js';
import { draftOf, dropDraft, isDirty, take } from './registry-drafts.js';
import { drawHistory, openHistory } from './registry-history.js';
import { importSection } from './registry-import.js';
import { outcome } from './registry-preview.js';
import { add } from './registry-rules.js';
import { tableSection } from './registry-table.js';
import { textSection } from './registry-text.js';
import { route } from './route.js';
import { on } from './state.js';
import { skeleton } from './states.js';

/** Files that a registry cannot do without. */
const NEEDED = ['poles.csv', 'devices.csv', 'zones.geojson', 'properties.toml'];
/** The file that is open, `null` if none is. */
let open = null;
let part = 'edit';
/** Why the text did not come. */
let error = null;
/** Where what came of a change is told; it stays when all else is drawn anew. */
let told = null;

/** Follows the address. */
export function startRegistryPanel() {
  addDrawer('register', {
    root: find('#register'),
    opened,
    closed: () => {
      open = null;
    },
    home: (file) => document.querySelector(`[data-focus="${CSS.escape(`file ${file}`)}"]`),
  });
  on(['language', 'registry'], () => {
    if (open !== null && !isWriting()) draw();
  });
  on(['devices'], () => open !== null && drawOutcome());
  addEventListener('beforeunload', (event) => {
    if (isDirty()) event.preventDefault();
  });
}

/** Whether something is being written that drawing anew would take away. */
function isWriting() {
  return Boolean(document.activeElement?.closest('#register .body :is(input, textarea)'));
}

async function opened(file) {
  open = file;
  part = 'edit';
  error = null;
  told = h('div', { class: 'registry-told', 'aria-live': 'polite' });
  draw();
  if (!files.value) await files.load();
  if (open === file && file !== '' && fileNamed(file)?.written_by !== null) await fetched(file);
  if (open !== file) return;
  draw();
  goToBegun();
}

/** To the first empty cell of the row that the address begins: it is the last of many. */
function goToBegun() {
  const id = route().add;
  if (!id) return;
  /** @type {HTMLInputElement[]} */
  const cells = [...document.querySelectorAll(`#register tr[data-row="${CSS.escape(id)}"] input`)];
  (cells.find(({ value }) => value === '') ?? cells[0])?.focus();
}

/** Gets the text, unless a draft of it is there. */
async function fetched(file) {
  const draft = draftOf(file);
  if (!draft.isChanged) {
    const came = await textNow(file).catch((reason) => {
      error = reason;
      return undefined;
    });
    if (came !== undefined) take(draft, came, absentNamed(file)?.table ?? null);
  }
  const id = route().add;
  if (id && draft.sheet && !draft.sheet.rows.some((row) => row.cells[0]?.trim() === id)) {
    draft.wanted = add(draft.sheet, { id, device: id });
    draft.isChanged = true;
  }
}

function draw() {
  const panel = find('#register');
  keepFocus(panel, () => panel.replaceChildren(top(), h('div', { class: 'body registry-body' }, inside())));
  drawOutcome();
}

function top() {
  const item = fileNamed(open);
  const note = item ? `${open} · ${changedWords(item)}` : open || t('registry.note');
  return panelTop([h('h2', { id: 'register-title' }, open ? fileTitle(open) : t('registry.title')), h('p', { class: 'note' }, note)]);
}

function inside() {
  if (error)
    return h(
      'section',
      {},
      failed(error, () => opened(open)),
    );
  if (!files.value) return h('section', {}, files.error ? failed(files.error, files.load) : skeleton());
  if (open === '') return h('section', {}, choice());
  const item = fileNamed(open) ?? absentNamed(open);
  if (item?.written_by === null) return h('section', {}, h('p', {}, t('registry.secretHelp')));
  const draft = draftOf(open);
  if (!draft.isThere) return h('section', {}, skeleton());
  return [
    tabs(item),
    part === 'history' ? drawHistory(open, draft, restore) : part === 'import' ? importSection(open, draft, saved) : editor(draft, item),
    part === 'edit' ? told : null,
  ];
}

/** Which file, where several may be meant. */
function choice() {
  const link = ({ file }) =>
    h(
      'li',
      {},
      h('a', { href: `#${new URLSearchParams({ ...route(), register: file })}` }, h('b', {}, fileTitle(file)), h('code', {}, file)),
    );
  return [
    h('p', {}, t('registry.choose')),
    h('ul', { class: 'registry-files' }, files.value.items.filter(({ file }) => file.startsWith('profiles/')).map(link)),
  ];
}

function tabs(item) {
  const tab = (name) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(part === name),
        'data-focus': `part ${name}`,
        onclick: () => {
          part = name;
          if (name === 'history') openHistory(open, draw);
          draw();
        },
      },
      t(`registry.part.${name}`),
    );
  return h(
    'section',
    { class: 'registry-tabs' },
    h(
      'div',
      { class: 'chooser', role: 'group', 'aria-label': t('registry.parts') },
      tab('edit'),
      item?.table && item.may_write ? tab('import') : null,
      tab('history'),
    ),
  );
}

function editor(draft, item) {
  const edited = () => {
    draft.isChanged = true;
    draft.isGone = false;
    draft.tried = null;
    draft.error = null;
    draft.saved = null;
    drawOutcome();
  };
  const mayWrite = item ? item.may_write : true;
  const section =
    draft.isTable && draft.sheet ? tableSection(draft, item.table, mayWrite, edited, draw) : textSection(draft, mayWrite, edited);
  const other = draft.sheet
    ? h(
        'button',
        {
          type: 'button',
          class: 'btn',
          'data-focus': 'as',
          onclick: () => {
            draft.toggle();
            draw();
          },
        },
        t(draft.isTable ? 'registry.asText' : 'registry.asTable'),
      )
    : null;
  const gone = () => {
    draft.isGone = true;
    draft.isChanged = true;
    tryOut();
  };
  const away =
    mayWrite && draft.hash !== null && !NEEDED.includes(open)
      ? h('button', { type: 'button', class: 'link', 'data-focus': 'remove', onclick: gone }, t('registry.remove'))
      : null;
  return h(
    'section',
    { class: 'registry-editor' },
    mayWrite ? null : h('p', { class: 'note' }, t('registry.readOnly')),
    section,
    h('p', { class: 'registry-ways' }, other, away),
  );
}

function drawOutcome() {
  if (!told || open === null) return;
  const draft = draftOf(open);
  keepFocus(told, () =>
    told.replaceChildren(
      ...outcome(open, draft, {
        tryOut,
        save,
        discard,
        reload: () => {
          dropDraft(open);
          opened(open);
        },
      }),
    ),
  );
}

/** Tries the change, or makes it; an answer to another text is nobody's. */
async function sent(draft, dry) {
  const text = draft.text();
  const file = open;
  draft.stage = dry ? 'trying' : 'saving';
  Object.assign(draft, { error: null, saved: null });
  drawOutcome();
  const said = await send(file, { hash: draft.hash, dry, text }).catch((reason) => ({ error: reason }));
  draft.stage = null;
  if (draft.text() !== text) return null;
  draft.error = said.error ?? null;
  draft.mistakes(said.error?.mistakes ?? []);
  return said.error ? null : said;
}

async function tryOut() {
  const draft = draftOf(open);
  draft.tried = await sent(draft, true);
  if (open === null) return;
  draw();
  find('#register .registry-told [data-focus=save]')?.focus({ preventScroll: true });
  find('#register tr.is-new')?.scrollIntoView({ block: 'nearest' }); // beside what it brings, not under it
  if (draft.error?.mistakes) find('#register [aria-invalid=true]')?.focus();
}

async function save() {
  const draft = draftOf(open);
  const said = await sent(draft, false);
  if (!said) {
    if (open !== null) draw();
    return;
  }
  saved(said);
}

/** What was written is what the draft starts from now. */
async function saved(said) {
  const file = open;
  dropDraft(file);
  await Promise.all([fetched(file), files.load()]);
  Object.assign(draftOf(file), { saved: said });
  part = 'edit';
  if (open !== file) return;
  draw();
  find('#register').focus({ preventScroll: true });
}

function discard() {
  dropDraft(open);
  opened(open);
}

/** A former text becomes the draft; nothing is written before it was tried. */
function restore(text) {
  const draft = draftOf(open);
  draft.replace(text);
  part = 'edit';
  draw();
  tryOut();
}
