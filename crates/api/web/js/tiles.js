/** The row of key figures: one figure each, its honesty under it. Built once, then only texts change. */
import { mainZone } from './data.js';
import { find, h, setText } from './dom.js';
import * as format from './format.js';
import { language, t } from './i18n.js';
import { where } from './sentence.js';
import { airWord, isClass, shape, verdictMark } from './shapes.js';
import { state } from './state.js';
import { HOUR, civil } from './time.js';

const NAMES = ['reporting', 'footfall', 'air', 'rate', 'ledger'];
const tiles = {};

/** Puts the tiles in place, empty. */
export function buildTiles() {
  find('#tiles').replaceChildren(...NAMES.map((name) => {
    const parts = { label: h('h2'), value: h('p', { class: 'figure' }), note: h('p', { class: 'note' }) };
    tiles[name] = { ...parts, root: h(name === 'ledger' ? 'a' : 'div', { class: 'tile', 'data-testid': `tile-${name}`, href: name === 'ledger' ? '#operation' : null }, Object.values(parts)) };
    return tiles[name].root;
  }));
}

/** Draws all tiles from the state. */
export function drawTiles() {
  if (state.loaded.has('poles')) { reporting(); air(); }
  else labelsOnly();
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

/** `value` null shows a skeleton; a node or a list of nodes is put in as it is. */
function show(name, label, value, note) {
  const tile = tiles[name];
  setText(tile.label, label);
  setText(tile.note, note);
  tile.root.classList.toggle('loading', value === null);
  if (typeof value === 'string') setText(tile.value, value);
  else tile.value.replaceChildren(...(value ?? [h('span', { class: 'skeleton' })]));
}

function reporting() {
  const poles = [...state.poles.values()];
  const of = (wanted) => poles.filter((pole) => pole.state === wanted).length;
  const [silent, never] = [of('silent'), of('never')];
  const time = state.asOf ? format.clock(state.asOf) : '';
  const notes = [silent && t('tile.reporting.silent', { n: format.number(silent) }), never && t('tile.reporting.never', { n: format.number(never) })].filter(Boolean);
  const note = poles.length === 0 ? t('tile.reporting.empty') : notes.join(' · ') || t('tile.reporting.all', { time });
  const total = h('small', {}, t('tile.reporting.of', { n: format.number(poles.length) }));
  show('reporting', t('tile.reporting'), [format.number(of('reporting')), ' ', total], note);
}

function footfall() {
  const zone = mainZone();
  const label = t('tile.footfall', { where: zone ? where(zone.name, language()).replace(/^./, (first) => first.toLowerCase()) : '' });
  const count = zone && state.counts.get(zone.id);
  if (!count) {
    const waits = !state.loaded.has('counts') && !state.errors.has('counts');
    return show('footfall', label, waits ? null : '–', waits ? '' : state.errors.get('counts') ?? t('tile.footfall.none'));
  }
  if (count.today === null) return show('footfall', label, '–', t('tile.footfall.none'));
  const time = count.until ? t('tile.footfall.until', { time: format.clock(count.until) }) : '';
  return show('footfall', label, format.number(count.today), [time, against(count)].filter(Boolean).join(' · '));
}

function against(count) {
  if (count.usual === null || count.usual === 0) return t('tile.footfall.noUsualYet');
  return t('tile.footfall.usual', { change: format.change(count.today / count.usual), n: count.days, weekday: t(`weekday.${count.weekday}`) });
}

function air() {
  const classed = [...state.poles.values()].filter((pole) => isClass(pole.air?.class));
  if (classed.length === 0) return show('air', t('tile.air'), [shape(null, 26), ' ', t('air.none')], t('tile.air.none'));
  const worst = classed.reduce((a, b) => (b.air.class > a.air.class ? b : a));
  const start = Date.parse(worst.air.hour);
  const pollutant = t(`${worst.air.worst}.short`);
  const hours = t('sentence.hour', { from: civil(start).hour, to: civil(start + HOUR).hour });
  return show('air', t('tile.air'), [shape(worst.air.class, 26), ' ', airWord(worst.air.class)], `${worst.place} · ${pollutant} · ${hours}, ${format.percent(worst.air.coverage)}`);
}

function rate() {
  const now = state.ledger;
  if (!now) return show('rate', t('tile.rate'), state.connection === 'lost' ? '–' : null, '');
  const perSecond = now.messages_per_second;
  const note = now.journalled === 0 ? t('tile.rate.none') : now.lag_messages > 0 ? t('tile.rate.lag', { n: format.number(now.lag_messages) }) : t('tile.rate.total', { n: format.number(now.journalled) });
  return show('rate', t('tile.rate'), format.number(perSecond, perSecond < 10 ? 1 : 0), note);
}

function ledger() {
  const now = state.ledger;
  if (!now) return show('ledger', t('tile.ledger'), state.connection === 'lost' ? '–' : null, '');
  const mark = h('span', { class: now.balanced ? 'good word' : 'bad word' }, verdictMark(now.balanced), ' ', t(now.balanced ? 'tile.ledger.ok' : 'tile.ledger.bad'));
  const note = now.quarantined ? t('tile.ledger.note', { n: format.number(now.quarantined) }) : t('tile.ledger.clean');
  return show('ledger', t('tile.ledger'), [mark], note);
}
