/** The panel of one figure: how much, of what and when, how settled, why it was corrected, what it is made of, how to cite it. */
import { answer, shown } from './answer.js';
import { find, h } from './dom.js';
import { addDrawer } from './drawer.js';
import { citation } from './figure-cite.js';
import { context } from './figure-context.js';
import { told } from './figure-data.js';
import { facts } from './figure-facts.js';
import { madeOf } from './figure-parts.js';
import { revisionList } from './figure-revisions.js';
import { CROSSINGS, INDICES, figureAddress, minuteOf, parseFigure } from './figure-rules.js';
import { asOfPicker } from './figure-then.js';
import { isPersonal, unitOf, valueWords, what, when, whose } from './figure-words.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { address, leave, route } from './route.js';
import { shape } from './shapes.js';
import { on, state } from './state.js';
import { midnight } from './time.js';
import { operates } from './view-rules.js';

const REFRESH = 20_000;
let open = null;
let view = null;

/** Follows the address and the state. */
export function startFigurePanel() {
  addDrawer('figure', {
    root: find('#figure'),
    opened,
    closed: () => {
      open = null;
      view = null;
    },
    home: () => null,
  });
  on(['language', 'poles', 'role'], () => {
    if (open && (!view || view.waits || view.language !== document.documentElement.lang)) opened(open);
  });
  setInterval(() => {
    if (!document.hidden && ['open', 'provisional'].includes(view?.asked.value?.told?.state)) view.asked.load();
  }, REFRESH);
}

function opened(id) {
  open = id;
  const figure = parseFigure(id);
  const waits = !state.loaded.has('poles') && !state.errors.has('poles');
  if (!figure) return find('#figure').replaceChildren(top(t('figure.unknown')), said(t('figure.unknownHelp')));
  view = { id, figure, waits, language: document.documentElement.lang, body: h('div', { class: 'body' }), sub: h('span') };
  view.asked = answer(
    async () => ({ told: await told(figure) }),
    () => view?.id === id && draw(),
  );
  find('#figure').replaceChildren(top(what(figure), subtitle(figure), view.sub), view.body);
  draw();
  return waits ? undefined : view.asked.load();
}

function top(title, ...notes) {
  const close = h('button', { type: 'button', class: 'icon close', 'aria-label': t('pole.close'), onclick: leave }, '×');
  return h(
    'div',
    { class: 'top' },
    h('div', {}, h('h2', { id: 'figure-title' }, title), notes.length ? h('p', { class: 'note' }, notes) : null),
    close,
  );
}

function subtitle(figure) {
  const leads = figure.kind === 'zone' || (figure.kind === 'device' && !operates(state.role)) ? null : address(figure.kind, figure.id);
  return [leads ? h('a', { href: leads }, whose(figure)) : whose(figure), ' · '];
}

/** The first answer builds the sections; later ones change only what they say. */
function draw() {
  const { figure, asked, body, sub } = view;
  const known = asked.value?.told?.noSum || asked.value?.told?.withheld ? null : asked.value?.told;
  sub.textContent = known
    ? when(figure, known.end)
    : `${t(`figure.window.${figure.step}`)}, ${format.date(figure.start)}, ${format.clock(figure.start)}`;
  if (!known) return body.replaceChildren(...[shown(asked, ({ told: answered }) => unknown(figure, answered))].flat(2).filter(Boolean));
  if (!view.sections) build();
  const old = asked.error && h('p', { class: 'old', role: 'status' }, t('figure.old'));
  view.value.replaceChildren(...[old, ...value(figure, known)].filter(Boolean));
  view.facts.replaceChildren(facts(figure, known));
  view.context.show(known);
  view.picker?.draw();
  if (view.revision === `${known.state} ${known.revision}`) return undefined;
  view.revision = `${known.state} ${known.revision}`;
  view.cite.replaceChildren(citation(figure, known, asked.at));
  return INDICES.includes(figure.property) ? undefined : view.revisions.show(known); // a class has those of its pollutants
}

