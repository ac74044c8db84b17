/** What of a device's history is worth a look. Pure. */

/** Its newest reading; null without any. */
export function newest(latest) {
  return latest.reduce((best, one) => (best && Date.parse(best.received_at) >= Date.parse(one.received_at) ? best : one), null);
}

/**
 * The properties that a device has windows of, each once: of a total those of its differences.
 * @param {{property:string}[]} latest
 * @param {Map<string, {counts:string|null}>} catalogue
 */
export function windowed(latest, catalogue) {
  return [...new Set(latest.map(({ property }) => catalogue.get(property)?.counts ?? property))];
}

/**
 * Windows that were corrected, the newest first.
 * @param {{property:string, items:{start:string, end:string, revision:number}[]}[]} series
 */
export function corrected(series) {
  const found = series.flatMap(({ property, items }) =>
    items.filter(({ revision }) => revision > 0).map((item) => ({ property, ...item })),
  );
  return found.sort((a, b) => Date.parse(b.start) - Date.parse(a.start) || (a.property < b.property ? -1 : 1));
}

/** The newest hour that has a value and a median beside it; null without any. */
export function newestCompared(items) {
  return items.findLast(({ value, median }) => value !== null && median !== null) ?? null;
}
