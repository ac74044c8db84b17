/** A line to cite a figure with: what, how much, as of when, by which method, where to look it up again. */
import { citeBox, frozenAt, pageAddress, publisherOf } from './cite.js';
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
  const stays = told.state === null; // to the public counts are shown once and stay
  const asOf = frozenAt(asked);
  const link = pageAddress(figureAddress(figure, stays ? null : asOf));
  const method = told.method ? `${told.method.id}/${told.method.version}` : '–';
  const said = { what: what(figure), whose: whose(figure), when: when(figure, told.end), value: valueWords(figure, told.value) };
  const by = publisherOf(told.answer.citation);
  const text = t(stays ? 'cite.public' : 'cite.text', {
    ...said,
    city: by.publisher,
    asOf: format.minute(stays ? asked : asOf),
    state: told.state && t(`window.${told.state}`),
    revision: told.revision,
    method,
    url: link,
  });
  const source = { ...by, title: `${said.what}, ${said.whose}, ${said.when}: ${said.value}`, link, asOf: stays ? asked : asOf, method };
  return h('section', { 'data-testid': 'figure-cite' }, head(null, t('cite.title')), citeBox(text, source));
}
