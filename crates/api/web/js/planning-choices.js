/** What a planner chooses, as a row of chips; each choice goes into the address. */
import { settledAt } from './cite.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { COMPARISONS, DAYS, MEASURES, presets } from './planning-rules.js';
import { instant, wallClock } from './time.js';
import { state } from './state.js';

/**
 * @param {import('./planning-data.js').Asked & {today:string, events:any[], measuring:string[], pole:string|null}} asked
 * @param {(change:Partial<import('./planning-rules.js').Choices>) => void} choose
 */
export function choiceChips(asked, choose) {
  const { zone, choices } = asked;
  return h(
    'div',
    { class: 'choices', role: 'group', 'aria-label': t('planning.choices') },
    chip(
      'zone',
      zone?.id,
      zones(zone).map(({ id, name }) => [id, name]),
      (id) => choose({ zone: id, pole: null }),
    ),
    periodChip(asked, choose),
    chip('compare', choices.compare, comparisons(asked.events, choices.compare), (compare) => choose({ compare })),
    chip(
      'days',
      choices.days,
      Object.keys(DAYS).map((key) => [key, t(`planning.days.${key}`)]),
      (days) => choose({ days }),
    ),
    chip(
      'hours',
      choices.hours,
      ['all', 'open'].map((key) => [key, t(`planning.hours.${key}`)]),
      (hours) => choose({ hours }),
    ),
    chip(
      'what',
      choices.what,
      MEASURES.map((key) => [key, measureName(key)]),
      (what) => choose({ what, pole: null }),
    ),
    asked.measuring.length > 1 &&
      chip(
        'pole',
        asked.pole,
        asked.measuring.map((id) => [id, `${id} ${state.poles.get(id)?.name ?? ''}`.trim()]),
        (pole) => choose({ pole }),
      ),
    asOfChip(choices, choose),
  );
}

/** Zones that count, and the one that is looked at. */
function zones(chosen) {
  return (state.zones ?? []).filter((zone) => zone === chosen || (zone.count && zone.count !== 'none'));
}

/** "Querungen", "Feinstaub PM2,5", "Lärm, Tageswert" */
export function measureName(what) {
  return t(`planning.what.${what}`);
}

/** Every event can be compared with days without it. */
function comparisons(events, chosen) {
  const known = [...new Map(events.map(({ id, name }) => [`event:${id}`, t('planning.compare.event', { event: name })]))];
  const others =
    chosen.startsWith('event:') && !known.some(([id]) => id === chosen)
      ? [[chosen, t('planning.compare.event', { event: chosen.slice(6) })]]
      : [];
  return [...COMPARISONS.map((key) => [key, t(`planning.compare.${key}`)]), ...known, ...others];
}

/** A choice of a few, as a chip that opens them. */
function chip(key, chosen, options, take, ...more) {
  const select = h(
    'select',
    { 'data-focus': `choice ${key}`, 'data-testid': `choice-${key}`, onchange: (event) => take(event.target.value) },
    options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)),
  );
  return h('span', { class: 'chip choice' }, h('label', {}, h('span', {}, `${t(`planning.choice.${key}`)}: `), select), more);
}

function periodChip({ choices: { from, to }, period, today }, choose) {
  const named = Object.entries(presets(today));
  const chosen = named.find(([, span]) => span.from === from && span.to === to)?.[0] ?? 'own';
  const take = (key) => choose(key === 'own' ? period : presets(today)[key]);
  const field = (key, text) =>
    h('input', {
      type: 'date',
      value: period[key],
      'data-focus': `period ${key}`,
      'aria-label': text,
      onchange: (event) => event.target.value && choose(ordered({ ...period, [key]: event.target.value })),
    });
  const fields = h('span', { class: 'fields' }, field('from', t('planning.from')), ' – ', field('to', t('planning.to')));
  return chip(
    'period',
    chosen,
    [...named.map(([key]) => [key, t(`planning.period.${key}`)]), ['own', t('planning.period.own')]],
    take,
    fields,
  );
}

function ordered({ from, to }) {
  return from <= to ? { from, to } : { from: to, to: from };
}

/** As known today, or at a minute before. */
function asOfChip({ asOf }, choose) {
  const take = (key) => choose({ asOf: key === 'today' ? null : settledAt(Date.now()) });
  const change = (event) => {
    const at = instant(event.target.value);
    if (at !== null) choose({ asOf: Math.min(at, settledAt(Date.now())) });
  };
  const field =
    asOf === null
      ? null
      : h(
          'span',
          { class: 'fields' },
          h('input', {
            type: 'datetime-local',
            value: wallClock(asOf),
            'data-focus': 'as of',
            'aria-label': t('asof.field'),
            onchange: change,
          }),
        );
  return chip(
    'asOf',
    asOf === null ? 'today' : 'then',
    [
      ['today', t('planning.asOf.today')],
      ['then', t('planning.asOf.then')],
    ],
    take,
    field,
  );
}

/** The choices as a line of text, for paper. */
export function choiceLine({ zone, choices, period }, eventName) {
  return [
    zone.name,
    t('planning.span', { from: format.shortDate(Date.parse(period.from)), to: format.shortDate(Date.parse(period.to)) }),
    `${t('planning.choice.compare')}: ${choices.compare.startsWith('event:') ? t('planning.compare.event', { event: eventName }) : t(`planning.compare.${choices.compare}`)}`,
    t(`planning.days.${choices.days}`),
    t(`planning.hours.${choices.hours}`),
    choices.asOf === null ? null : t('planning.asOf.at', { time: format.minute(choices.asOf) }),
  ]
    .filter(Boolean)
    .join(' · ');
}
