/** Moves points of the screen apart that would cover each other. Pure and deterministic. */

const ROUNDS = 150;
/** With more points than this a map is read by zooming in, and moving them apart would cost more than it tells. */
const MANY = 400;

/**
 * @param {{x:number, y:number, larger?:number}[]} points in pixels; `larger` is by how much one needs more room than others
 * @param {number} distance least distance of two
 * @returns {{x:number, y:number}[]} in the same order
 */
export function spread(points, distance) {
  const moved = points.map(({ x, y, larger = 0 }) => ({ x, y, larger }));
  if (moved.length > MANY) return moved;
  for (let round = 0; round < ROUNDS; round += 1) if (!pushAll(moved, distance)) break;
  return moved.map(({ x, y }) => ({ x, y }));
}

function pushAll(points, distance) {
  let any = false;
  for (let a = 0; a < points.length; a += 1) {
    for (let b = a + 1; b < points.length; b += 1) any = push(points[a], points[b], distance, a + b) || any;
  }
  return any;
}

/** Pushes two points apart, half the way each; true when they were too close. */
function push(a, b, least, turn) {
  const distance = least + a.larger + b.larger;
  let [dx, dy] = [b.x - a.x, b.y - a.y];
  if (Math.abs(dx) >= distance || Math.abs(dy) >= distance) return false;
  let far = Math.hypot(dx, dy);
  if (far >= distance - 0.25) return false;
  if (far < 0.01) [dx, dy, far] = [Math.cos(turn), Math.sin(turn), 1];
  const step = (distance - Math.min(far, distance)) / 2 / far;
  a.x -= dx * step;
  a.y -= dy * step;
  b.x += dx * step;
  b.y += dy * step;
  return true;
}
