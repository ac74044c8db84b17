/** What the newest values of a pole are called, and what is odd about them. */
import { h } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { state } from './state.js';

/**
 * What is measured, and by which device where several of the pole measure it.
 * @param {any} item
 * @param {any[]} found newest values of the pole
 */
export function nameOf({ property, channel, device }, found) {
  const name = format.propertyName(state.properties.get(property), property) + (channel > 0 ? t('pole.line', { n: channel + 1 }) : '');
  const isOne = found.every((other) => other.property !== property || other.channel !== channel || other.device === device);
  return isOne ? name : `${name} (${device})`;
}

/** @param {any[]} found newest values of the pole */
export function remarks(found) {
  const flagged = found.filter(({ flags }) => flags.length > 0);
  if (!flagged.length) return h('p', { class: 'note' }, t('pole.flags.none'));
  return h(
    'ul',
    { class: 'flags' },
    flagged.map((item) => h('li', {}, `${nameOf(item, found)}: ${item.flags.map(word).join(', ')}`)),
  );
}

const word = (flag) => (knows(`flag.${flag}`) ? t(`flag.${flag}`) : flag);
