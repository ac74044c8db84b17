/** What is in quarantine, by reason. Pure. */

const ORDER = ['fault', 'warning', 'note'];

/**
 * What there is of each reason, ours first, then whose matter it is to mend, noise last; within them the most first.
 * @param {any[]|null} equations of `/ledger`
 * @param {(code:string) => string} severityOf
 * @returns {{reason:string, messages:number, readings:number}[]}
 */
export function groups(equations, severityOf) {
  const found = new Map();
  for (const { name: of, terms } of equations ?? []) {
    if (of === 'windows') continue;
    for (const { name, reason, value } of terms) {
      if (name !== 'quarantined' || !reason || value === 0) continue;
      found.set(reason, { reason, messages: 0, readings: 0, ...found.get(reason), [of]: value });
    }
  }
  const rank = ({ reason }) => ORDER.indexOf(severityOf(reason));
  return [...found.values()].sort(
    (a, b) => rank(a) - rank(b) || b.messages - a.messages || b.readings - a.readings || (a.reason < b.reason ? -1 : 1),
  );
}

/**
 * What was refused of a device by its rows of `/ledger/rows`, messages where whole ones were, else readings; the most first.
 * @returns {{reason:string, n:number}[]}
 */
export function occurredOf(rows) {
  const found = new Map();
  for (const { equation, name, reason, value } of rows.flatMap(({ entries }) => entries)) {
    if (name !== 'quarantined' || value === 0) continue;
    const before = found.get(reason) ?? { messages: 0, readings: 0 };
    found.set(reason, { ...before, [equation]: before[equation] + value });
  }
  const told = [...found].map(([reason, { messages, readings }]) => ({ reason, n: messages || readings }));
  return told.sort((a, b) => b.n - a.n || (a.reason < b.reason ? -1 : 1));
}

/**
 * The hours in which a reason first and last occurred, by rows of `/ledger/rows` by source.
 * @returns {Map<string, {first:number, last:number, messages:number}>} UTC ms of the hours' begins
 */
export function occurred(rows) {
  const found = new Map();
  for (const { start, entries } of rows) {
    const at = Date.parse(start);
    for (const { equation, name, reason, value } of entries) {
      if (name !== 'quarantined' || value === 0) continue;
      const before = found.get(reason) ?? { first: at, last: at, messages: 0 };
      const messages = before.messages + (equation === 'messages' ? value : 0);
      found.set(reason, { first: Math.min(before.first, at), last: Math.max(before.last, at), messages });
    }
  }
  return found;
}
