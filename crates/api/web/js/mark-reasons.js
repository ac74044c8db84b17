/** Why windows in charts were corrected, asked once for each when a reader rests on it. */
import { revisions } from './figure-data.js';
import { figureName, reasonsOf } from './figure-rules.js';
import { t } from './i18n.js';

/** How long a reader rests before it is asked. */
const REST = 250;
/** So many revisions tell the reasons. */
const MOST = 20;
/** @type {Map<string, string[]>} reasons by figure */
const known = new Map();
let waiting = null;

/**
 * "korrigiert: verspätet eingetroffen"; the last figure that is asked for is answered.
 * @param {import('./figure-rules.js').Figure} figure
 * @returns {Promise<string>}
 */
export async function whyCorrected(figure) {
  const name = figureName(figure);
  waiting = name;
  if (!known.has(name)) {
    await new Promise((rest) => setTimeout(rest, REST));
    if (waiting !== name) return t('mark.corrected');
    const found = await revisions(figure, { limit: MOST }).catch(() => null);
    if (!found) return t('mark.corrected');
    known.set(name, reasonsOf(found.items));
  }
  return t('mark.why', {
    reasons: known
      .get(name)
      .map((reason) => t(`reason.of.${reason}`))
      .join(', '),
  });
}
