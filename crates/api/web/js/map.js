/**
 * The map: a quiet ground and over it the poles as buttons and the places' names. The ground is SVG at first; MapLibre, a large library,
 * takes its place when a reader reaches for the map, or at once under tiles, and where there is WebGL.
 * Poles that would cover each other are moved apart on the screen.
 *
 * @typedef {object} Base
 * @property {'maplibre'|'svg'} kind
 * @property {(position:[number, number]) => {x:number, y:number}} project longitude and latitude to CSS pixels
 * @property {(listener:() => void) => void} onMove
 * @property {(bounds:[number, number, number, number], padding:number) => void} fit west, south, east, north
 * @property {() => [number, number, number, number]} [bounds] what is seen: west, south, east, north
 * @property {(steps:number) => void} zoom
 * @property {() => [number, number]} centre
 * @property {() => void} recolour
 * @property {() => void} [remove] makes room for another ground
 */
import { mapLibreBase } from './base-maplibre.js';
import { svgBase } from './base-svg.js';
import { loadAll, mainZone } from './data.js';
import { find, h, setText } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { meaningLink } from './explain-link.js';
import { foreignLinks } from './map-foreign.js';
import { gatewayButtons, gatewaysOnMap } from './map-gateways.js';
import { labels } from './map-labels.js';
import { openPole } from './route.js';
import { airWord, foreignMark, gatewayMark, isClass, shape } from './shapes.js';
import { spread } from './spread.js';
import { state } from './state.js';
import { instead } from './states.js';

/** Least distance of two poles on the screen, in pixels. */
const DISTANCE = 27;
/** A gateway's mark has corners. */
const LARGER = 5;
const PADDING = 46;
let base = null;
const markers = new Map();
const parts = {};

/** Draws poles and names, piece by piece; makes the ground when poles are known for the first time. */
export function drawMap() {
  const box = find('#map');
  if (!box.checkVisibility()) return undefined; // without a size there is nothing to place; shown, it is drawn
  if (!base) {
    const other = instead('poles', state.poles.size === 0, t('map.empty'), loadAll);
    if (other) return box.replaceChildren(other);
    start(box);
    return drawMarks;
  }
  return drawMarks();
}

function drawMarks() {
  syncMarkers();
  drawControls();
  return place;
}

/** Repaints the ground in the theme's colours. */
export function recolourMap() {
  base?.recolour();
}

/** Draws what the marks mean. */
export function drawLegend() {
  const key = (found) => h('span', { class: 'key' }, shape(found), airWord(found));
  find('#legend').replaceChildren(...[0, 1, 2, 3, 4, null].map(key), meaningLink('luft'));
  const known = gatewaysOnMap().length > 0;
  const gateways = known ? [gatewayMark('online', 18), t('map.gateway.key')] : [];
  const others = state.foreign.size > 0 ? [foreignMark(null, 18), t('map.foreign.key')] : [];
  find('#gateway-key').replaceChildren(...gateways, ...others);
}

function start(box) {
  parts.poles = h('div', { class: 'poles' });
  parts.gateways = h('div', { class: 'poles' });
  parts.names = h('div', { class: 'names' });
  parts.controls = h('div', { class: 'controls' });
  parts.scale = h('div', { class: 'scale', 'aria-hidden': 'true' }, h('span'), h('i'));
  box.replaceChildren();
  base = svgBase(box, state.zones);
  base.fit(boundsOf(shownFirst()), PADDING);
  base.onMove(() => requestAnimationFrame(place));
  if (new URLSearchParams(location.search).get('map') !== 'svg') awaitReach(box);
}

/** The library comes when a pointer is over the map, or two fingers are on it, and with tiles. Without WebGL the ground stays. */
function awaitReach(box) {
  if (document.querySelector('meta[name=map-tiles]').content) return upgrade(box);
  const reached = new AbortController();
  const reach = (event) => {
    if (event.pointerType === 'touch' || (event.touches && event.touches.length < 2)) return;
    reached.abort();
    upgrade(box);
  };
  for (const kind of ['pointerenter', 'touchstart']) box.addEventListener(kind, reach, { passive: true, signal: reached.signal });
  return undefined;
}

async function upgrade(box) {
  const before = base;
  const better = await mapLibreBase(box, state.zones, before.bounds(), 0).catch(() => null);
  if (!better) return;
  base = better;
  before.remove();
  base.onMove(() => requestAnimationFrame(place));
  place();
  box.dataset.drawn = base.kind;
}

/** All poles; in a widget that is asked for a zone, those of the zone. */
function shownFirst() {
  const isOfZone = state.isWidget && new URLSearchParams(location.search).has('zone');
  const poles = isOfZone
    ? mainZone()
        .poles.map((id) => state.poles.get(id))
        .filter(Boolean)
    : [];
  return poles.length ? poles : [...state.poles.values()];
}

