/** The cards of the planner's view: what each asks for and how it is drawn. */
import { shown } from './answer.js';
import { get } from './api.js';
import { h } from './dom.js';
import { exportButtons } from './export-figure.js';
import { CROSSINGS } from './figure-rules.js';
import * as format from './format.js';
import { language, t } from './i18n.js';
import { barTable, bars } from './planning-bars.js';
import { calendar, dayTable, occasionNotes } from './planning-calendar.js';
import { measureName } from './planning-choices.js';
import { askCorrections, corrections } from './planning-corrections.js';
import * as ask from './planning-data.js';
import { noteList } from './planning-kept.js';
import { part } from './planning-parts.js';
import { report, sourceLine } from './planning-report.js';
import { addressOf, stepOf } from './planning-rules.js';
import { sitePicker, siteTable } from './planning-sites.js';
import { coverage, limits, ranking, scrollBox } from './planning-tables.js';
import { weatherStrips } from './planning-weather.js';
import { peak, week, weekTable } from './planning-week.js';
import { lengthWords, spanWords } from './planning-words.js';
import { room } from './places.js';
import { state } from './state.js';
import { head } from './states.js';

/**
 * All answers of the view.
 * @param {import('./planning-data.js').Asked} asked
 * @param {(name:string) => void} after called when one came
 */
export function partsOf(asked, after) {
  const of = (name, question, how) => part(name, question, how, () => after(name));
  const simple = (name, path, question) => of(name, question, () => get(path, question));
  const { zone, choices, period, sites } = asked;
  const parts = {
    bars: of('bars', ask.barsQuestion(asked), () => ask.askBars(asked)),
    days: of('days', [ask.daysQuestion(asked), choices.what, choices.pole], () => ask.askDays(asked)),
    occasions: of('occasions', [zone.id, ask.shownSpan(period)], () => ask.askOccasions(asked)),
    week: simple('week', 'footfall/profile', ask.weekQuestion(asked)),
    weather: of('weather', ask.weatherQuestion(asked, ''), () => ask.askWeather(asked)),
    sites: sites.length > 1 ? simple('sites', 'sites', ask.sitesQuestion(asked)) : null,
    ranking: simple('ranking', 'footfall/ranking', ask.rankingQuestion(asked)),
    coverage: simple('coverage', 'coverage', ask.coverageQuestion(asked)),
    limits: simple('limits', 'air/limits', ask.limitsQuestion(asked)),
  };
  const step = stepOf(choices, period);
  const items = parts.bars.value?.items;
  return {
    ...parts,
    corrections:
      items && choices.asOf === null
        ? of('corrections', [zone.id, step, items.map(({ start, revision }) => [start, revision])], () => askCorrections(zone, step, items))
        : null,
  };
}

/** What the first sentence is made of. */
export function headlineFacts({ zone, choices, period }, parts) {
  const { totals, no_sum: noSum } = parts.bars.value;
  const event = parts.occasions.value?.events.find(({ id }) => `event:${id}` === choices.compare)?.name ?? choices.compare.slice(6);
  return {
    zone: zone.name,
    span: spanWords(period, language(), t),
    days: choices.days,
    compare: choices.compare,
    event,
    totals,
    noSum,
    step: stepOf(choices, period),
  };
}

/** In the order of the page; `uses` says whose answers draw a card anew. */
export const cards = [
  { id: 'planning-days', wide: true, uses: ['days', 'occasions', 'weather'], draw: drawDays },
  { id: 'planning-bars', uses: ['bars', 'corrections', 'occasions'], draw: drawBars },
  { id: 'planning-week', uses: ['week'], draw: drawWeek },
  { id: 'planning-coverage', uses: ['coverage'], draw: drawCoverage },
  { id: 'planning-ranking', uses: ['ranking'], draw: drawRanking },
  { id: 'planning-limits', uses: ['limits'], draw: drawLimits },
  { id: 'planning-sites', wide: true, uses: ['sites'], draw: drawSites },
  { id: 'planning-report', wide: true, uses: ['bars', 'occasions'], draw: drawReport },
];

/** Title, note and ways to save. */
function title(id, text, note, ...ways) {
  return head(`${id}-title`, text, note, h('span', { class: 'saves' }, ways));
}

function csv(path, question, name) {
  const form = language() === 'de' ? 'excel_de' : 'rfc4180';
  return h(
    'a',
    {
      class: 'save',
      href: ask.fileAddress(path, question, form),
      download: '',
      'data-focus': `${name} csv`,
      'aria-label': t('planning.save.as', { kind: 'CSV', name }),
    },
    'CSV',
  );
}

/** Ways to save a drawing that stands in `root`. */
function figureWays(root, { title: text, citation, name }) {
  return exportButtons(
    () => root.querySelector('svg.calendar, svg.chart'),
    () => ({ title: text, source: citation ? sourceLine(citation) : '' }),
    name,
  );
}

/** What opens the same figures as a table. */
function asTable(make) {
  const inside = scrollBox(t('planning.table'));
  return h(
    'details',
    {
      class: 'as-table',
      ontoggle: (event) => {
        if (event.target.open && !inside.firstChild) inside.append(make());
      },
    },
    h('summary', { 'data-focus': 'table' }, t('planning.table')),
    inside,
  );
}

