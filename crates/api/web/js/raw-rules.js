/** What is said of the single readings of a day. Pure: no clock, no page. */

/**
 * How many readings there are, how many do not count, how many are odd and count, with their remarks by number.
 * @param {{counted:number|null, flags:string[]}[]} items
 * @param {string[]} silent remarks that say nothing odd of a value, such as that it was corrected
 * @returns {{n:number, excluded:number, why:[string, number][], odd:number, remarks:[string, number][]}}
 */
export function tally(items, silent) {
  const out = items.filter(({ counted }) => counted === null);
  const odd = items.filter(({ counted, flags }) => counted !== null && flags.some((flag) => !silent.includes(flag)));
  return { n: items.length, excluded: out.length, why: byNumber(out, silent), odd: odd.length, remarks: byNumber(odd, silent) };
}

/** Remarks and how often, the most frequent first; where nothing else is said, the silent ones. */
function byNumber(items, silent) {
  const counts = new Map();
  for (const { flags } of items) {
    const loud = flags.filter((flag) => !silent.includes(flag));
    for (const flag of loud.length ? loud : flags) counts.set(flag, (counts.get(flag) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}
