/** The way of one reading: its address, and what is told of it. Pure. */

/**
 * `am-01-air/pm2_5/0/2026-11-29T10:43:18Z`, as the address has it.
 * @param {{device:string, property:string, channel:number, time:string}} reading its event time to the millisecond
 */
export function traceId({ device, property, channel, time }) {
  return [device, property, channel ?? 0, time].join('/');
}

/** The reading of such an address; null if it is none. A device's name may have strokes. */
export function traced(id) {
  const parts = id.split('/');
  if (parts.length < 4) return null;
  const [property, channel, time] = parts.slice(-3);
  return { device: parts.slice(0, -3).join('/'), property, channel, time };
}

/**
 * Windows by whose they are, each with its steps: the device's, its pole's, the zones'.
 * @param {any[]} windows of `/trace`
 * @returns {{scope:{kind:string, id:string}, property:string, windows:any[]}[]}
 */
export function byScope(windows) {
  const found = new Map();
  for (const window of windows) {
    const key = `${window.scope.kind} ${window.scope.id} ${window.property}`;
    const one = found.get(key) ?? { scope: window.scope, property: window.property, windows: [] };
    one.windows.push(window);
    found.set(key, one);
  }
  return [...found.values()];
}

/** Whether it counts in any window. */
export function countsAnywhere(windows) {
  return windows.some(({ counts }) => counts);
}

/** The remarks that keep it out of windows, each once. */
export function keptOutBy(windows) {
  return [...new Set(windows.flatMap(({ excluded_by: flags }) => flags ?? []))];
}
