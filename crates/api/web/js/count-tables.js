/** One day behind a number of the ledger: a table by hour and source, one by device. */
import { list } from './api.js';
import { answer, shown } from './answer.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { byDevice, byHour } from './ledger-rules.js';
import { address } from './route.js';
import { verdictMark } from './shapes.js';
import { head } from './states.js';
import { HOUR, rfc3339 } from './time.js';

const DAY = 24 * HOUR;
const VIEWS = ['hour', 'device'];

/**
 * @param {{number:any, day:number, by:string, devices:Map<number, any>}} view is written to as the reader chooses
 * @param {any[]} rows by source
 * @param {number} total of the day
 * @param {() => void} redraw
 */
export function detailSection(view, rows, total, redraw) {
  const { day } = view;
  const choose = (by) => () => {
    view.by = by;
    redraw();
  };
  const choice = (by) =>
    h(
      'button',
      { type: 'button', 'aria-pressed': String(view.by === by), 'data-focus': `by ${by}`, onclick: choose(by) },
      t(`count.by.${by}`),
    );
  const span = t('count.span', { from: format.moment(day), to: format.moment(day + DAY) });
  return h(
    'section',
    { 'data-testid': 'count-day' },
    head(null, format.date(day), span),
    h('div', { class: 'chooser', role: 'group', 'aria-label': t('count.by') }, VIEWS.map(choice)),
    view.by === 'hour' ? hours(byHour(rows, view.number, day), total) : devices(view, total, redraw),
  );
}

function figures(values, tag = 'td') {
  return values.map((value) => h(tag, { class: 'n' }, value === 0 ? '–' : format.number(value)));
}

function hours({ sources, hours: found, totals }, total) {
  const several = sources.length > 1;
  const columns = [t('count.hour'), ...sources, several && t('count.all')].filter(Boolean);
  const line = ({ start, values, value, balanced }) =>
    h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        `${format.clock(start)}–${format.clock(start + HOUR)}`,
        balanced ? null : h('span', { class: 'bad' }, ' ', verdictMark(false), t('tile.ledger.bad')),
      ),
      figures(several ? [...values, value] : values),
    );
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('count.by.hour') },
    h(
      'table',
      { class: 'count-table' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          columns.map((column, at) => h('th', { scope: 'col', class: at ? 'n' : null }, column)),
        ),
      ),
      h('tbody', {}, found.map(line)),
      h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, t('count.total')), figures(several ? [...totals, total] : totals, 'td'))),
    ),
  );
}

/** Asked once a day that is looked at. */
function devices(view, total, redraw) {
  const { day, number } = view;
  if (!view.devices.has(day)) {
    const asked = answer(
      () => list('ledger/rows', { by: 'device', from: rfc3339(day), to: rfc3339(day + DAY), limit: 10_000 }),
      () => view.by === 'device' && view.day === day && redraw(),
    );
    view.devices.set(day, asked);
    asked.load();
  }
  return shown(view.devices.get(day), (rows) => deviceTable(byDevice(rows, number, day, total), total));
}

function deviceTable({ devices: found, rest }, total) {
  if (found.length === 0) return h('p', { class: 'note' }, t('count.noDevices'));
  const line = ({ device, value }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('a', { href: address('device', device), class: 'quiet', 'data-focus': device }, h('code', {}, device))),
      figures([value]),
    );
  return h(
    'table',
    { class: 'count-table' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('devices.device')), h('th', { scope: 'col', class: 'n' }, t('count.all')))),
    h(
      'tbody',
      {},
      found.map(line),
      rest > 0 ? h('tr', {}, h('th', { scope: 'row', class: 'note' }, t('count.noDevice')), figures([rest])) : null,
    ),
    h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, t('count.total')), figures([total - Math.min(0, rest)]))),
  );
}
