/** The card of the days: each day of two years as a colour, what was on, the weather beside. */
import { shown } from './answer.js';
import { h } from './dom.js';
import { CROSSINGS } from './figure-rules.js';
import * as format from './format.js';
import { language, t } from './i18n.js';
import { calendar, dayTable, occasionNotes } from './planning-calendar.js';
import { asTable, csv, figureWays, title } from './planning-card.js';
import { measureName } from './planning-choices.js';
import { MEASURED_BY, shownSpan } from './planning-data.js';
import { noteList } from './planning-kept.js';
import { weatherStrips } from './planning-weather.js';
import { spanWords } from './planning-words.js';
import { room } from './places.js';
import { state } from './state.js';

export function drawDays(asked, { days, occasions, weather }, { choose, root }) {
  const { choices, period, zone } = asked;
  const what = choices.what;
  const span = spanWords(shownSpan(period), language(), t);
  const name = `${what === 'crossings' ? t('planning.every') : measureName(what)}, ${span}`;
  const found = days.value;
  const ways = found?.path
    ? [
        csv(found.path, found.question, name),
        figureWays(root, { title: `${whose(zone, found)}: ${name}`, citation: found.citation, name: `${zone.id}-${what}` }),
      ]
    : [];
  const noteText = what === 'crossings' ? t('planning.days.note') : found?.pole ? t('planning.days.noteOf', { pole: found.pole }) : null;
  return [
    title('planning-days', name, noteText, ways),
    shown(days, (answer) => drawnDays(asked, answer, occasions.value, weather, room(root))),
    noteList(choices.notes, period.to, (change) => choose({ ...change, ...(choices.from ? {} : period) })),
  ];
}

function whose(zone, found) {
  return found.pole ? `${found.pole} ${state.poles.get(found.pole)?.name ?? ''}`.trim() : zone.name;
}

function drawnDays({ choices, period, zone }, answer, occasions, weather, width) {
  if (answer.no_sum) return h('p', { class: 'note' }, t(`nosum.${answer.no_sum.reason}`));
  if (![...answer.known.values()].some(({ value }) => value !== null))
    return h(
      'div',
      { class: 'state' },
      h('p', { class: 'state-word' }, t('empty')),
      h('p', { class: 'note' }, t(choices.what === 'crossings' ? 'planning.days.empty' : 'planning.days.noSensor')),
    );
  const isCount = choices.what === 'crossings';
  const property = MEASURED_BY[choices.what] ?? choices.what;
  const figure = isCount ? { kind: 'zone', id: zone.id, property: CROSSINGS } : { kind: 'pole', id: answer.pole, property };
  const unit = isCount ? t('figure.unit') : format.unit(state.properties.get(property)?.unit);
  const say = (value) => (choices.what === 'parking' ? format.percent(value) : `${format.number(value, isCount ? 0 : 1)} ${unit}`.trim());
  const told = {
    known: answer.known,
    occasions,
    period,
    hours: isCount ? choices.hours : 'all',
    notes: choices.notes,
    figure,
    say,
    label: t('planning.calendar.label', { name: isCount ? zone.name : answer.pole }),
  };
  const drawn = calendar(told, width);
  const box = h('div', { class: 'scroll' }, drawn.root, weather.value ? weatherStrips(weather.value, period, width) : null);
  requestAnimationFrame(() => box.scrollTo(box.scrollWidth, 0)); // where it is too wide, the newest days are seen first
  return [
    box,
    drawn.readout,
    scaleKey(told),
    occasionNotes(told).map((line) => h('p', { class: 'note' }, line)),
    asTable(() => dayTable(told, unit || t(`planning.what.${choices.what}`))),
  ];
}

/** What light and dark mean, from the least to the most, and what is not known. */
function scaleKey({ known, say }) {
  const values = [...known.values()].map(({ value }) => value).filter((value) => value !== null);
  return h(
    'p',
    { class: 'scale-key note' },
    h('span', {}, say(Math.min(...values)), h('i', { class: 'ramp', 'aria-hidden': 'true' }), say(Math.max(...values))),
    [
      ['none', 'planning.noData'],
      ['thin', 'planning.thin'],
      ['dot', 'planning.holiday'],
    ].map(([kind, word]) => h('span', {}, h('i', { class: `swatch ${kind}`, 'aria-hidden': 'true' }), t(word))),
  );
}
