/** How the counters of a pole count, in words for those who walk past them. */
import { h } from './dom.js';
import { t } from './i18n.js';
import { head } from './states.js';

/** @returns {HTMLElement|null} null where nothing is counted */
export function sensing(devices) {
  const principles = [...new Set(devices.map((device) => device.sensing).filter((principle) => principle && principle !== 'none'))];
  if (principles.length === 0) return null;
  return h('section', { 'data-testid': 'sensing' }, head(null, t('sensing.title')), principles.map((principle) => h('p', {}, t(`sensing.${principle}`))));
}
