/** The states a view has besides its data: loading, empty, broken. */
import { h } from './dom.js';
import { t } from './i18n.js';
import { state } from './state.js';
import { isFilling } from './status.js';

/** A heading with its honesty beside it. */
export function head(id, title, note, ...more) {
  return h('div', { class: 'head' }, h('h2', { id }, title), note ? h('span', { class: 'note' }, note) : null, ...more);
}

/** Grey ground where data will be; the size is the view's own. */
export function skeleton(kind = 'block') {
  return h('div', { class: `skeleton ${kind}`, 'aria-hidden': 'true' });
}

/** Nothing there yet, and what to do. */
export function nothing(help) {
  return h('div', { class: 'state' }, h('p', { class: 'state-word' }, t('empty')), help ? h('p', { class: 'note' }, help) : null);
}

/** It failed; a way on. */
export function broken(message, retry) {
  return h(
    'div',
    { class: 'state', role: 'alert' },
    h('p', { class: 'state-word' }, t('error.title')),
    h('p', { class: 'note' }, message),
    h('button', { type: 'button', class: 'btn', onclick: retry }, t('error.retry')),
  );
}

/**
 * What to show instead of a part's data, or null when there is data.
 * @param {string} part
 * @param {boolean} isEmpty
 * @param {string} help what to do when it is empty
 * @param {() => void} retry
 */
export function instead(part, isEmpty, help, retry) {
  if (state.errors.has(part) && isEmpty) return broken(state.errors.get(part), retry);
  if (!state.loaded.has(part)) return skeleton();
  return isEmpty ? nothing(isFilling() ? t('history.soon') : help) : null;
}
