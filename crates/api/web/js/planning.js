/** The planner's view: sentence, choices, cards. What is chosen stands in the address, so that a link repeats it. */
import { shown } from './answer.js';
import { loadAll, mainZone } from './data.js';
import { find, h, keepFocus, renew } from './dom.js';
import { language, t } from './i18n.js';
import * as format from './format.js';
import { cards, headlineFacts, partsOf } from './planning-cards.js';
import { choiceChips, choiceLine } from './planning-choices.js';
import { fileAddress, daysQuestion } from './planning-data.js';
import { savedViews } from './planning-kept.js';
import { reloadParts } from './planning-parts.js';
import { addressOf, choicesOf, periodOf, usualSites } from './planning-rules.js';
import { headline, notComparable, withoutData } from './planning-words.js';
import { whyNot } from './planning-bars.js';
import { route } from './route.js';
import { on, state } from './state.js';
import { instead } from './states.js';
import { civil } from './time.js';

/** Figures that may still change are asked for again after so many ms. */
const EVERY = 600_000;
/** @type {import('./planning-rules.js').Choices} */
let choices = choicesOf({});

/** Follows address, view and state. */
export function startPlanning() {
  addEventListener('hashchange', follow);
  on(['view', 'language', 'size'], draw);
  on(['poles'], () => {
    if (!find('#planning-top')) draw();
  });
  setInterval(() => {
    if (isShown() && !document.hidden && choices.asOf === null && !isWriting()) reloadParts();
  }, EVERY);
  follow();
}

/** Whether something is being written that drawing anew would take away. */
function isWriting() {
  return Boolean(document.activeElement?.closest('#planning form'));
}

function isShown() {
  return state.view === 'planung';
}

function follow() {
  const said = route();
  if (!('planung' in said)) return;
  choices = choicesOf(said);
  draw();
}

/** A choice goes into the address; from there it comes back. */
function choose(change) {
  location.hash = addressOf({ ...choices, ...change });
}

function today() {
  const { year, month, day } = civil(Date.now());
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

/** What is asked for: the choices, with what goes without saying filled in. */
function askedFor() {
  const main = mainZone();
  const zone = choices.zone ? (state.zones.find(({ id }) => id === choices.zone) ?? null) : main;
  const sites = choices.sites.length > 1 ? choices.sites : usualSites(state.zones, main);
  return {
    zone,
    choices,
    period: periodOf(choices, today()),
    today: today(),
    sites,
    poles: new Map(state.zones.map((one) => [one.id, one.poles.length])),
  };
}

function draw() {
  if (!isShown()) return;
  const root = find('#planning');
  const other = instead('poles', !state.zones, t('planning.noZone'), loadAll);
  if (other) {
    root.replaceChildren(h('h1', {}, t('nav.planung')), other);
    return;
  }
  const asked = askedFor();
  if (!asked.zone) {
    root.replaceChildren(
      h('h1', {}, t(choices.zone ? 'planning.unknownZone' : 'planning.noZone', { id: choices.zone ?? '' })),
      h('p', { class: 'sub' }, h('a', { href: '#planung' }, t('planning.start'))),
    );
    return;
  }
  frame(root);
  const parts = partsOf(asked, drawAfter);
  drawTop(asked, parts);
  for (const card of cards) drawCard(card, asked, parts);
}

/** The skeleton of the view, once. */
function frame(root) {
  if (find('#planning-top')) return;
  root.replaceChildren(
    h('div', { id: 'planning-top' }),
    h(
      'div',
      { class: 'planning-grid' },
      cards.map(({ id, wide }) =>
        h('section', { class: wide ? 'card pad wide' : 'card pad', id, 'data-testid': id, 'aria-labelledby': `${id}-title` }),
      ),
    ),
  );
}

/** What an answer changes. */
function drawAfter(name) {
  const asked = askedFor(); // other things may have been chosen while it was on its way
  if (!isShown() || !asked.zone || !find('#planning-top')) return;
  const parts = partsOf(asked, drawAfter); // an answer may be what another question hangs on
  drawTop(asked, parts);
  for (const card of cards) if (card.uses.includes(name)) drawCard(card, asked, parts);
}

function drawCard(card, asked, parts) {
  const root = find(`#${card.id}`);
  const open = [...root.querySelectorAll('details')].map((one) => one.open);
  keepFocus(root, () => {
    root.replaceChildren(...[card.draw(asked, parts, { choose, root })].flat(Infinity).filter(Boolean));
    root.querySelectorAll('details').forEach((one, at) => {
      one.open ||= open[at];
    }); // a table that is read stays open
  });
}

/** The sentence and its honesty, what can be taken along, the choices. */
function drawTop(asked, parts) {
  const days = parts.days.value;
  const events = parts.occasions.value?.events ?? [];
  const chips = choiceChips({ ...asked, events, measuring: days?.poles ?? [], pole: days?.pole ?? null }, choose);
  const facts = parts.bars.value ? headlineFacts(asked, parts) : null;
  renew(
    find('#planning-top'),
    [
      h(
        'div',
        { class: 'planning-head' },
        h(
          'h1',
          { id: 'planning-title', 'data-testid': 'planning-sentence', 'aria-live': 'polite' },
          facts ? headline(facts, number, t) : h('span', { class: 'skeleton wide' }),
        ),
        actions(asked),
      ),
      subline(asked, parts, facts),
      h('p', { class: 'note print-only' }, choiceLine(asked, facts?.event ?? '')),
      h('div', { class: 'choice-row' }, chips, savedViews(addressOf({ ...choices, ...(choices.from ? {} : asked.period) }), draw)),
    ].filter(Boolean),
  );
}

function number(value, digits = 0) {
  return format.number(value, digits);
}

function actions(asked) {
  const button = (key, act) =>
    h(
      'button',
      { type: 'button', class: key === 'print' ? 'btn primary' : 'btn', 'data-focus': `act ${key}`, onclick: act },
      t(`planning.act.${key}`),
    );
  const form = language() === 'de' ? 'excel_de' : 'rfc4180';
  return h(
    'div',
    { class: 'acts' },
    h('a', { class: 'btn', href: fileAddress('footfall', daysQuestion(asked), form), download: '', 'data-focus': 'act csv' }, 'CSV'),
    button('paper', () => find('#planning-report').scrollIntoView({ block: 'start' })),
    button('print', () => print()),
  );
}

/** What was counted, how much of it is known, as of when; and in words what must not be compared. */
function subline(asked, parts, facts) {
  if (!facts) return h('p', { class: 'sub' }, parts.bars.error ? shown(parts.bars, () => null) : h('span', { class: 'skeleton' }));
  const { totals, citation, items, no_sum: noSum } = parts.bars.value;
  if (noSum) return h('p', { class: 'sub' }, t(`nosum.${noSum.reason}`));
  const asOf = Date.parse(citation?.as_of ?? '') || Date.now();
  const said = [
    t('planning.sub.what', { hours: t(`planning.hours.${asked.choices.hours}`) }),
    totals && t('planning.covered', { share: format.percent(totals.coverage ?? 0) }),
    totals && withoutData(totals, facts.step, number, t),
    t('planning.sub.asOf', { time: format.minute(asOf) }),
  ].filter(Boolean);
  const not =
    asked.choices.compare === 'none'
      ? []
      : notComparable(items, facts.step, number, (key, values) => (key.startsWith('not.') ? whyNot(key.slice(4)) : t(key, values)));
  return h(
    'div',
    { class: 'sub' },
    h('p', {}, said.join(' · ')),
    not.map((line) => h('p', { class: 'note' }, line)),
  );
}
