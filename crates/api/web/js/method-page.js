/** The method page: how each figure is made, with formula, constants, source, id and version; `#methode`, `#methode=air.day`. */
import { list } from './api.js';
import { find, h } from './dom.js';
import { addDrawer } from './drawer.js';
import { language, t } from './i18n.js';
import * as de from './method-de.js';
import * as en from './method-en.js';
import { OUTLINE, sectionOf } from './method-outline.js';
import { methodTable } from './method-table.js';
import { address, leave } from './route.js';
import { on, state } from './state.js';

const WORDS = { de, en };
let open = null;
/** @type {Map<string, number>|null} versions by method; null until they are known */
let versions = null;
let failed = false;
/** Whether the catalogue's names were known when it was drawn. */
let named = false;

/** Follows the address. */
export function startMethodPage() {
  addDrawer('methode', {
    root: find('#method-page'),
    opened,
    closed: () => {
      open = null;
    },
    home: () => find('body > header nav a[href="#methode"]'),
  });
  on(['language'], () => open !== null && draw());
  on(['poles'], () => {
    if (open !== null && !named && state.properties.size) {
      draw();
      show(open);
    }
  });
}

function opened(id) {
  open = id;
  draw();
  show(id);
  if (versions) return;
  list('methods')
    .then((items) => {
      versions = new Map(items.map((method) => [method.id, method.version]));
      failed = false;
    })
    .catch(() => {
      failed = true;
    })
    .then(() => {
      if (open !== null) tellVersions();
    });
}

/** Brings a section or a method into view and to whoever listens. */
function show(id) {
  if (!id || !sectionOf(id)) return;
  const found = document.getElementById(`method-${id}`) ?? document.getElementById(`method-${sectionOf(id)}`);
  found?.scrollIntoView({ block: 'start' });
  setTimeout(() => found?.focus({ preventScroll: true }));
}

function draw() {
  named = state.properties.size > 0;
  const close = h('button', { type: 'button', class: 'icon close', 'aria-label': t('pole.close'), onclick: leave }, '×');
  const print = h('button', { type: 'button', class: 'btn', onclick: () => window.print() }, t('method.print'));
  const words = WORDS[language()];
  const contents = h(
    'nav',
    { class: 'contents', 'aria-label': t('method.contents') },
    OUTLINE.map(({ id }) => h('a', { href: address('methode', id) }, words.sections[id].title)),
  );
  find('#method-page').replaceChildren(
    h(
      'div',
      { class: 'top' },
      h('div', {}, h('h2', { id: 'method-page-title' }, t('method.page')), h('p', { class: 'note' }, t('method.lead'))),
      print,
      close,
    ),
    h('p', { class: 'old', role: 'status', hidden: true }, t('method.version.unknown')),
    h(
      'div',
      { class: 'method-body' },
      contents,
      h(
        'div',
        { class: 'method-text' },
        OUTLINE.map((section) => drawSection(section, words)),
      ),
    ),
  );
  tellVersions();
}

function drawSection({ id, methods, tables = [] }, words) {
  const { title, text, formulas = [] } = words.sections[id];
  return h(
    'section',
    { id: `method-${id}`, tabindex: '-1' },
    h('h3', {}, title),
    text.map((one) => h('p', {}, one)),
    formulas.map((one) => h('pre', {}, one)),
    methods.map((method) => card(method, words.methods[method])),
    tables.map(methodTable),
  );
}

function card(id, { title, text, formula, source }) {
  return h(
    'article',
    { id: `method-${id}`, tabindex: '-1', class: 'method-card', 'data-method': id },
    h('h4', {}, title),
    h('p', { class: 'method-id' }, h('code', {}, id), h('span', { class: 'note', 'data-version': id })),
    h('p', {}, text),
    formula ? h('pre', {}, formula) : null,
    source ? h('p', { class: 'note' }, t('method.source', { source })) : null,
  );
}

/** Versions come from the service: they are what figures carry. */
function tellVersions() {
  find('#method-page > .old').hidden = !failed;
  for (const element of find('#method-page').querySelectorAll('[data-version]')) {
    const version = versions?.get(element.dataset.version);
    element.textContent = version === undefined ? '' : `/${version}`;
  }
}
