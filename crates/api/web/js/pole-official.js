/** The same hour at the nearest official station, beside that of a pole. */
import { get } from './api.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { airWord, isClass, shape } from './shapes.js';
import { state } from './state.js';

const HOUR = 3_600_000;

/** Fills `root`; it stays empty where no station is near, and for a place of others. */
export async function official({ id, provider, air }, root) {
  root.replaceChildren();
  if (provider || !air?.hour) return;
  const start = Date.parse(air.hour);
  try {
    const { items } = await get('air', { pole: id, from: air.hour, to: new Date(start + HOUR).toISOString() });
    const beside = items[0]?.official;
    if (beside) root.replaceChildren(...lines(beside, air));
  } catch {
    root.replaceChildren(); // our own hour stands without it
  }
}

function lines({ station, name, provider, distance_m: away, pollutants, indices }, air) {
  const found = indices.find(({ index }) => index === air.index)?.class;
  const values = pollutants
    .filter(({ value }) => value !== null)
    .map(
      ({ pollutant, value, unit }) =>
        `${t(`${pollutant}.short`)} ${format.value(value, state.properties.get(pollutant))} ${format.unit(unit)}`,
    );
  const where = t('official.where', { provider, distance: format.number(Math.round(away / 100) / 10) });
  return [
    h(
      'p',
      {},
      isClass(found) ? shape(found, 18) : null,
      h('b', {}, h('a', { href: address('pole', station) }, name)),
      ` ${isClass(found) ? airWord(found) : ''}`,
    ),
    h('p', { class: 'note' }, [t('official.status'), where, ...values].join(' · ')),
  ];
}
