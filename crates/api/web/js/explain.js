/** "Was bedeutet das?": the panel that says in plain words what the figures of the city mean; `#bedeutung=luft`. */
import { find, h } from './dom.js';
import { addDrawer } from './drawer.js';
import { language, t } from './i18n.js';
import { panelTop } from './panel-top.js';
import { address } from './route.js';
import { airWord, shape } from './shapes.js';
import { on } from './state.js';

let open = null;

/** Follows the address. */
export function startExplain() {
  addDrawer('bedeutung', {
    root: find('#explain'),
    opened,
    closed: () => {
      open = null;
    },
    home: (id) => document.querySelector(`a[href="${address('bedeutung', id)}"]`),
  });
  on(['language'], () => open !== null && opened(open));
}

/** The words come when they are wanted. */
async function opened(id) {
  open = id;
  const topics = await (language() === 'de'
    ? import('./explain-de.js').then(({ de }) => de)
    : import('./explain-en.js').then(({ en }) => en));
  if (open !== id) return;
  const root = find('#explain');
  root.replaceChildren(panelTop(h('h2', { id: 'explain-title' }, t('explain.what'))), h('div', { class: 'body' }, topics.map(section)));
  const wanted = document.getElementById(`bedeutung-${id}`);
  if (wanted && wanted !== root.querySelector('section')) wanted.scrollIntoView({ block: 'start' });
}

function section({ id, title, text, method }) {
  const classes =
    id === 'luft'
      ? h(
          'ul',
          { class: 'classes' },
          text.classes.map((words, at) => h('li', {}, shape(at, 22), h('b', {}, airWord(at)), h('span', {}, words))),
        )
      : null;
  const paragraphs = text.paragraphs.map((one) => h('p', {}, one));
  return h(
    'section',
    { id: `bedeutung-${id}` },
    h('h3', {}, title),
    paragraphs[0],
    classes,
    paragraphs.slice(1),
    h('p', { class: 'note' }, h('a', { href: address('methode', method) }, t('explain.exactly'))),
  );
}
