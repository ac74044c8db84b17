/** The way from a value to its trace. */
import { figure, named } from './attempt.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { state } from './state.js';
import { traceId } from './trace-rules.js';

/** The address of a reading's way. `item` is one of `/latest` or a raw point. */
export function traceAddress({ device, property, channel, event_time: time }) {
  return address('trace', traceId({ device, property, channel, time }));
}

/** Its time, which opens its way to those who may see it. */
export function traceLink(item) {
  if (state.role === 'public') return h('span', {}, format.seen(item.event_time));
  const label = t('trace.open', { value: `${named(item.property, item.channel)} ${figure(item.property, item.value)}` });
  return h(
    'a',
    {
      class: 'when',
      href: traceAddress(item),
      title: label,
      'aria-label': `${format.seen(item.event_time)}, ${label}`,
      'data-focus': `trace ${item.device} ${item.property}/${item.channel}`,
    },
    format.seen(item.event_time),
  );
}
