/** What a count is to be seen beside: the control count of its counters, another time, an estimate of what is missing. */
import { answer, shown } from './answer.js';
import { h } from './dom.js';
import { beside } from './figure-data.js';
import { CROSSINGS } from './figure-rules.js';
import { isCount, valueWords, when } from './figure-words.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { address } from './route.js';
import { head } from './states.js';

const COMPARISONS = ['previous_week', 'previous_year', 'easter', 'advent', 'baseline'];
/** Feasts move whole days and weeks. */
const BY_DAYS = { '1d': COMPARISONS, '1w': COMPARISONS.slice(0, 4), '1mo': ['previous_year'], '1y': ['previous_year'] };

/** @param {import('./figure-rules.js').Figure} figure */
export function context(figure) {
  const choices = BY_DAYS[figure.step] ?? ['previous_week', 'previous_year', 'baseline'];
  let chosen = choices[0];
  let asked = null;
  const control = h('div', {});
  const found = h('div', { 'aria-live': 'polite' });
  const choice = h(
    'select',
    {
      id: 'compare-with',
      onchange: (event) => {
        chosen = event.target.value;
        load();
      },
    },
    choices.map((one) => h('option', { value: one }, t(`compare.${one}`))),
  );
  const compared = figure.property === CROSSINGS &&
    figure.kind === 'zone' && [
      h('div', { class: 'compare' }, h('label', { for: 'compare-with' }, t('context.compare.choose')), choice),
      found,
    ];
  const root = h('section', { hidden: true, 'data-testid': 'figure-context' }, head(null, t('context.title')), control, compared || null);
  const draw = () => found.replaceChildren(...[shown(asked, (item) => comparison(figure, chosen, item))].flat(2).filter(Boolean));
  const load = () => {
    asked = answer(() => beside(figure, chosen), draw);
    draw();
    return asked.load();
  };
  const show = (told) => {
    root.hidden = !isCount(figure) || told.state === null;
    control.replaceChildren(controlCount(told.answer.control));
    if (compared && !asked && !root.hidden) load();
  };
  return { root, show };
}

/** A person counted beside the device; how far it was off travels with each of its figures. */
function controlCount(found) {
  if (!found) return h('p', { class: 'note' }, t('context.control.none'));
  const { device, date, deviation_permille: off } = found;
  const deviation = format.permille(off ?? 0);
  const text = t(off === 0 ? 'context.control.zero' : 'context.control.is', { date: format.date(Date.parse(date)), device, deviation });
  return h('p', {}, h('a', { href: address('methode', 'control.count') }, t('context.control')), `: ${text}`);
}

/** @param {any} item the figure's item with what was asked for beside it */
function comparison(figure, chosen, item) {
  if (!item) return h('p', { class: 'note' }, t('compare.not', { why: t('not.no_data') }));
  const { partner, change_permille: change, not_comparable: not, estimate, not_estimated: unknown } = item;
  return [
    not
      ? h('p', { class: 'not-comparable' }, t('compare.not', { why: why(not) }))
      : partner &&
        h('p', {}, against(figure, partner, change), ' ', h('a', { href: address('methode', `compare.${chosen}`) }, t('figure.method'))),
    estimate &&
      h(
        'p',
        { class: 'estimate' },
        h('b', {}, t('context.estimate')),
        ': ',
        t('context.estimate.one', { days: days(estimate.days), value: valueWords(figure, estimate.crossings) }),
      ),
    unknown && h('p', { class: 'note' }, t('context.estimate.unknown', { why: why(unknown) })),
  ];
}

function against(figure, partner, change) {
  const then = partner.start ? when({ ...figure, start: Date.parse(partner.start) }, Date.parse(partner.end)) : days(partner.days);
  const value = valueWords(figure, partner.crossings);
  if (change === 0 || change === undefined) return t('compare.same', { when: then, value });
  return t('compare.is', { change: format.permille(change), value, when: then });
}

function days(dates) {
  return dates.map((date) => format.shortDate(Date.parse(date))).join(', ');
}

/** A reason in the reader's language; one that the page does not know as the interface says it. */
function why({ reason, meaning }) {
  return knows(`not.${reason}`) ? t(`not.${reason}`) : (meaning ?? t('not.other', { code: reason }));
}
