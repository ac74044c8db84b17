/** What else is known of a device: its latest values, each with its way; its clock. */
import { figure, named } from './attempt.js';
import { clockState } from './device-rules.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { verdictMark } from './shapes.js';
import { head, skeleton } from './states.js';
import { span } from './target-rules.js';
import { traceLink } from './trace-link.js';

/**
 * @param {any[]|null} latest items of `/latest`; null while they are on their way
 */
export function valuesSection(latest) {
  const row = (item) =>
    h(
      'div',
      {},
      h('dt', {}, named(item.property, item.channel)),
      h('dd', {}, figure(item.property, item.value)),
      h('dd', { class: 'note' }, traceLink(item)),
    );
  const inside = !latest
    ? skeleton()
    : latest.length
      ? h('dl', { class: 'values of-device' }, latest.map(row))
      : h('p', { class: 'note' }, t('device.values.empty'));
  return h('section', { 'data-testid': 'device-values' }, head(null, t('device.values'), t('device.values.note')), inside);
}

/**
 * @param {{source:string, offset_s:number|null, n:number}|null|undefined} clock undefined while it is on its way
 */
export function clockSection(clock) {
  if (clock === undefined) return null;
  const inside = clock ? told(clock) : h('p', { class: 'note' }, t('device.clock.unknown'));
  return h('section', { 'data-testid': 'device-clock' }, head(null, t('device.clock')), inside);
}

function told(clock) {
  const { kind, seconds } = clockState(clock);
  const { unit, n } = span(seconds);
  const good = kind === 'right' || kind === 'none';
  const words = t(`device.clock.${kind}`, { span: t(`span.${unit}`, { n: format.number(n) }) });
  const median =
    clock.offset_s === null
      ? null
      : h(
          'p',
          { class: 'note' },
          `${t('device.clock.median', { offset: format.exact(clock.offset_s).replace('-', '−'), n: format.number(clock.n) })}.`,
        );
  return [
    h('p', { class: good ? 'fine' : 'warn' }, verdictMark(good), ' ', words),
    h('p', { class: 'note' }, t('device.clock.from', { clock: t(`clock.${clock.source}`) })),
    median,
  ];
}