function drawDays(asked, { days, occasions, weather }, { choose, root }) {
  const { choices, period, zone } = asked;
  const what = choices.what;
  const span = spanWords(ask.shownSpan(period), language(), t);
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
  const property = ask.MEASURED_BY[choices.what] ?? choices.what;
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

function drawBars(asked, parts, { root }) {
  const { zone, choices, period } = asked;
  const step = stepOf(choices, period);
  const event = parts.occasions.value?.events.find(({ id }) => `event:${id}` === choices.compare)?.name ?? choices.compare.slice(6);
  const partner =
    choices.compare === 'none'
      ? null
      : choices.compare.startsWith('event:')
        ? t('planning.compare.event', { event })
        : t(`planning.compare.${choices.compare}`);
  const name = `${t(`planning.bars.${step}`)}, ${spanWords(period, language(), t)}`;
  const told = { zone, step, partner };
  return [
    title(
      'planning-bars',
      name,
      partner ? t('planning.bars.note', { partner }) : t('planning.bars.alone'),
      csv('footfall', ask.barsQuestion(asked), name),
      figureWays(root, { title: `${zone.name}: ${name}`, citation: parts.bars.value?.citation, name: `${zone.id}-${choices.compare}` }),
    ),
    shown(parts.bars, (answer) => drawnBars(answer, told, parts.corrections, room(root))),
  ];
}

function drawnBars(answer, told, corrected, width) {
  if (answer.items.length === 0)
    return h('p', { class: 'note' }, t(answer.no_sum ? `nosum.${answer.no_sum.reason}` : 'planning.bars.none'));
  const drawn = bars(answer, told, width);
  return [
    drawn.root,
    drawn.readout,
    sumLine(answer, told),
    corrected?.value ? corrections(corrected.value, told.step) : null,
    asTable(() => barTable(answer, told)),
  ];
}

/** "Verglichen: 114.137 gegen 108.729, +5 %; 1 von 4 Tagen." */
function sumLine({ totals }, { partner, step }) {
  const compared = totals?.compared;
  if (!partner || !compared?.windows) return null;
  return h(
    'p',
    { class: 'note' },
    t('planning.compared', {
      now: format.number(compared.crossings),
      then: format.number(compared.partner_crossings),
      change: format.permille(compared.change_permille ?? 0),
      n: format.number(compared.windows),
      of: format.number(totals.windows),
      windows: t(`planning.windowsOf.${step}`),
    }),
  );
}

function drawWeek(asked, { week: answered }, { root }) {
  const name = t('planning.week.title');
  const question = ask.weekQuestion(asked);
  return [
    title(
      'planning-week',
      name,
      t('planning.week.note', { span: spanWords(asked.period, language(), t) }),
      csv('footfall/profile', question, name),
      figureWays(root, { title: `${asked.zone.name}: ${name}`, citation: answered.value?.citation, name: `${asked.zone.id}-week` }),
    ),
    shown(answered, (answer) => {
      if (!answer.items.some(({ hours }) => hours > 0))
        return h('p', { class: 'note' }, t(answer.no_sum ? `nosum.${answer.no_sum.reason}` : 'planning.week.none'));
      const drawn = week(answer, room(root));
      return [drawn.root, drawn.readout, h('p', { class: 'note' }, peak(answer.items)), asTable(() => weekTable(answer))];
    }),
  ];
}

function drawRanking(asked, { ranking: answered }) {
  const name = t('planning.ranking.title');
  return [
    title(
      'planning-ranking',
      name,
      lengthWords(ask.rankedPeriod(asked), format.number, t),
      csv('footfall/ranking', ask.rankingQuestion(asked), name),
    ),
    shown(answered, (answer) => [scrollBox(name, ranking(answer)), h('p', { class: 'note' }, t('planning.ranking.note'))]),
  ];
}

function drawCoverage(asked, { coverage: answered }) {
  const name = t('planning.coverage.title');
  return [
    title(
      'planning-coverage',
      name,
      t('planning.coverage.of', { zone: asked.zone.name }),
      csv('coverage', ask.coverageQuestion(asked), name),
    ),
    shown(answered, coverage),
  ];
}

function drawLimits(asked, { limits: answered }) {
  const name = t('planning.limits.title', { year: asked.period.to.slice(0, 4) });
  return [
    title('planning-limits', name, t('planning.limits.of', { zone: asked.zone.name }), csv('air/limits', ask.limitsQuestion(asked), name)),
    shown(answered, (answer) => scrollBox(name, limits(answer))),
  ];
}

function drawSites(asked, { sites: answered }, { choose }) {
  const name = t('planning.sites.title');
  const { choices, sites, period } = asked;
  const link = addressOf({ ...choices, sites, ...(choices.from ? {} : period) });
  return [
    title(
      'planning-sites',
      name,
      t('planning.sites.note', { span: spanWords(ask.sitesPeriod(asked), language(), t) }),
      answered ? csv('sites', ask.sitesQuestion(asked), name) : null,
      h('a', { class: 'save', href: link }, t('planning.sites.link')),
      h('button', { type: 'button', class: 'save', 'data-focus': 'sites print', onclick: printSites }, t('planning.act.print')),
    ),
    sitePicker(sites, (ids) => choose({ sites: ids })),
    answered ? shown(answered, siteTable) : h('p', { class: 'note' }, t('planning.sites.few')),
  ];
}

/** The sites alone, on a page of their own. */
function printSites() {
  document.body.dataset.print = 'sites';
  addEventListener(
    'afterprint',
    () => {
      delete document.body.dataset.print;
    },
    { once: true },
  );
  print();
}

function drawReport(asked, parts) {
  return shown(parts.bars, (answer) => (answer.citation ? report(asked, answer, headlineFacts(asked, parts)) : null));
}
