/** Why bars were corrected: for the few that changed most, when, for what reason and by how much. */
import { h } from './dom.js';
import { revisions } from './figure-data.js';
import { CROSSINGS, reasonsOf } from './figure-rules.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { nameOf } from './planning-bars.js';

/** More corrected windows than this are not looked into one by one. */
const MOST = 8;
/** So many are told of. */
const TOLD = 3;
/** A window's revisions are read as far as this. */
const LIMIT = 100;

/**
 * What came of the corrections of the newest bars.
 * @param {any[]} items of `/footfall`, with days or weeks
 */
export async function askCorrections(zone, step, items) {
  const corrected = items.filter(({ state }) => state === 'corrected');
  if (step === '1mo') return { total: corrected.length, told: [] };
  const told = await Promise.all(
    corrected.slice(-MOST).map(async (item) => {
      const found = await revisions(
        { kind: 'zone', id: zone.id, property: CROSSINGS, step, start: Date.parse(item.start) },
        { limit: LIMIT },
      );
      return { item, revisions: found.items, all: found.total, by: change(found.items) };
    }),
  );
  return {
    total: corrected.length,
    told: told
      .filter(({ revisions: list }) => list.length)
      .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
      .slice(0, TOLD),
  };
}

/** From what the first revision changed to what the last one made of it. */
function change(list) {
  const first = list[0]?.former.value ?? 0;
  return (list.at(-1)?.after.value ?? first) - first;
}

/** "28. Nov. am 29. November korrigiert (3 Revisionen: verspätet eingetroffen, +212)." */
export function corrections({ total, told }, step) {
  if (total === 0) return null;
  const line = ({ item, revisions: list, all, by }) =>
    h(
      'li',
      {},
      t(all === 1 ? 'planning.corrected.once' : 'planning.corrected.times', {
        window: nameOf(item, step),
        day: format.day(Date.parse(list.at(-1).received_at)),
        n: format.number(all),
        reasons: reasonsOf(list)
          .map((reason) => t(`reason.of.${reason}`))
          .join(', '),
        by: format.signed(by),
      }),
    );
  return h(
    'div',
    { class: 'corrections' },
    h(
      'p',
      { class: 'note' },
      t(total === 1 ? 'mark.note.one' : 'mark.note.n', { n: format.number(total) }),
      '. ',
      t('planning.corrected.mark'),
    ),
    told.length ? h('ul', { class: 'note' }, told.map(line)) : null,
  );
}
