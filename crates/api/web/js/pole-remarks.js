/** What is odd about the newest values of a pole. */
import { h } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { state } from './state.js';

/** @param {any[]} found newest values of the pole */
export function remarks(found) {
  const flagged = found.filter(({ flags }) => flags.length > 0);
  if (!flagged.length) return h('p', { class: 'note' }, t('pole.flags.none'));
  return h(
    'ul',
    { class: 'flags' },
    flagged.map((item) => h('li', {}, text(item))),
  );
}

const text = ({ property, flags }) => `${format.propertyName(state.properties.get(property), property)}: ${flags.map(word).join(', ')}`;

const word = (flag) => (knows(`flag.${flag}`) ? t(`flag.${flag}`) : flag);
