/** The row of key figures: one figure each, its honesty under it. Built once, then only texts change. */
import { mainZone } from './data.js';
import { find, h, setText } from './dom.js';
import { CROSSINGS, figureAddress } from './figure-rules.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { airWord, isClass, shape, verdictMark } from './shapes.js';
import { state } from './state.js';
import { isFilling } from './status.js';
import { allBalanced } from './target-rules.js';
import { midnight } from './time.js';

const NAMES = ['reporting', 'footfall', 'air', 'rate', 'ledger'];
/** Where tiles lead; to a figure as soon as there is one. */
const LEADS = { reporting: '#methode=network', footfall: null, air: null, rate: '#methode=network', ledger: '#betrieb' };
const tiles = {};

/** Puts the tiles in place, empty. */
export function buildTiles() {
  find('#tiles').replaceChildren(
    ...NAMES.map((name) => {
      const parts = { label: h('h2'), value: h('p', { class: 'figure' }), note: h('p', { class: 'note' }) };
      tiles[name] = { ...parts, root: h('a', { class: 'tile', 'data-testid': `tile-${name}`, href: LEADS[name] }, Object.values(parts)) };
      return tiles[name].root;
    }),
  );
}

/** Draws all tiles from the state. */
export function drawTiles() {
  if (state.loaded.has('poles')) {
    reporting();
    air();
  } else labelsOnly();
  footfall();
  rate();
  ledger();
}

/** The tiles that change each second. */
export function drawLiveTiles() {
  rate();
  ledger();
}

function labelsOnly() {
  for (const name of ['reporting', 'air']) {
    show(name, t(`tile.${name}`), state.errors.has('poles') ? '–' : null, state.errors.get('poles') ?? '');
  }
}

/** Where a tile's figure comes from. */
function lead(name, figure) {
  tiles[name].root.href = figureAddress(figure);
}

/** `value` null shows a skeleton; a list of nodes is put in as it is. Each note is a line. */
function show(name, label, value, ...notes) {
  const tile = tiles[name];
  setText(tile.label, label);
  const text = notes.filter(Boolean).join('\n');
  setText(tile.note, text);
  tile.root.classList.toggle('loading', value === null);
  if (typeof value === 'string') setText(tile.value, value);
  else tile.value.replaceChildren(...(value ?? [h('span', { class: 'skeleton' })]));
}

function reporting() {
  const poles = [...state.poles.values()];
  const of = (wanted) => poles.filter((pole) => pole.state === wanted).length;
  const [silent, never] = [of('silent'), of('never')];
  const time = state.asOf ? t('tile.asOf', { time: format.clock(state.asOf) }) : '';
  const notes = [
    silent && t('tile.reporting.silent', { n: format.number(silent) }),
    never && t('tile.reporting.never', { n: format.number(never) }),
  ].filter(Boolean);
  const note = poles.length === 0 ? t('tile.reporting.empty') : notes.join(' · ') || t('tile.reporting.all');
  const total = h('small', {}, t('tile.reporting.of', { n: format.number(poles.length) }));
  show('reporting', t('tile.reporting'), [format.number(of('reporting')), ' ', total], note, time);
}

function footfall() {
  const zone = mainZone();
  const label = t('tile.footfall');
  const count = zone && state.counts.get(zone.id);
  if (!count) {
    const waits = !state.loaded.has('counts') && !state.errors.has('counts');
    return show('footfall', label, waits ? null : '–', waits ? '' : (state.errors.get('counts') ?? t('tile.footfall.none')));
  }
  if (count.today === null) return show('footfall', label, '–', t('tile.footfall.none'));
  const until = t('tile.footfall.until', { zone: zone.name, time: count.until ? format.clock(count.until) : '–' });
  const honest = count.state
    ? t('window.coverage', {
        state: t(`window.${count.state === 'open' ? 'provisional' : count.state}`),
        share: format.percent(count.coverage),
      })
    : count.coverage !== null && count.coverage < 0.995 && t('today.counted', { share: format.percent(count.coverage) });
  const compared = count.usual
    ? t('tile.footfall.usual', { change: format.change(count.today / count.usual), weekday: t(`weekday.${count.weekday}`) })
    : t('tile.footfall.noUsualYet');
  lead('footfall', { kind: 'zone', id: zone.id, property: CROSSINGS, step: '1d', start: midnight(count.until ?? Date.now()) });
  return show('footfall', label, format.number(count.today), until, compared, honest);
}

function air() {
  const classed = [...state.poles.values()].filter((pole) => isClass(pole.air?.class));
  if (classed.length === 0) return show('air', t('tile.air'), [shape(null, 26), ' ', t('air.none')], t('tile.air.none'));
  const worst = classed.reduce((a, b) => (b.air.class > a.air.class ? b : a));
  const places = [...new Set(classed.filter(({ air: { class: found } }) => found === worst.air.class).map(({ place }) => place))];
  const total = new Set(classed.map(({ place }) => place)).size;
  const hours = t('tile.air.hour', { hours: format.hour(Date.parse(worst.air.hour)), share: format.percent(worst.air.coverage) });
  lead('air', { kind: 'pole', id: worst.id, property: worst.air.index, step: '1h', start: Date.parse(worst.air.hour) });
  return show(
    'air',
    t('tile.air'),
    [shape(worst.air.class, 26), ' ', airWord(worst.air.class)],
    whereWorst(places, total),
    t(`${worst.air.worst}.short`),
    hours,
  );
}

function whereWorst(places, total) {
  if (places.length === total && total > 1) return t('tile.air.everywhere');
  return places.length > 1 ? t('tile.air.more', { place: places[0], n: places.length - 1 }) : places[0];
}

function rate() {
  const now = state.ledger;
  if (!now) return show('rate', t('tile.rate'), state.connection === 'lost' ? '–' : null, '');
  const perSecond = now.messages_per_second;
  const note = isFilling()
    ? t('tile.rate.lag', { n: format.number(now.lag_messages) })
    : now.journalled === 0
      ? t('tile.rate.none')
      : t('tile.rate.total', { n: format.number(now.journalled) });
  return show('rate', t('tile.rate'), format.number(perSecond, perSecond > 0 && perSecond < 10 ? 1 : 0), note);
}

function ledger() {
  const now = state.ledger;
  if (!now) return show('ledger', t('tile.ledger'), state.connection === 'lost' ? '–' : null, '');
  const balanced = allBalanced(now, state.targets);
  const mark = h(
    'span',
    { class: balanced ? 'good word' : 'bad word' },
    verdictMark(balanced),
    ' ',
    t(balanced ? 'tile.ledger.ok' : 'tile.ledger.bad'),
  );
  const note = now.quarantined ? t('tile.ledger.note', { n: format.number(now.quarantined) }) : t('tile.ledger.clean');
  return show(
    'ledger',
    t('tile.ledger'),
    [mark],
    note,
    now.duplicate ? t('tile.ledger.duplicates', { n: format.number(now.duplicate) }) : '',
  );
}
