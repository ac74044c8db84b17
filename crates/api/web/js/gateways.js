/** The gateways: how they are, and at the top of the operator's part those that are not heard. */
import { load } from './data.js';
import { heardBestBy } from './device-rules.js';
import { share } from './device-words.js';
import { find, h, keepFocus } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { reveal } from './reveal.js';
import { address, route } from './route.js';
import { gatewayMark, verdictMark } from './shapes.js';
import { state } from './state.js';
import { head, instead } from './states.js';
import { count } from './targets.js';

const COLUMNS = ['gateway', 'state', 'seen', 'frames', 'noise', 'answers', 'best'];
/** What needs somebody first. */
const ORDER = ['offline', 'never', 'online'];

/** Draws notices and card. */
export function drawGateways() {
  const gateways = [...state.gateways.values()].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const best = heardBestBy(state.devices?.values() ?? []);
  drawNotices(gateways, best);
  const other = instead('gateways', gateways.length === 0, t('gateways.empty'), () => load('gateways'));
  const card = find('#gateways');
  keepFocus(card, () =>
    card.replaceChildren(head('gateways-title', t('gateways.title'), t('gateways.note')), other ?? table(gateways, best)),
  );
  mark();
}

/** Shows the gateway of the address. */
export function followGateway() {
  const id = route().gateway;
  mark();
  if (id !== undefined) reveal(() => rowOf(id), 'center');
}

function mark() {
  const id = route().gateway;
  for (const row of document.querySelectorAll('tr[data-gateway]')) row.setAttribute('aria-current', String(row.dataset.gateway === id));
}

function rowOf(id) {
  return document.querySelector(`tr[data-gateway="${CSS.escape(id)}"]`);
}

function drawNotices(gateways, best) {
  const quiet = gateways.filter(({ state: now }) => now !== 'online');
  const box = find('#notices');
  const key = JSON.stringify([document.documentElement.lang, quiet.map(({ id, state: now }) => [id, now, best.get(id)])]);
  if (box.dataset.key === key) return; // what is announced is announced once
  box.dataset.key = key;
  box.hidden = quiet.length === 0;
  box.replaceChildren(
    h(
      'ul',
      { class: 'notices' },
      quiet.map((gateway) => notice(gateway, best.get(gateway.id) ?? 0)),
    ),
  );
}

function notice({ id, name, state: now, last_received_at: last }, best) {
  const said = now === 'never' ? t('notice.never', { name }) : t('notice.offline', { name, time: format.since(last) });
  const missed = best === 1 ? t('notice.best.one') : t('notice.best', { n: format.number(best) });
  return h(
    'li',
    { class: `notice ${now}` },
    verdictMark(false),
    h('a', { href: address('gateway', id) }, said),
    best > 0 ? h('span', { class: 'note' }, missed) : null,
    h('span', { class: 'step' }, t(`notice.${now}.step`)),
  );
}

function table(gateways, best) {
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('gateways.caption') },
    h(
      'table',
      { class: 'things gateways' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          COLUMNS.map((column) => h('th', { scope: 'col', class: `c-${column}` }, t(`gateways.${column}`))),
        ),
      ),
      h(
        'tbody',
        {},
        gateways.map((gateway) => row(gateway, best.get(gateway.id) ?? 0)),
      ),
    ),
  );
}

function row(gateway, best) {
  const cell = (column, ...inside) => h('td', { class: `c-${column}`, 'data-column': t(`gateways.${column}`) }, inside);
  return h(
    'tr',
    { 'data-gateway': gateway.id, 'data-state': gateway.state },
    h(
      'th',
      { scope: 'row', class: 'c-gateway' },
      h(
        'div',
        { class: 'heard' },
        gatewayMark(gateway.state),
        h('a', { href: address('gateway', gateway.id), class: 'quiet', 'data-focus': gateway.id }, gateway.name),
      ),
      h('code', { class: 'note' }, gateway.id),
    ),
    cell('state', h('span', { class: `chip is-${gateway.state}` }, t(`gateway.${gateway.state}`))),
    cell('seen', ...heard(gateway)),
    cell('frames', format.number(gateway.frames)),
    cell(
      'noise',
      gateway.frames ? share(gateway.bad_crc / gateway.frames) : '–',
      gateway.frames ? h('div', { class: 'note' }, count('frame', gateway.bad_crc)) : null,
    ),
    cell('answers', ...answers(gateway)),
    cell('best', state.devices ? format.number(best) : '–'),
  );
}

function heard({ last_received_at: last, last_frame_at: frame }) {
  return [last ? format.seen(last) : '–', frame ? h('div', { class: 'note' }, t('gateways.frame', { time: format.seen(frame) })) : null];
}

function answers({ sent, not_sent: failed }) {
  return [format.number(sent), failed > 0 ? h('div', { class: 'note' }, t('gateways.notSent', { n: format.number(failed) })) : null];
}
