/** The card of what the poles measure beside air and counts: warmth, sound, soil, water, parking, charging; without such sensors there is none. */
import { list } from './api.js';
import { find, h } from './dom.js';
import { meaningLink } from './explain-link.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { state } from './state.js';
import { head } from './states.js';
import { shownThemes, themeTile } from './themes-rules.js';

/** Newest values by theme. */
const found = new Map();

/** Asks for the newest values of each theme there may be. */
export async function loadThemes() {
  const themes = shownThemes(state.properties, state.role === 'public');
  const answers = await Promise.all(themes.map(({ property }) => list('latest', { property })));
  themes.forEach((theme, at) =>
    found.set(
      theme,
      answers[at].filter(({ pole }) => state.poles.has(pole)),
    ),
  );
}

/** Draws the card, or hides it where there is nothing of the kind. */
export function drawThemes() {
  const card = find('#themes');
  const tiles = [...found].map(([theme, items]) => ({ theme, tile: themeTile(theme, items, Date.now()) })).filter(({ tile }) => tile);
  card.hidden = tiles.length === 0;
  if (card.hidden) return;
  card.replaceChildren(
    head('themes-title', t('themes.title'), t('themes.note'), meaningLink('umwelt')),
    h('ul', { class: 'themes' }, tiles.map(drawn)),
  );
}

function drawn({ theme, tile }) {
  const property = state.properties.get(theme.property);
  const shown =
    tile.n === 0
      ? [h('p', { class: 'figure' }, '–'), h('p', { class: 'note' }, t('themes.old', { n: format.number(tile.old) }))]
      : tile.taken === null
        ? range(tile, property)
        : bays(tile);
  return h('li', { 'data-theme-tile': theme.id }, h('h3', {}, t(`themes.${theme.id}`)), shown);
}

function range({ low, high, n, old, at }, property) {
  const one = format.value(low.value, property) === format.value(high.value, property);
  const unit = h('small', {}, format.unit(property.unit));
  const figure = one
    ? [format.value(high.value, property), ' ', unit]
    : [format.value(low.value, property), '–', format.value(high.value, property), ' ', unit];
  const where = one ? t(n === 1 ? 'themes.at' : 'themes.everywhere', { place: place(high), n: format.number(n) }) : null;
  return [
    h('p', { class: 'figure' }, figure),
    h('p', { class: 'note' }, where ?? [t('themes.high'), ' ', poleLink(high), ', ', t('themes.low'), ' ', poleLink(low)]),
    h('p', { class: 'note' }, honest({ n, old, at })),
  ];
}

function bays({ n, taken, old, at }) {
  return [
    h('p', { class: 'figure' }, format.number(n - taken), ' ', h('small', {}, t('themes.free', { n: format.number(n) }))),
    h('p', { class: 'note' }, honest({ n, old, at })),
  ];
}

function place({ pole }) {
  return state.poles.get(pole).name;
}

function poleLink(item) {
  return h('a', { href: address('pole', item.pole) }, place(item));
}

/** How many sensors, as of when, and how many told nothing. */
function honest({ n, old, at }) {
  const sensors = t(n === 1 ? 'themes.sensor' : 'themes.sensors', { n: format.number(n) });
  return [t('themes.asOf', { time: format.clock(at) }), sensors, ...(old ? [t('themes.old', { n: format.number(old) })] : [])].join(' · ');
}
