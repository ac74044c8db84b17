/** The ground of the map with WebGL: MapLibre GL JS over zones only, so that nothing is fetched from elsewhere. */
import { t } from './i18n.js';
import { colour } from './theme.js';

const PATIENCE = 8000;

/**
 * @param {HTMLElement} box
 * @param {any[]} zones
 * @param {[number, number, number, number]} bounds what is seen at first: west, south, east, north
 * @param {number} padding in pixels
 * @returns {Promise<import('./map.js').Base>} refused when WebGL or the library is missing
 */
export async function mapLibreBase(box, zones, bounds, padding) {
  if (!document.createElement('canvas').getContext('webgl2')) throw new Error('no WebGL');
  const { Map: MapLibre, setWorkerUrl } = await import('../vendor/maplibre-gl.mjs');
  setWorkerUrl(new URL('../vendor/maplibre-gl-worker.mjs', import.meta.url).href);
  const ground = document.createElement('div');
  ground.className = 'ground';
  box.prepend(ground); // under what stands on it
  /** @type {any} the library brings no types that fit its minified form */
  const map = new MapLibre({
    container: ground,
    style: style(zones),
    bounds,
    fitBoundsOptions: { padding },
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    minZoom: 9,
    maxZoom: 18,
    keyboard: false,
    fadeDuration: 0,
    canvasContextAttributes: { preserveDrawingBuffer: true }, // printing reads the canvas
    locale: {
      'CooperativeGesturesHandler.WindowsHelpText': t('map.drag'),
      'CooperativeGesturesHandler.MacHelpText': t('map.drag.mac'),
      'CooperativeGesturesHandler.MobileHelpText': t('map.touch'),
    },
  });
  map.touchZoomRotate.disableRotation();
  map.getCanvas().tabIndex = -1;
  map.getCanvas().setAttribute('aria-hidden', 'true');
  try {
    await loaded(map);
  } catch (error) {
    map.remove();
    ground.remove();
    throw error;
  }
  return base(map);
}

function loaded(map) {
  return new Promise((resolve, reject) => {
    map.once('load', resolve);
    map.once('webglcontextlost', () => reject(new Error('WebGL lost')));
    setTimeout(() => reject(new Error('the map took too long')), PATIENCE);
  });
}

/** @returns {import('./map.js').Base} */
function base(map) {
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const duration = () => (calm.matches ? 0 : 500);
  return {
    kind: 'maplibre',
    project: (position) => map.project(position),
    onMove: (listener) => {
      map.on('move', listener);
      map.on('resize', listener);
    },
    fit: ([west, south, east, north], padding) =>
      map.fitBounds(
        [
          [west, south],
          [east, north],
        ],
        { padding, maxZoom: 16.5, duration: duration() },
      ),
    zoom: (steps) => map.zoomTo(map.getZoom() + steps, { duration: duration() / 2 }),
    centre: () => map.getCenter().toArray(),
    recolour() {
      for (const { id, paint } of layers()) for (const [key, value] of Object.entries(paint)) map.setPaintProperty(id, key, value);
      map.redraw();
    },
  };
}

function layers() {
  const of = (kind) => ['==', ['get', 'kind'], kind];
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': colour('map-ground') } },
    { id: 'city', type: 'fill', source: 'zones', filter: of('city'), paint: { 'fill-color': colour('map-city') } },
    { id: 'city-edge', type: 'line', source: 'zones', filter: of('city'), paint: { 'line-color': colour('map-edge'), 'line-width': 1.5 } },
    { id: 'district', type: 'fill', source: 'zones', filter: of('district'), paint: { 'fill-color': colour('map-district') } },
    {
      id: 'district-edge',
      type: 'line',
      source: 'zones',
      filter: of('district'),
      paint: { 'line-color': colour('map-edge'), 'line-width': 1 },
    },
    { id: 'place', type: 'fill', source: 'zones', filter: of('place'), paint: { 'fill-color': colour('map-place') } },
    {
      id: 'place-edge',
      type: 'line',
      source: 'zones',
      filter: of('place'),
      paint: { 'line-color': colour('map-place-edge'), 'line-width': 1 },
    },
  ];
}

function style(zones) {
  const features = zones
    .filter((zone) => zone.geometry)
    .map((zone) => ({ type: 'Feature', properties: { kind: zone.kind }, geometry: zone.geometry }));
  const [ground, ...areas] = layers();
  const tiles = document.querySelector('meta[name=map-tiles]').content;
  return {
    version: 8,
    transition: { duration: 0 }, // a changed theme shows at once, on paper too
    sources: {
      zones: { type: 'geojson', data: { type: 'FeatureCollection', features } },
      ...(tiles ? { tiles: { type: 'raster', tiles: [tiles], tileSize: 256 } } : {}),
    },
    layers: [
      ground,
      ...(tiles ? [{ id: 'tiles', type: 'raster', source: 'tiles', paint: { 'raster-saturation': -0.8, 'raster-opacity': 0.7 } }] : []),
      ...areas,
    ],
  };
}
