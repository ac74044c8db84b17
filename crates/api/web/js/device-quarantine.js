/** What is in quarantine of one device, by its rows of the ledger in the last days. */
import { list } from './api.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { occurredOf } from './quarantine-rules.js';
import { reasonWord, remedy, replayable, severity, severityMark } from './reason-words.js';
import { address } from './route.js';
import { head } from './states.js';
import { HOUR, rfc3339 } from './time.js';

const DAYS = 7;

/** What was refused of a device in the last days, by reason. */
export async function refusedOf(device) {
  const from = rfc3339(Date.now() - DAYS * 24 * HOUR);
  return occurredOf(await list('ledger/rows', { by: 'device', device, from, limit: 100 }));
}

/**
 * A section; null when nothing was refused.
 * @param {{reason:string, n:number}[]} refused
 */
export function quarantineSection(device, refused) {
  if (refused.length === 0) return null;
  const again = (reason) =>
    replayable(reason) && h('a', { href: address('repair', `${reason}/${device}`), 'data-focus': `repair ${reason}` }, t('repair.again'));
  const line = ({ reason, n }) =>
    h(
      'li',
      {},
      severityMark(severity(reason), true),
      h('a', { href: `#quarantine=${encodeURIComponent(reason)}`, 'data-focus': `reason ${reason}` }, reasonWord(reason)),
      h('b', { class: 'n' }, format.number(n)),
      h('span', { class: 'note step' }, remedy(reason)),
      h('span', { class: 'again' }, again(reason)),
    );
  return h(
    'section',
    { 'data-testid': 'device-quarantine' },
    head(null, t('quarantine.title'), t('device.quarantine', { n: DAYS })),
    h('ul', { class: 'parts by-reason' }, refused.map(line)),
  );
}
