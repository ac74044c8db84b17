/** The tables of the method page. */
import { h } from './dom.js';
import { flagWord } from './figure-words.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { FLAGS, REASONS } from './method-outline.js';
import { BANDS, EXCLUDES, FACTORS, LIMITS, RULE, RULES, TARGETS } from './method-tables.js';
import { state } from './state.js';

/** A chemical formula as it is written. */
const SIGNS = { pm2_5: 'PM2,5', pm10: 'PM10', no2: 'NO₂', o3: 'O₃', so2: 'SO₂', no: 'NO', co: 'CO' };

const DRAWN = { flags, rules, bands, limits, factors, reasons, targets };

/** @param {keyof typeof DRAWN} name */
export function methodTable(name) {
  return DRAWN[name]();
}

function sign(pollutant) {
  return format.localDecimals(SIGNS[pollutant] ?? pollutant);
}

function table(caption, columns, rows, note) {
  return h(
    'figure',
    { class: 'method-table' },
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
      h(
        'table',
        {},
        h('caption', {}, caption),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            columns.map((text) => h('th', { scope: 'col' }, text)),
          ),
        ),
        h('tbody', {}, rows),
      ),
    ),
    note ? h('figcaption', { class: 'note' }, note) : null,
  );
}

const row = (first, ...cells) =>
  h(
    'tr',
    {},
    h('th', { scope: 'row' }, first),
    cells.map((cell) => h('td', {}, cell ?? '–')),
  );

function flags() {
  const rows = FLAGS.map((flag) =>
    h(
      'tr',
      { id: `method-flag.${flag}`, tabindex: '-1' },
      h('th', { scope: 'row' }, flagWord(flag), h('br'), h('code', {}, flag)),
      h('td', {}, t(`flag.${flag}.means`)),
      h('td', {}, t(`flag.excludes.${EXCLUDES[flag] ?? 'never'}`)),
    ),
  );
  return table(
    t('table.flags'),
    ['flag', 'means', 'excludes'].map((key) => t(`table.${key}`)),
    rows,
    t('flag.excludes.note'),
  );
}

function rules() {
  const seconds = (s) => (s === null ? null : s < 120 ? `${s} s` : `${s / 60} min`);
  const number = (value) => (value === null ? null : format.exact(value));
  const rows = RULES.map((rule) =>
    row(
      rule.properties.map((id) => format.propertyName(state.properties.get(id), id)).join(', '),
      number(rule.stuck),
      number(rule.spike),
      number(rule.step),
      seconds(rule.warming),
      rule.calibrated ? t('yes') : null,
      number(rule.peer),
    ),
  );
  return table(
    t('table.rules'),
    ['property', 'stuck', 'spike', 'step', 'warming', 'calibrated', 'peer'].map((key) => t(`table.${key}`)),
    rows,
    t('table.rules.note', { ...RULE, radius: format.number(RULE.radius) }),
  );
}

function bands() {
  return Object.entries(BANDS).map(([index, pollutants]) => {
    const most = Math.max(...Object.values(pollutants).map(({ length }) => length - 1));
    const words = Array.from({ length: most }, (_, at) =>
      index === 'european_aqi_2024' ? t('table.level', { n: at + 1 }) : t(`air.${at}`),
    );
    const rows = Object.entries(pollutants).map(([pollutant, [hours, ...bounds]]) =>
      row(sign(pollutant), t(`hours.${hours}`), ...bounds.map((bound) => format.number(bound))),
    );
    return table(`${t(`figure.index.${index}`)}. ${t('table.bands')}`, [t('table.pollutant'), t('table.hours'), ...words], rows);
  });
}

function limits() {
  const rows = LIMITS.flatMap((group) =>
    group.rows.map(([pollutant, averaging, number, allowed, uncertainty], at) =>
      h(
        'tr',
        {},
        at === 0
          ? h(
              'th',
              { scope: 'rowgroup', rowspan: group.rows.length },
              `${t(`regime.${group.regime}`)}, ${t(`kind.${group.kind}`)}`,
              h('span', { class: 'note' }, when(group)),
              h('span', { class: 'note' }, group.source),
            )
          : null,
        h('td', {}, sign(pollutant)),
        h('td', {}, t(`averaging.${averaging}`)),
        h('td', { class: 'n' }, `${format.localDecimals(number.replace('.', ','))} ${pollutant === 'co' ? 'mg/m³' : 'µg/m³'}`),
        h('td', { class: 'n' }, averaging === 'year' ? '–' : format.number(allowed)),
        h('td', { class: 'n' }, `±${format.number(uncertainty)} %`),
      ),
    ),
  );
  return table(
    t('table.limits'),
    ['regime', 'pollutant', 'averaging', 'number', 'allowed', 'uncertainty'].map((key) => t(`table.${key}`)),
    rows,
  );
}

function when({ from, to }) {
  const day = (text) => format.shortDate(Date.parse(text));
  return to ? t('limit.until', { from: day(from), to: day(to) }) : t('limit.span', { from: day(from) });
}

function factors() {
  return table(
    t('table.factors'),
    [t('table.pollutant'), t('table.factor')],
    Object.entries(FACTORS).map(([pollutant, factor]) => row(sign(pollutant), format.localDecimals(factor.replace('.', ',')))),
  );
}

function reasons() {
  return table(
    t('table.reasons'),
    [t('table.code'), t('table.reason')],
    REASONS.map((code) => row(h('code', {}, code), t(`not.${code}`))),
  );
}

function targets() {
  const rows = Object.entries(TARGETS).map(([kind, { slope, r2, intercept, rmse }]) =>
    row(t(`targets.${kind}`), slope.map(format.exact).join(' – '), format.exact(r2), intercept, rmse),
  );
  return table(
    t('table.targets'),
    [t('table.pollutant'), ...['slope', 'r2', 'intercept', 'rmse'].map((key) => t(`table.${key}`))],
    rows,
    t('targets.note'),
  );
}
