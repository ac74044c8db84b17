/** A line to cite a figure with: what, how much, as of when, by which method, where to look it up again. */
import { h } from './dom.js';
import { figureAddress } from './figure-rules.js';
import { valueWords, what, when, whose } from './figure-words.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { head } from './states.js';

/**
 * @param {import('./figure-rules.js').Figure} figure
 * @param {import('./figure-data.js').Told} told
 * @param {number} asked when it was told, UTC ms
 */
export function citation(figure, told, asked) {
  const isOf = told.state === null ? null : Math.floor(asked / 60_000) * 60_000;
  const url = `${location.origin}${location.pathname}${figureAddress(figure, isOf)}`;
  const text = t(isOf === null ? 'cite.public' : 'cite.text', {
    what: what(figure), whose: whose(figure), when: when(figure, told.end), value: valueWords(figure, told.value), city: document.title,
    asOf: format.minute(asked), state: told.state && t(`window.${told.state}`), revision: told.revision, method: told.method ? `${told.method.id}/${told.method.version}` : '–', url,
  });
  const copy = h('button', { type: 'button', class: 'btn', onclick: async () => { await navigator.clipboard.writeText(text); copy.textContent = t('cite.copied'); } }, t('cite.copy'));
  return h('section', { class: 'cite', 'data-testid': 'figure-cite' }, head(null, t('cite.title')), h('p', {}, text), navigator.clipboard ? copy : null);
}
