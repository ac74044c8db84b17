/** Places of others: on the map marks with six corners, so that none is taken for a pole of ours, and a list of them below. */
import { find, h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { airWord, foreignMark } from './shapes.js';
import { state } from './state.js';
import { head } from './states.js';

const links = new Map();

/** A mark for each, kept in `box`, by id. */
export function foreignLinks(box) {
  for (const [id, link] of links)
    if (!state.foreign.has(id)) {
      link.remove();
      links.delete(id);
    }
  for (const place of state.foreign.values()) dress(linkOf(box, place.id), place);
  return links;
}

function linkOf(box, id) {
  if (!links.has(id)) {
    const link = h('a', { class: 'foreign', href: address('pole', id), 'data-foreign': id });
    links.set(id, link);
    box.append(link);
  }
  return links.get(id);
}

function dress(link, { name, provider, air }) {
  const label = t('map.foreign', { name, provider, air: airWord(air?.class) });
  if (link.getAttribute('aria-label') === label) return;
  link.setAttribute('aria-label', label);
  link.title = label;
  link.replaceChildren(foreignMark(air?.class, 24));
}

/** What others counted and measured, with whose it is and how it was made; nothing where there is none. */
export function drawForeign() {
  const box = find('#foreign');
  box.hidden = state.foreign.size === 0;
  if (box.hidden) return box.replaceChildren();
  const columns = ['place', 'provider', 'method', 'last'].map((key) => h('th', { scope: 'col' }, t(`foreign.${key}`)));
  return box.replaceChildren(
    head('foreign-title', t('foreign.title'), t('foreign.note')),
    h('table', {}, h('thead', {}, h('tr', {}, columns)), h('tbody', {}, [...state.foreign.values()].map(row))),
  );
}

function row({ id, name, provider, devices, last_received_at: last }) {
  return h(
    'tr',
    { 'data-foreign-row': id },
    h('td', {}, h('a', { href: address('pole', id) }, name)),
    h('td', {}, provider),
    h('td', {}, [...new Set(devices.map(({ sensing }) => t(`foreign.by.${sensing}`)))].join(', ')),
    h('td', {}, last ? format.seen(last) : '–'),
  );
}
