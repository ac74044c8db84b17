/** Which names of places and gateways stand on the map, and where: beside their marks, not over others. Pure. */

const HEIGHT = 24;
const CHARACTER = 7.4;
const GAP = 16;
/** Half a mark. */
const MARK = 12;
/** Places whose poles are nearer than this share their district's name. */
const TOGETHER = 64;
/** The buttons in the right upper corner. */
const CONTROLS = { w: 54, h: 126 };

/**
 * @param {any[]} zones
 * @param {Map<string, {x:number, y:number}>} spots of the poles, in pixels
 * @param {{width:number, height:number}} box the map
 * @returns {{zone:any, x:number, y:number}[]} left top of each name
 */
export function labels(zones, spots, box) {
  const groups = groupsOf(zones, spots);
  const controls = { x: box.width - CONTROLS.w, y: 0, ...CONTROLS };
  const taken = [controls, ...[...spots.values()].map(({ x, y }) => ({ x: x - 12, y: y - 12, w: 24, h: 24 }))];
  return groups.flatMap((group) => {
    const width = group.zone.name.length * CHARACTER + 14;
    const spaces = candidates(group, width).map((spot) => (seen(group, box) ? within(spot, box) : spot));
    const free = spaces.find((spot) => !taken.some((other) => overlap(spot, other)));
    if (!free && group.zone.kind === 'gateway') return []; // its mark says it, and nearer by there is room
    const chosen = free ?? spaces.find((spot) => !overlap(spot, controls)) ?? spaces[0]; // over marks rather than under controls, which would cover it
    taken.push(chosen);
    return [{ zone: group.zone, x: chosen.x, y: chosen.y }];
  });
}

/** Places; where they lie too close, their district instead. */
function groupsOf(zones, spots) {
  const places = zones
    .filter((zone) => zone.kind === 'place' || zone.kind === 'gateway')
    .map((zone) => group(zone, spots))
    .filter(Boolean);
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

/** Beside, above, below; above and below with one end where the marks end; off the corners of a single mark. */
function candidates({ left, right, top, bottom, x, y }, w) {
  const [middle, above, below] = [y - HEIGHT / 2, top - GAP - HEIGHT, bottom + GAP];
  const [after, before, centre, from, to] = [right + GAP, left - GAP - w, x - w / 2, left - MARK, right + MARK - w];
  const [higher, lower] = [above + HEIGHT / 2, below - HEIGHT / 2];
  const corners =
    left === right
      ? [
          [after, higher],
          [after, lower],
          [before, higher],
          [before, lower],
        ]
      : [];
  return [
    [after, middle],
    [before, middle],
    [centre, above],
    [centre, below],
    [to, below],
    [from, below],
    [to, above],
    [from, above],
    ...corners,
  ].map(([at, up]) => ({ x: at, y: up, w, h: HEIGHT }));
}

function seen({ x, y }, { width, height }) {
  return x > 0 && y > 0 && x < width && y < height;
}

/** The name of what is on the map stays on it. */
function within(spot, { width, height }) {
  const pull = (at, size, room) => Math.max(4, Math.min(room - size - 4, at));
  return { ...spot, x: pull(spot.x, spot.w, width), y: pull(spot.y, spot.h, height) };
}

function overlap(a, b) {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
