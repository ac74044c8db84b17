/** The ground of the map without WebGL: zones as SVG, Web Mercator. The same interface as `base-maplibre.js`. */
import { svg } from './dom.js';

const radians = (degrees) => (degrees * Math.PI) / 180;
/** Web Mercator, in degrees of longitude. */
const north = (lat) => (Math.log(Math.tan(Math.PI / 4 + radians(lat) / 2)) * 180) / Math.PI;
const south = (y) => (Math.atan(Math.exp(radians(y))) * 2 - Math.PI / 2) * (180 / Math.PI);

/**
 * @param {HTMLElement} box
 * @param {any[]} zones
 * @returns {import('./map.js').Base}
 */
export function svgBase(box, zones) {
  const root = svg('svg', { class: 'ground', 'aria-hidden': 'true' });
  box.append(root);
  const listeners = [];
  const ordered = ['city', 'district', 'place'].flatMap((kind) => zones.filter((zone) => zone.kind === kind));
  let view = { x: 0, y: 0, scale: 10000 };
  let size = { width: box.clientWidth, height: box.clientHeight }; // asked for each point it would be laid out for each
  const draw = () => {
    root.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
    root.replaceChildren(
      ...ordered.map((zone) =>
        svg('path', {
          d: rings(zone.geometry)
            .map((ring) => `M${ring.map(at).join('L')}Z`)
            .join(''),
          class: `zone-${zone.kind}`,
        }),
      ),
    );
    listeners.forEach((tell) => tell());
  };
  const project = ([lon, lat]) => ({
    x: size.width / 2 + (lon - view.x) * view.scale,
    y: size.height / 2 - (north(lat) - view.y) * view.scale,
  });
  const at = (position) => {
    const { x, y } = project(position);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  const watching = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = box;
    if (width === size.width && height === size.height) return;
    size = { width, height };
    draw();
  });
  watching.observe(box);
  return {
    kind: 'svg',
    project,
    onMove: (listener) => listeners.push(listener),
    fit([west, low, east, high], padding) {
      const scale = Math.min(
        (size.width - 2 * padding) / (east - west || 1e-4),
        (size.height - 2 * padding) / (north(high) - north(low) || 1e-4),
        200000,
      );
      view = { x: (west + east) / 2, y: (north(low) + north(high)) / 2, scale };
      draw();
    },
    zoom(steps) {
      view.scale *= 2 ** steps;
      draw();
    },
    centre: () => [view.x, south(view.y)],
    bounds() {
      const [wide, tall] = [size.width / 2 / view.scale, size.height / 2 / view.scale];
      return [view.x - wide, south(view.y - tall), view.x + wide, south(view.y + tall)];
    },
    remove() {
      watching.disconnect();
      root.remove();
    },
    recolour() {},
  };
}

/** The rings of a Polygon or MultiPolygon. */
function rings(geometry) {
  if (geometry?.type === 'Polygon') return geometry.coordinates;
  return geometry?.type === 'MultiPolygon' ? geometry.coordinates.flat() : [];
}
