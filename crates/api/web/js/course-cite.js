/** Citing the chart of a pole: the address opens the same pole, property and course as they were known. */
import { citeBox, settledAt, frozenIn, pageAddress, publisherOf } from './cite.js';
import { what, whose } from './figure-words.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';

/** The address of a pole's courses of a property. */
export function courseAddress({ pole, chosen }, asOf = null) {
  const hash = `${address('pole', pole)}&property=${encodeURIComponent(chosen)}`;
  return asOf === null ? hash : frozenIn(hash, asOf);
}

/**
 * @param {{pole:string, chosen:string, frozen:number|null}} course
 * @param {any} found the answer, and `at`, when it came
 */
export function courseCitation(course, found) {
  const asOf = course.frozen ?? settledAt(found.at);
  const figure = { kind: 'pole', id: course.pole, property: course.chosen };
  const [first, last] = [found.items[0], found.items.at(-1)];
  const when = t('figure.spans', { from: format.moment(Date.parse(first.start)), to: format.moment(Date.parse(last.end)) });
  const method = `${found.method.id}/${found.method.version}`;
  const link = pageAddress(courseAddress(course, asOf));
  const by = publisherOf(found.citation);
  const isOpen = found.items.some(({ state }) => state === 'open' || state === 'provisional');
  const text = t('cite.chart', {
    what: what(figure),
    whose: whose(figure),
    when,
    city: by.publisher,
    asOf: format.minute(asOf),
    state: t(`window.${isOpen ? 'provisional' : 'final'}`),
    method,
    url: link,
  });
  return citeBox(text, { ...by, title: `${what(figure)}, ${whose(figure)}, ${when}`, link, asOf, method });
}
