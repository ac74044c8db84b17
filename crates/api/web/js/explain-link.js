/** The link from a figure to what it means in plain words. */
import { h } from './dom.js';
import { t } from './i18n.js';
import { address } from './route.js';

/** @param {'luft'|'zaehlung'|'ueblich'|'stand'|'umwelt'} topic see `explain-de.js` */
export function meaningLink(topic) {
  return h('a', { class: 'meaning', href: address('bedeutung', topic) }, t('explain.what'));
}
