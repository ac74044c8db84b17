/** What a count is to be seen beside: the control count of its counters, another time, an estimate of what is missing. */
import { h } from './dom.js';
import { CROSSINGS } from './figure-rules.js';
import { isCount } from './figure-words.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { head } from './states.js';

/** @param {import('./figure-rules.js').Figure} figure */
export function context(figure) {
  const control = h('div', {});
  const root = h('section', { hidden: true, 'data-testid': 'figure-context' }, head(null, t('context.title')), control);
  const show = (told) => {
    root.hidden = !isCount(figure) || told.state === null;
    control.replaceChildren(...controlCount(told.answer.control));
  };
  return { root, show };
}

/** A person counted beside the device; how far it was off travels with each of its figures. */
function controlCount(found) {
  if (!found) return [h('p', { class: 'note' }, t('context.control.none'))];
  const { device, date, deviation_permille: off } = found;
  const text = t(off === 0 ? 'context.control.zero' : 'context.control.is', { date: format.date(Date.parse(date)), device, deviation: format.change(1 + off / 1000) });
  return [h('p', {}, h('a', { href: address('methode', 'control.count') }, t('context.control')), `: ${text}`)];
}