/** Nothing is known of the whole; of a day that runs the public sees its hours, and some zones have no sum, or none of some time. */
function unknown(figure, answered) {
  const { noSum, withheld } = answered ?? {};
  if (withheld) return said(t('figure.withheldHelp', { date: format.date(Date.parse(withheld.before)) }), t('figure.withheld'));
  if (noSum) return said(knows(`nosum.${noSum.reason}`) ? t(`nosum.${noSum.reason}`) : noSum.meaning, t('figure.noSum'));
  const runs = isPersonal(figure) && state.role === 'public' && figure.step === '1d';
  const parts = () => madeOf(figure, /** @type {any} */ ({ start: figure.start, end: midnight(figure.start, 1) })); // of all that is told only the span is asked for
  return runs
    ? [h('section', {}, h('p', { class: 'sentence' }, t('figure.state.notYet'))), parts()]
    : said(t('figure.noneHelp'), t('figure.none'));
}

function said(help, word = null) {
  return h('div', { class: 'state' }, word && h('p', { class: 'state-word' }, word), h('p', { class: 'note' }, help));
}

function build() {
  const { figure, asked } = view;
  const now = () => asked.value?.told ?? null;
  const isFixed = isPersonal(figure) && state.role === 'public';
  view.value = h('section', { class: 'value-box', 'data-testid': 'figure-value' });
  view.facts = h('section', {});
  view.context = context(figure);
  view.picker = isFixed ? null : asOfPicker(figure, now, (minute) => history.replaceState(null, '', figureAddress(figure, minute)));
  view.revisions = revisionList(figure, (minute) => view.picker?.ask(minute));
  view.cite = h('div', {});
  view.sections = [
    view.value,
    view.facts,
    view.context.root,
    INDICES.includes(figure.property) ? null : view.revisions.root,
    view.picker?.root,
    madeOf(figure, now()),
    view.cite,
  ];
  view.body.replaceChildren(...view.sections.filter(Boolean));
  const minute = minuteOf(route().as_of);
  if (minute !== null) view.picker?.ask(minute);
}

function value(figure, known) {
  const isClass = INDICES.includes(figure.property);
  const unit = isClass || known.value === null ? '' : known.item.crossings === null ? t('figure.in') : unitOf(figure);
  const number = known.value === null ? t('figure.nothing') : isClass ? valueWords(figure, known.value) : format.exact(known.value);
  const mark = isClass && figure.property !== 'european_aqi_2024' && known.value !== null && shape(known.value, 30);
  const chip =
    known.state &&
    h(
      'span',
      { class: `chip is-${known.state}` },
      t('window.coverage', { state: t(`window.${known.state}`), share: format.percent(known.coverage) }),
    );
  const directions =
    figure.property === CROSSINGS &&
    known.item.in !== null &&
    h('p', { class: 'note' }, `${t('figure.in')} ${format.number(known.item.in)} · ${t('figure.out')} ${format.number(known.item.out)}`);
  return [
    h('p', { class: 'told' }, mark || null, h('b', {}, number), unit ? h('small', {}, unit) : null, chip || null),
    known.value === null && known.pooled === undefined
      ? h('p', { class: 'note' }, t(known.state === null ? 'figure.noneShown' : 'figure.noneHelp'))
      : null,
    directions || null,
    known.pooled === undefined ? null : dayMean(figure, known),
    h('p', { class: 'sentence' }, t(`figure.state.${known.state ?? 'public'}`)),
  ];
}

/** By which hours a day's mean is one by law, or why it is none; the mean of all readings stands small beside it. */
function dayMean(figure, { value: mean, pooled, hours }) {
  const law = h('a', { href: address('methode', 'air.day') }, t('figure.dayMean'));
  const said =
    hours === undefined ? t('figure.dayMean.poles') : t(mean === null ? 'figure.dayMean.none' : 'figure.dayMean.n', { n: hours });
  const beside = hours === undefined || pooled === null ? null : t('figure.dayMean.pooled', { value: valueWords(figure, pooled) });
  return h('p', { class: 'note', 'data-testid': 'figure-day-mean' }, law, `: ${said}`, beside && ` · ${beside}`);
}
