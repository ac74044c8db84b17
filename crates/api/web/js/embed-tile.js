/** The widget of one zone: how many passed today, against the usual day, and the air. */
import { loadAll, mainZone } from './data.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { judge } from './sentence.js';
import { airWord, isClass, shape } from './shapes.js';
import { state } from './state.js';
import { instead } from './states.js';

/** Draws it into `box`. */
export function drawTile(box) {
  const zone = mainZone();
  const count = zone && state.counts.get(zone.id);
  const other = instead('poles', !zone, t('squares.empty'), loadAll) ?? (count ? null : instead('counts', true, t('today.empty'), loadAll));
  box.replaceChildren(
    other ??
      h(
        'section',
        { class: 'embed-tile', 'data-testid': 'embed-tile' },
        h('h2', {}, t('today.title', { zone: zone.name })),
        crossings(count),
        airOf(zone),
      ),
  );
}

function crossings(count) {
  if (count.today === null) return h('p', { class: 'note' }, t('tile.footfall.none'));
  const judged = judge(count);
  const share =
    count.coverage !== null && count.coverage < 0.995 ? ` · ${t('today.counted', { share: format.percent(count.coverage) })}` : '';
  return [
    h('p', { class: 'big' }, format.number(count.today)),
    h('p', { class: 'note' }, t('today.until', { time: format.clock(count.until) }) + share),
    judged === 'unknown' ? null : h('p', { class: `against ${judged}` }, t(`usual.${judged}`)),
  ];
}

function airOf(zone) {
  const classed = zone.poles.map((id) => state.poles.get(id)).filter((pole) => isClass(pole?.air?.class));
  if (classed.length === 0) return h('p', { class: 'air' }, shape(null, 22), airWord(null));
  const worst = classed.reduce((a, b) => (b.air.class > a.air.class ? b : a));
  return [
    h('p', { class: 'air' }, shape(worst.air.class, 22), t('embed.air', { air: airWord(worst.air.class) })),
    h('p', { class: 'note' }, [t(`${worst.air.worst}.short`), format.hour(Date.parse(worst.air.hour)), t('sentence.honest')].join(' · ')),
  ];
}
