/** The devices of a pole, and when each was heard last. */
import { connectionTag } from './device-words.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { state } from './state.js';

/**
 * The public is not told of counters when they were heard, nor of any how.
 * @param {any[]} devices of `/poles`
 */
export function deviceTable(devices) {
  const columns = ['device', ...(state.role === 'public' ? [] : ['connection']), 'last'].map((key) =>
    h('th', { scope: 'col' }, t(`pole.${key}`)),
  );
  return h('table', {}, h('thead', {}, h('tr', {}, columns)), h('tbody', {}, devices.map(row)));
}

function row({ id, profile, last_received_at: last }) {
  const known = state.devices?.get(id);
  const [isPublic, code] = [state.role === 'public', h('code', {}, id)];
  return h(
    'tr',
    {},
    h('td', {}, isPublic ? code : h('a', { href: address('device', id) }, code), h('div', { class: 'note' }, profile)),
    isPublic ? null : h('td', {}, known ? connectionTag(known) : '–'),
    h('td', {}, last ? format.seen(last) : isPublic ? '–' : t('state.never')),
  );
}
