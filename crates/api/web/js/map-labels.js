/** Which names stand on the map: places, or their district where the places' names would cover each other. Pure. */

const NAME_WIDTH = 110;
const NAME_HEIGHT = 22;
const ABOVE = 16;

/**
 * @param {any[]} zones
 * @param {Map<string, {x:number, y:number}>} spots of the poles, in pixels
 * @returns {{zone:any, x:number, y:number}[]} bottom centre of each name
 */
export function labelGroups(zones, spots) {
  const places = zones.filter((zone) => zone.kind === 'place').map((zone) => above(zone, spots)).filter(Boolean);
  const names = [];
  for (const parent of new Set(places.map(({ zone }) => zone.parent))) {
    const children = places.filter(({ zone }) => zone.parent === parent);
    const district = zones.find((zone) => zone.id === parent);
    const together = district && children.some((a, at) => children.slice(at + 1).some((b) => covers(a, b)));
    names.push(...(together ? [above({ ...district, poles: children.flatMap(({ zone }) => zone.poles) }, spots)] : children));
  }
  return names;
}

function above(zone, spots) {
  const found = zone.poles.map((id) => spots.get(id)).filter(Boolean);
  if (found.length === 0) return null;
  return { zone, x: found.reduce((sum, { x }) => sum + x, 0) / found.length, y: Math.min(...found.map(({ y }) => y)) - ABOVE };
}

function covers(a, b) {
  return Math.abs(a.x - b.x) < NAME_WIDTH && Math.abs(a.y - b.y) < NAME_HEIGHT * 2;
}
