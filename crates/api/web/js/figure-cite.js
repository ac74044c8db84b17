/** A line to cite a figure with: what, how much, as of when, by which method, where to look it up again. */
import { answer, shown } from './answer.js';
import { citeBox, pageAddress, publisherOf, settledAt } from './cite.js';
import { h } from './dom.js';
import { told } from './figure-data.js';
import { figureAddress } from './figure-rules.js';
import { valueWords, what, when, whose } from './figure-words.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { head } from './states.js';

/**
 * A figure may grow by the second, so it is quoted as it was known at the last minute that is over, which its link shows, too. To the
 * public counts are shown once and stay.
 * @param {import('./figure-rules.js').Figure} figure
 * @param {import('./figure-data.js').Told} known
 * @param {number} asked when it was told, UTC ms
 */
export function citation(figure, known, asked) {
  const root = h('section', { 'data-testid': 'figure-cite' });
  const title = head(null, t('cite.title'));
  if (known.state === null) {
    root.replaceChildren(title, line(figure, known, asked, pageAddress(figureAddress(figure))));
    return root;
  }
  const asOf = settledAt(asked);
  const quoted = (found) =>
    found.told ? line(figure, found.told, asOf, pageAddress(figureAddress(figure, asOf))) : h('p', { class: 'note' }, t('cite.notYet'));
  const draw = () => root.replaceChildren(...[title, shown(then, quoted)].flat(2).filter(Boolean));
  const then = answer(async () => ({ told: await told(figure, asOf) }), draw);
  draw();
  then.load();
  return root;
}

function line(figure, known, asOf, link) {
  const method = known.method ? `${known.method.id}/${known.method.version}` : '–';
  const said = { what: what(figure), whose: whose(figure), when: when(figure, known.end), value: valueWords(figure, known.value) };
  const by = publisherOf(known.answer.citation);
  const text = t(known.state === null ? 'cite.public' : 'cite.text', {
    ...said,
    city: by.publisher,
    asOf: format.minute(asOf),
    state: known.state && t(`window.${known.state}`),
    revision: known.revision,
    method,
    url: link,
  });
  return citeBox(text, { ...by, title: `${said.what}, ${said.whose}, ${said.when}: ${said.value}`, link, asOf, method });
}
