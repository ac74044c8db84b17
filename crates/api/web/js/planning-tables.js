/** Zones ranked, numbers of the air above limits, and what is missing of the counters, as tables. */
import { h } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { whyNot } from './planning-bars.js';
import { shareBar } from './shapes.js';
import { state } from './state.js';

/** Limits that bind or are meant to protect; the steps on the way there are left out. */
const KINDS = ['limit', 'target', 'guideline'];
/** So long a counter must have been silent to be named, in hours. */
const LONG = 24;
const MOST_GAPS = 6;
const HOUR = 3_600_000;

/** What is wider than a phone: to be scrolled by the arrow keys as well. */
export function scrollBox(label, ...children) {
  return h('div', { class: 'scroll', role: 'group', tabindex: 0, 'aria-label': label }, children);
}

const column = (key, isNumber) => h('th', { scope: 'col', class: isNumber ? 'n' : null }, t(`planning.column.${key}`));

function notRanked({ reason }) {
  const own = `planning.notRanked.${reason}`;
  return knows(own) ? t(own) : t('planning.notRanked', { why: whyNot(reason) });
}

/** Zones by crossings a day: places first, then districts. */
export function ranking({ items }) {
  const kinds = ['place', 'district', 'city'].map((kind) => items.filter((item) => item.kind === kind)).filter((list) => list.length);
  const most = (list) => Math.max(1, ...list.map((item) => item.crossings_per_day ?? 0));
  return h(
    'table',
    { class: 'planning-table' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        column('rank', true),
        column('zone'),
        column('perDay', true),
        h('th', { class: 'trend' }, h('span', { class: 'hidden' }, t('planning.column.share'))),
        column('coverage', true),
      ),
    ),
    kinds.map((list) =>
      h(
        'tbody',
        {},
        list.map((item) =>
          h(
            'tr',
            {},
            h('td', { class: 'n' }, item.rank ?? '–'),
            h(
              'th',
              { scope: 'row' },
              item.name,
              kinds.length > 1 ? h('span', { class: 'note' }, ` ${t(`planning.kind.${item.kind}`)}`) : null,
              item.not_comparable ? h('span', { class: 'note why' }, notRanked(item.not_comparable)) : null,
            ),
            h('td', { class: 'n' }, item.not_comparable ? '–' : format.number(item.crossings_per_day)),
            h(
              'td',
              { class: 'trend' },
              item.not_comparable ? null : shareBar([{ share: (item.crossings_per_day ?? 0) / most(list), kind: 'ranked' }]),
            ),
            h('td', { class: 'n' }, `${format.percent(item.coverage)}${item.days < item.of ? ` (${item.days}/${item.of})` : ''}`),
          ),
        ),
      ),
    ),
  );
}

/** Hours or days above a number, at the pole that has most of them. */
export function limits({ items }) {
  const shown = items.filter(({ poles, kind }) => poles.length > 0 && KINDS.includes(kind));
  if (shown.length === 0) return h('p', { class: 'note' }, t('planning.limits.none'));
  const told = shown.filter(({ highest }) => highest > 0);
  const groups = [...new Set(told.map(({ regime }) => regime))];
  const names = (list) => [...new Set(list.map(limitName))];
  const quiet = names(shown.filter(({ highest }) => highest === 0));
  const unknown = names(shown.filter(({ highest }) => highest === null)).filter((name) => !quiet.includes(name));
  return [
    quiet.length ? h('p', {}, t('planning.limits.quiet', { n: format.number(quiet.length), list: quiet.join('; ') })) : null,
    unknown.length ? h('p', { class: 'note' }, t('planning.limits.unknown', { list: unknown.join('; ') })) : null,
    told.length > 0 &&
      h(
        'table',
        { class: 'planning-table' },
        h('thead', {}, h('tr', {}, column('limit'), column('above', true), column('allowed', true), column('pole'), column('valid', true))),
        groups.map((regime) =>
          h(
            'tbody',
            {},
            h(
              'tr',
              { class: 'group' },
              h(
                'th',
                { colspan: 5, scope: 'rowgroup' },
                t(`regime.${regime}`),
                ' ',
                h('span', { class: 'note' }, inForce(told.find((item) => item.regime === regime))),
              ),
            ),
            told.filter((item) => item.regime === regime).map(limitRow),
          ),
        ),
      ),
    h('p', { class: 'note' }, t('planning.limits.note')),
  ];
}

