/** What stands beside a figure: time, coverage, range, remarks, revision, method. */
import { h } from './dom.js';
import { INDICES, figureAddress } from './figure-rules.js';
import { classWord, flagWord, isCount, pollutants, unitOf, when } from './figure-words.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { address } from './route.js';
import { shape } from './shapes.js';

/**
 * @param {import('./figure-rules.js').Figure} figure
 * @param {import('./figure-data.js').Told} told
 */
export function facts(figure, told) {
  const rows = [
    [t('figure.when'), when(figure, told.end)],
    [t('figure.coverage'), coverage(told)],
    !isCount(figure) &&
      told.item.min !== null &&
      told.item.min !== undefined && [
        t('figure.range'),
        `${format.exact(told.item.min)} – ${format.exact(told.item.max)} ${unitOf(figure)}`,
      ],
    told.answer.rounded_to > 1 && [
      t('figure.rounded'),
      t(told.answer.made_of === 'shown' ? 'figure.rounded.shown' : 'figure.rounded.n', { n: told.answer.rounded_to }),
    ],
    told.revision !== null && [
      t('figure.revision'),
      told.revision === 0
        ? t('figure.revision.0')
        : t(told.revision === 1 ? 'figure.revision.one' : 'figure.revision.n', { n: format.number(told.revision) }),
    ],
    [t('figure.method'), method(told)],
    told.flags.length > 0 && [t('figure.flags'), h('ul', { class: 'meanings' }, told.flags.map(meaning))],
  ];
  return h(
    'div',
    {},
    h(
      'dl',
      { class: 'told-facts' },
      rows.filter(Boolean).map(([key, value]) => h('div', {}, h('dt', {}, key), h('dd', {}, value))),
    ),
    INDICES.includes(figure.property) ? classes(figure, told) : null,
  );
}

function coverage({ coverage: share, item }) {
  if (share === null) return t('figure.coverage.unknown');
  if (!item.expected) return t('figure.coverage.share', { share: format.percent(share) });
  return t('figure.coverage.n', { n: format.number(item.count), expected: format.number(item.expected), share: format.percent(share) });
}

function method({ method: of }) {
  return of ? h('a', { href: address('methode', of.id) }, t('figure.version', of)) : '–';
}

/** A remark in words, with its meaning from the method page. */
function meaning(flag) {
  return h(
    'li',
    {},
    h('a', { href: address('methode', `flag.${flag}`) }, flagWord(flag)),
    knows(`flag.${flag}.means`) ? h('span', { class: 'note' }, t(`flag.${flag}.means`)) : null,
  );
}

/**
 * The pollutants of an index, each a figure of its own.
 * @param {import('./figure-rules.js').Figure} figure
 * @param {any} told of an index, which has `found` as well
 */
function classes(figure, { item, found }) {
  if (!found) return h('p', { class: 'note' }, t('figure.noClass'));
  const row = (one) => {
    const level = found.classes?.[one.pollutant];
    const value = one.value ?? one.mean ?? null;
    const of = { ...figure, property: one.pollutant };
    return h(
      'tr',
      {},
      h('td', {}, h('a', { href: figureAddress(of) }, pollutants([one.pollutant]))),
      h('td', { class: 'n' }, value === null ? '–' : `${format.value(value, null)} ${unitOf(of)}`),
      h(
        'td',
        {},
        level === undefined
          ? h('span', { class: 'note' }, t(one.valid === false ? 'figure.notValid' : 'figure.noClass'))
          : [figure.property === 'european_aqi_2024' ? null : shape(level, 16), ' ', classWord(figure, level)],
      ),
    );
  };
  const notes = [
    found.worst && t('figure.worst', { pollutant: pollutants([found.worst]) }),
    found.missing?.length ? t('figure.missing', { list: pollutants(found.missing) }) : t('figure.complete'),
    found.uncorrected?.length ? t('figure.uncorrected', { list: pollutants(found.uncorrected) }) : null,
  ];
  const pole =
    found.pole && h('p', { class: 'note' }, h('a', { href: figureAddress({ ...figure, kind: 'pole', id: found.pole }) }, found.pole));
  return [
    h('h3', {}, t('figure.classes')),
    h('table', { class: 'readings' }, h('tbody', {}, item.pollutants.map(row))),
    pole,
    ...notes.filter(Boolean).map((text) => h('p', { class: 'note' }, text)),
  ];
}
