/** How the counters of a pole count, in words for those who walk past them, and how far a person who counted beside them agreed. */
import { list } from './api.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { state } from './state.js';
import { head } from './states.js';

/** So many control counts, the newest. */
const MOST = 5;

/** @returns {HTMLElement|null} null where nothing is counted */
export function sensing({ id, devices }) {
  const principles = [
    ...new Set(
      devices.map((device) => device.sensing).filter((principle) => principle && principle !== 'none' && principle !== 'reference_station'),
    ),
  ];
  if (principles.length === 0) return null;
  const counts = h('div', {});
  if (state.role !== 'public') control(id, counts);
  return h(
    'section',
    { 'data-testid': 'sensing' },
    head(null, t('sensing.title')),
    principles.map((principle) => h('p', {}, t(`sensing.${principle}`))),
    counts,
  );
}

/** The control counts of a pole's counters; they come by an answer of their own. */
async function control(pole, root) {
  try {
    const items = await list('counts', { pole });
    const title = h('a', { href: address('methode', 'control.count') }, t('context.control'));
    root.replaceChildren(
      items.length === 0
        ? h('p', { class: 'note' }, t('context.control.none'))
        : h('div', {}, h('h3', {}, title), h('ul', { class: 'meanings' }, items.slice(0, MOST).map(line))),
    );
  } catch (error) {
    root.replaceChildren(h('p', { class: 'note' }, error.message));
  }
}

function line({ device, from, to, manual, counted, coverage, deviation_permille: off }) {
  const span = `${format.date(Date.parse(from))}, ${format.clock(Date.parse(from))}–${format.clock(Date.parse(to))}`;
  const both = (passed) =>
    passed.in === null && passed.out === null ? t('figure.nothing') : format.number((passed.in ?? 0) + (passed.out ?? 0));
  const apart = off === null ? t('control.uncovered', { share: format.percent(coverage) }) : format.permille(off);
  return h(
    'li',
    {},
    t('control.line', { span, manual: both(manual), counted: both(counted), apart }),
    h('span', { class: 'note' }, device),
  );
}
