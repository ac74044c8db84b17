/** Sites side by side, two to six: the same figures of each, and in words which must not be compared. */
import { h } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { sourceLine } from './planning-report.js';
import { MOST_SITES } from './planning-rules.js';
import { scrollBox } from './planning-tables.js';
import { state } from './state.js';

/** Figures of a share of hours that are told as "gut 87 %". */
const CLASS = /^uba_lqi_2025_class_(\d)$/;

/**
 * The comparison as a table: a figure a row, a site a column.
 * @param {any} answer of `/sites`
 */
export function siteTable({ items, comparable, citation }) {
  const known = new Map(comparable.map((one) => [one.figure, one]));
  const figures = (items[0]?.figures ?? [])
    .map(({ figure }) => figure)
    .filter((figure) => items.some((site) => figureOf(site, figure)?.missing?.reason !== 'no_sensor'));
  const absent = (items[0]?.figures ?? []).filter(({ figure }) => !figures.includes(figure)).map(({ figure }) => figureName(figure));
  let theme = null;
  const rows = figures.flatMap((figure) => {
    const { theme: own } = figureOf(items[0], figure);
    const lead =
      own === theme
        ? []
        : [h('tr', { class: 'group' }, h('th', { colspan: items.length + 1, scope: 'rowgroup' }, t(`planning.theme.${own}`)))];
    theme = own;
    return [...lead, figureRow(figure, items, known.get(figure))];
  });
  return [
    scrollBox(
      t('planning.sites.title'),
      h(
        'table',
        { class: 'planning-table sites' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, t('planning.column.figure')),
            items.map((site) =>
              h('th', { scope: 'col', class: 'n' }, site.name, site.provider ? h('span', { class: 'note' }, ` (${site.provider})`) : null),
            ),
          ),
        ),
        h('tbody', {}, rows),
      ),
    ),
    absent.length ? h('p', { class: 'note' }, t('planning.sites.absent', { list: absent.join(', ') })) : null,
    citation ? h('p', { class: 'note source' }, sourceLine(citation)) : null,
  ];
}

function figureOf(site, figure) {
  return site.figures.find((one) => one.figure === figure);
}

function figureRow(figure, sites, known) {
  const not = known && !known.comparable ? known.not_comparable : null;
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      figureName(figure),
      not
        ? h(
            'span',
            { class: 'note why' },
            t('planning.sites.not', { why: not.meaning && !knows(`not.${not.reason}`) ? not.meaning : t(`not.${not.reason}`) }),
          )
        : null,
    ),
    sites.map((site) => h('td', { class: 'n' }, cell(figureOf(site, figure)))),
  );
}

function figureName(figure) {
  const found = CLASS.exec(figure);
  if (found) return t('planning.sites.class', { word: t(`air.${found[1]}`) });
  return knows(`planning.figure.${figure}`) ? t(`planning.figure.${figure}`) : format.propertyName(state.properties.get(figure), figure);
}

/** A value with its unit, and beside it how much of it is known. */
function cell({ figure, unit, value, coverage, missing }) {
  if (missing)
    return h(
      'span',
      { class: 'note' },
      t(knows(`planning.missing.${missing.reason}`) ? `planning.missing.${missing.reason}` : 'planning.noData'),
    );
  const text =
    CLASS.test(figure) || figure === 'taken'
      ? format.percent(value)
      : `${format.number(value, digits(value, unit))} ${unitWord(figure, unit)}`.trim();
  return [
    h('b', {}, text),
    coverage < 1 ? h('span', { class: 'note' }, ` ${t('planning.covered.short', { share: format.percent(coverage) })}`) : null,
  ];
}

function unitWord(figure, unit) {
  return unit === '/d' ? t('planning.unit.perDay') : figure.startsWith('laeq') ? 'dB(A)' : format.unit(unit);
}

function digits(value, unit) {
  return unit === '/d' || (unit === '1' && Number.isInteger(value)) ? 0 : 1;
}

/** Boxes to tick the sites to compare; `choose` is given their ids. */
export function sitePicker(chosen, choose) {
  const zones = (state.zones ?? []).filter(({ id, kind }) => kind === 'place' || chosen.includes(id));
  const box = (id, name) =>
    h(
      'label',
      { class: 'chip pick' },
      h('input', {
        type: 'checkbox',
        checked: chosen.includes(id),
        'data-focus': `site ${id}`,
        onchange: (event) => choose(event.target.checked ? [...chosen, id] : chosen.filter((one) => one !== id)),
        disabled: !chosen.includes(id) && chosen.length >= MOST_SITES,
      }),
      name,
    );
  return h(
    'fieldset',
    { class: 'picks' },
    h('legend', { class: 'note' }, t('planning.sites.pick', { n: MOST_SITES })),
    zones.map(({ id, name }) => box(id, name)),
    [...state.foreign.values()].map(({ id, name }) => box(id, name)),
  );
}
