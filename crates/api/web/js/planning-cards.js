/** The cards of the planner's view: what each asks for and how it is drawn. */
import { shown } from './answer.js';
import { get } from './api.js';
import { h } from './dom.js';
import * as format from './format.js';
import { language, t } from './i18n.js';
import { barTable, bars } from './planning-bars.js';
import { asTable, csv, figureWays, title } from './planning-card.js';
import { askCorrections, corrections } from './planning-corrections.js';
import * as ask from './planning-data.js';
import { drawDays } from './planning-days.js';
import { part } from './planning-parts.js';
import { report } from './planning-report.js';
import { addressOf, stepOf } from './planning-rules.js';
import { sitePicker, siteTable } from './planning-sites.js';
import { coverage, limits, ranking, scrollBox } from './planning-tables.js';
import { peak, week, weekTable } from './planning-week.js';
import { lengthWords, spanWords } from './planning-words.js';
import { room } from './places.js';

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
    quoted: of('quoted', ask.barsQuestion(asked), () => ask.askQuoted(asked)),
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
export function headlineFacts(asked, parts) {
  return factsOf(asked, parts, parts.bars.value);
}

function factsOf({ zone, choices, period }, parts, { totals, no_sum: noSum }) {
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
  { id: 'planning-report', wide: true, uses: ['quoted', 'occasions'], draw: drawReport },
];

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
  return shown(parts.quoted, (answer) => (answer.citation ? report(asked, answer, factsOf(asked, parts, answer)) : null));
}