/** West, south, east, north of poles. */
function boundsOf(poles) {
  const [lons, lats] = [poles.map((pole) => pole.lon), poles.map((pole) => pole.lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

function syncMarkers() {
  for (const [id, marker] of markers)
    if (!state.poles.has(id)) {
      marker.remove();
      markers.delete(id);
    }
  for (const pole of state.poles.values()) {
    if (!markers.has(pole.id)) {
      const marker = h('button', { type: 'button', class: 'pole', 'data-pole': pole.id, onclick: () => openPole(pole.id) });
      markers.set(pole.id, marker);
      parts.poles.append(marker);
    }
    dress(markers.get(pole.id), pole);
  }
}

function dress(marker, pole) {
  const found = isClass(pole.air?.class) ? String(pole.air.class) : 'none';
  const label = t('map.pole', { name: `${pole.name} (${pole.id})`, air: airWord(pole.air?.class), state: t(`state.${pole.state}`) });
  if (marker.dataset.airClass !== found) {
    marker.dataset.airClass = found;
    marker.replaceChildren(shape(pole.air?.class, 22));
  }
  if (marker.getAttribute('aria-label') !== label) {
    marker.setAttribute('aria-label', label);
    marker.title = label;
  }
  marker.classList.toggle('silent', pole.state !== 'reporting');
}

function place() {
  const box = find('#map');
  const { clientWidth: width, clientHeight: height } = box; // before anything is written
  const gateways = gatewaysOnMap();
  const things = [...state.poles.values(), ...gateways, ...state.foreign.values()];
  const spots = spread(
    things.map(({ lon, lat }, at) => ({ ...pixel(lon, lat), larger: at < state.poles.size ? 0 : LARGER })),
    DISTANCE,
  );
  const spotOf = new Map(things.map(({ id }, at) => [id, spots[at]]));
  const marks = new Map([...markers, ...gatewayButtons(parts.gateways, gateways), ...foreignLinks(parts.gateways)]);
  for (const [id, spot] of spotOf)
    marks.get(id)?.style.setProperty('transform', `translate(${spot.x.toFixed(1)}px, ${spot.y.toFixed(1)}px)`);
  box.style.setProperty('--drawn-width', `${width}px`); // paper keeps the size that was drawn
  parts.names.replaceChildren(...labels([...state.zones, ...gateways.map(asZone)], spotOf, { width, height }).map(nameButton));
  drawScale();
  if (parts.names.isConnected) return;
  box.append(parts.names, parts.gateways, parts.poles, parts.controls, parts.scale);
  box.dataset.drawn = base.kind;
}

function pixel(lon, lat) {
  const { x, y } = base.project([lon, lat]);
  return { x, y };
}

/** A gateway's name is placed like that of a place whose only pole it is. */
function asZone({ id, name, state: now }) {
  return { id, name, kind: 'gateway', state: now, poles: [id] };
}

function nameButton({ zone, x, y }) {
  if (zone.kind === 'gateway') return gatewayName(zone, x, y);
  const button = h(
    'button',
    {
      type: 'button',
      class: 'name',
      'aria-label': t('map.place', { name: zone.name }),
      onclick: () => base.fit(boundsOf(zone.poles.map((id) => state.poles.get(id)).filter(Boolean)), 72),
    },
    zone.name,
  );
  button.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  return button;
}

function gatewayName({ name, state: now }, x, y) {
  const text = h('span', { class: `name gateway-name is-${now}`, 'aria-hidden': 'true' }, name);
  text.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  return text;
}

function drawControls() {
  const button = (key, text, action) => h('button', { type: 'button', 'aria-label': t(key), title: t(key), onclick: action }, text);
  parts.controls.replaceChildren(
    button('map.in', '+', () => base.zoom(1)),
    button('map.out', '−', () => base.zoom(-1)),
    button('map.all', '⤢', () => base.fit(boundsOf([...state.poles.values()]), PADDING)),
  );
}

/** A round length beside its line. */
function drawScale() {
  const [lon, lat] = base.centre();
  const metre = Math.abs(base.project([lon, lat + 1 / 111_320]).y - base.project([lon, lat]).y);
  const length = [5000, 2000, 1000, 500, 200, 100, 50, 20, 10].find((metres) => metres * metre <= 110) ?? 10;
  setText(parts.scale.firstChild, length >= 1000 ? `${format.number(length / 1000)} km` : `${length} m`);
  parts.scale.lastChild.style.width = `${(length * metre).toFixed(0)}px`;
}
