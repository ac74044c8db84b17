/** Which names stand on the map, and where: beside their poles, not over others. Pure. */

const HEIGHT = 24;
const CHARACTER = 7.4;
const GAP = 16;
/** Places whose poles are nearer than this share their district's name. */
const TOGETHER = 64;

/**
 * @param {any[]} zones
 * @param {Map<string, {x:number, y:number}>} spots of the poles, in pixels
 * @param {{width:number, height:number}} box the map
 * @returns {{zone:any, x:number, y:number}[]} left top of each name
 */
export function labels(zones, spots, box) {
  const groups = groupsOf(zones, spots);
  const taken = [...spots.values()].map(({ x, y }) => ({ x: x - 12, y: y - 12, w: 24, h: 24 }));
  return groups.map((group) => {
    const width = group.zone.name.length * CHARACTER + 14;
    const free = candidates(group, width).find((spot) => inside(spot, box) && !taken.some((other) => overlap(spot, other)));
    const chosen = free ?? candidates(group, width)[0];
    taken.push(chosen);
    return { zone: group.zone, x: chosen.x, y: chosen.y };
  });
}

/** Places; where they lie too close, their district instead. */
function groupsOf(zones, spots) {
  const places = zones.filter((zone) => zone.kind === 'place').map((zone) => group(zone, spots)).filter(Boolean);
  return [...new Set(places.map(({ zone }) => zone.parent))].flatMap((parent) => {
    const children = places.filter(({ zone }) => zone.parent === parent);
    const district = zones.find((zone) => zone.id === parent);
    const close = children.some((a, at) => children.slice(at + 1).some((b) => Math.hypot(a.x - b.x, a.y - b.y) < TOGETHER));
    return district && close ? [group({ ...district, poles: children.flatMap(({ zone }) => zone.poles) }, spots)] : children;
  });
}

function group(zone, spots) {
  const found = zone.poles.map((id) => spots.get(id)).filter(Boolean);
  if (found.length === 0) return null;
  const [xs, ys] = [found.map(({ x }) => x), found.map(({ y }) => y)];
  const edges = { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  return { zone, ...edges, x: (edges.left + edges.right) / 2, y: (edges.top + edges.bottom) / 2 };
}

function candidates({ left, right, top, bottom, x, y }, w) {
  const middle = y - HEIGHT / 2;
  return [[right + GAP, middle], [left - GAP - w, middle], [x - w / 2, top - GAP - HEIGHT], [x - w / 2, bottom + GAP]].map(([at, up]) => ({ x: at, y: up, w, h: HEIGHT }));
}

function inside({ x, y, w, h }, { width, height }) {
  return x >= 4 && y >= 4 && x + w <= width - 4 && y + h <= height - 4;
}

function overlap(a, b) {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
