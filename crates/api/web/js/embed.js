/**
 * A widget that other sites show in a frame: `/embed/tile`, `/embed/chart`, `/embed/map`, each with `?zone=&lang=de|en&theme=light|dark`.
 * It shows what the public sees, to whomever, keeps nothing in the browser, and leads to the page in a tab of its own.
 */
import { load, mainZone } from './data.js';
import { find, h, setText } from './dom.js';
import { drawTile } from './embed-tile.js';
import { clock } from './format.js';
import { startLanguage, t } from './i18n.js';
import { drawLegend, drawMap, recolourMap } from './map.js';
import { drawToday } from './places.js';
import { on, state, whole } from './state.js';
import { colourByAddress } from './theme.js';

/** Public counts are a quarter of an hour old at best. */
const EVERY = 120_000;
const KINDS = {
  tile: { parts: ['poles', 'counts'], draw: () => drawTile(find('#content')) },
  chart: {
    parts: ['poles', 'counts'],
    frame: () => h('section', { class: 'card pad', id: 'today', 'aria-labelledby': 'today-title' }),
    draw: drawToday,
  },
  map: {
    parts: ['poles'],
    frame: mapFrame,
    draw: () => {
      whole(drawMap);
      drawLegend();
    },
  },
};

function mapFrame() {
  return h(
    'section',
    { class: 'card' },
    h('div', { id: 'map', 'data-testid': 'map', role: 'group', 'aria-label': t('map.label') }),
    h('div', { class: 'pad legend', id: 'legend' }),
    h('span', { id: 'gateway-key', hidden: true }),
  );
}

/** A zone that the address names and that is none. */
function isUnknown() {
  const asked = new URLSearchParams(location.search).get('zone');
  return asked !== null && state.zones !== null && mainZone()?.id !== asked;
}

function draw(kind) {
  if (isUnknown())
    return find('#content').replaceChildren(
      h('p', { class: 'pad', role: 'alert' }, t('embed.unknown', { zone: new URLSearchParams(location.search).get('zone') })),
    );
  kind.draw();
  setText(find('#connection span'), t('city.asOf', { time: clock(Date.now()) }));
  sayWhose();
  return undefined;
}

/** Its title and the link to the page: of some city, until it is known of which. */
function sayWhose() {
  const city = state.zones?.find((zone) => zone.kind === 'city')?.name;
  const title = city ? t('title', { city }) : t('title.generic');
  for (const said of ['#source', '#title', 'title']) setText(find(said), title);
}

const kind = KINDS[location.pathname.split('/').at(-1)];
state.role = 'public';
state.isWidget = true;
await startLanguage();
sayWhose();
colourByAddress();
find('#content').replaceChildren(...(kind.frame ? [kind.frame()] : []));
on(['poles', 'counts', 'size'], () => draw(kind));
on(['theme'], recolourMap);
addEventListener('resize', () => draw(kind));
addEventListener('hashchange', () => {
  // what leads to a panel of the page leads there
  if (location.hash) open(`/${location.search}${location.hash}`, '_blank', 'noopener');
  history.replaceState(null, '', location.pathname + location.search);
});
const ask = async () => {
  await load(kind.parts[0]);
  await load(...kind.parts.slice(1));
};
setInterval(() => document.hidden || ask(), EVERY);
await ask();