function inForce({ kind, in_force_from: from }) {
  return from && Date.parse(from) > Date.now()
    ? t('planning.limits.from', { date: format.shortDate(Date.parse(from)) })
    : t(`kind.${kind}`);
}

/** "Stickstoffdioxid, Stundenmittel über 200 µg/m³" */
function limitName({ pollutant, averaging, number, unit }) {
  return `${pollutantName(pollutant)}, ${t(`planning.averaging.${averaging}`)} > ${format.number(number)} ${format.unit(unit)}`;
}

function pollutantName(pollutant) {
  return knows(`${pollutant}.short`) ? t(`${pollutant}.short`) : format.propertyName(state.properties.get(pollutant), pollutant);
}

function limitRow({ pollutant, averaging, number, unit, allowed, poles, highest, worst }) {
  const at = poles.find(({ pole }) => pole === worst) ?? poles.reduce((best, one) => ((one.above ?? -1) > (best.above ?? -1) ? one : best));
  const isOver = highest > allowed;
  return h(
    'tr',
    { class: isOver ? 'over' : null },
    h(
      'th',
      { scope: 'row' },
      pollutantName(pollutant),
      h('span', { class: 'note' }, ` ${t(`planning.averaging.${averaging}`)} > ${format.number(number)} ${format.unit(unit)}`),
    ),
    h('td', { class: 'n' }, format.number(highest), isOver ? h('b', {}, ' ▲') : null),
    h('td', { class: 'n' }, format.number(allowed)),
    h('td', {}, worst ?? '–'),
    h('td', { class: 'n' }, t('planning.validOf', { n: format.number(at.valid), of: format.number(at.of) })),
  );
}

/** Gaps of a day or more, the longest first; counters that were silent together are one. */
function longGaps(items) {
  const found = new Map();
  for (const { pole, gaps } of items) {
    for (const { from, to } of gaps)
      found.set(`${from} ${to}`, {
        from: Date.parse(from),
        to: Date.parse(to),
        poles: [...(found.get(`${from} ${to}`)?.poles ?? []), pole],
      });
  }
  return [...found.values()].filter(({ from, to }) => to - from >= LONG * HOUR).sort((a, b) => b.to - b.from - (a.to - a.from));
}

/** What share of the counters' readings came, month by month, and which were silent for long. */
export function coverage({ items }) {
  const months = [...new Set(items.map(({ start }) => start))].sort();
  const poles = [...new Set(items.map(({ pole }) => pole))];
  if (poles.length === 0) return h('p', { class: 'note' }, t('planning.coverage.none'));
  const at = new Map(items.map((item) => [`${item.pole} ${item.start}`, item]));
  const least = Math.min(...items.map((item) => item.coverage));
  const gaps = longGaps(items);
  return [
    h(
      'p',
      {},
      t(gaps.length ? 'planning.coverage.gaps' : 'planning.coverage.whole', {
        n: format.number(poles.length),
        least: format.percent(least),
        gaps: format.number(gaps.length),
      }),
    ),
    gaps.length
      ? h(
          'ul',
          { class: 'plain' },
          gaps
            .slice(0, MOST_GAPS)
            .map(({ poles: silent, from, to }) =>
              h(
                'li',
                {},
                h('b', {}, silent.length > 3 ? t('planning.coverage.counters', { n: format.number(silent.length) }) : silent.join(', ')),
                ` ${t('planning.coverage.gap', { from: format.moment(from), to: format.moment(to), days: format.number((to - from) / (24 * HOUR), 1) })}`,
              ),
            ),
        )
      : null,
    h(
      'details',
      { class: 'as-table' },
      h('summary', {}, t('planning.table')),
      scrollBox(
        t('planning.coverage.title'),
        h(
          'table',
          { class: 'planning-table' },
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              column('pole'),
              months.map((start) => h('th', { scope: 'col', class: 'n' }, format.monthName(Date.parse(start) + 15 * 24 * HOUR))),
            ),
          ),
          h(
            'tbody',
            {},
            poles.map((pole) =>
              h(
                'tr',
                {},
                h('th', { scope: 'row' }, pole),
                months.map((start) => {
                  const found = at.get(`${pole} ${start}`);
                  return h('td', { class: 'n' }, found ? format.percent(found.coverage) : '–');
                }),
              ),
            ),
          ),
        ),
      ),
    ),
  ];
}
