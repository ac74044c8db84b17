/** The panel of one device: what is wrong and refused, its latest values, its clock, where it hung, its session, its joins, the gateways that hear it. */
import { get, list } from './api.js';
import { clockSection, valuesSection } from './device-facts.js';
import { deviceHistory } from './device-history.js';
import { calibrationSection, placeSection } from './device-place.js';
import { quarantineSection, refusedOf } from './device-quarantine.js';
import { connection, problems } from './device-rules.js';
import { bars, connectionTag, gatewayName, problemWord, quality, share, strength } from './device-words.js';
import { find, h, keepFocus } from './dom.js';
import { addDrawer } from './drawer.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { panelTop } from './panel-top.js';
import { address } from './route.js';
import { shareBar, verdictMark } from './shapes.js';
import { changed, on, state } from './state.js';
import { head } from './states.js';
import { count as many } from './targets.js';

const REFRESH = 10_000;
let open = null;
let failed = null;
/** What only the panel asks for. */
const NO_DETAIL = { latest: null, clock: undefined, installations: null, calibrations: null, refused: [] };
let detail = NO_DETAIL;
/** Draws what is asked for once; null until the device is known. */
let history = null;

/** Follows the address and the state. */
export function startDevicePanel() {
  addDrawer('device', {
    root: find('#device'),
    opened,
    closed: () => {
      open = null;
    },
    home: (id) => document.querySelector(`tr[data-device="${CSS.escape(id)}"] a`),
  });
  on(['devices', 'device', 'poles', 'language'], () => open && draw());
  setInterval(() => open && !document.hidden && refresh(), REFRESH);
}

function opened(id) {
  open = id;
  failed = null;
  detail = NO_DETAIL;
  history = null;
  draw();
  refresh();
}

async function refresh() {
  const id = open;
  try {
    const [{ clock, installations, calibrations, compared, ...device }, latest, refused] = await Promise.all([
      get(`devices/${encodeURIComponent(id)}`),
      list('latest', { device: id }),
      refusedOf(id),
    ]);
    if (open === id) detail = { clock, installations, calibrations, compared, latest, refused };
    state.devices ??= new Map();
    state.devices.set(id, device);
    failed = null;
  } catch (error) {
    failed = error.message;
  }
  if (open === id) changed('device');
}

/** Totals have windows of another property, so the catalogue is waited for. */
function begin(device) {
  const id = open;
  history = deviceHistory(id, detail.latest, { pole: device.pole, compared: detail.compared }, () => open === id && changed('device'));
}

function draw() {
  const device = state.devices?.get(open);
  if (!history && device && detail.latest && state.properties.size) begin(device);
  const panel = find('#device');
  keepFocus(panel, () => panel.replaceChildren(top(device), body(device)));
}

function top(device) {
  const pole = device && state.poles.get(device.pole);
  const place =
    device &&
    h(
      'p',
      { class: 'note' },
      h('a', { href: address('pole', device.pole), 'data-focus': 'pole' }, pole ? `${device.pole} · ${pole.name}` : device.pole),
      ` · ${device.profile}`,
    );
  return panelTop(
    [h('h2', { id: 'device-title' }, open), place],
    device ? h('span', { class: `chip is-${device.state}` }, t(`state.${device.state}`)) : null,
  );
}

function body(device) {
  if (!device)
    return failed
      ? h('p', { class: 'note pad' }, failed)
      : h('div', { class: 'pad' }, h('div', { class: 'skeleton block', 'aria-hidden': 'true' }));
  const radio = device.lorawan;
  const last = device.last_received_at ? t('pole.seen', { time: format.seen(device.last_received_at) }) : t('pole.neverSeen');
  return h(
    'div',
    { class: 'body' },
    h('p', { class: 'air-line' }, connectionTag(device), ' ', h('span', { class: 'note' }, last)),
    wrong(device),
    quarantineSection(device.id, detail.refused),
    valuesSection(detail.latest),
    clockSection(detail.clock),
    ...(radio
      ? [gateways(radio), session(radio), radio.activation === 'otaa' ? joins(radio) : null]
      : [h('section', {}, h('p', { class: 'note' }, t(connection(device) === 'mqtt' ? 'device.mqtt' : 'device.unheard')))]),
    ...(history ? history() : []),
    placeSection(detail.installations),
    calibrationSection(detail.calibrations),
  );
}

/** In plain words, each with what to do; the one thing that an operator comes for. */
function wrong(device) {
  const found = problems(device);
  const item = (problem) =>
    h(
      'li',
      { class: `problem ${problem.kind}` },
      verdictMark(false),
      h('div', {}, h('b', {}, problemWord(problem)), h('p', { class: 'note' }, t(`problem.${problem.kind}.step`))),
    );
  const inside = found.length
    ? h('ul', { class: 'problems' }, found.map(item))
    : h('p', { class: 'fine' }, verdictMark(true), t('problem.none'));
  return h('section', {}, head(null, t('device.wrong')), inside);
}

function facts(pairs) {
  return h(
    'dl',
    { class: 'facts' },
    pairs.map(([key, value]) => h('div', {}, h('dt', {}, t(`device.${key}`)), h('dd', {}, value ?? '–'))),
  );
}

const count = (n) => (n === null ? null : format.number(n));
const moment = (at) => (at ? format.moment(Date.parse(at)) : null);

function session(radio) {
  const title = head(
    null,
    t('device.session'),
    radio.since ? t('device.since', { time: moment(radio.since) }) : t(radio.activation === 'abp' ? 'device.always' : 'device.noSession'),
  );
  const total = radio.received + radio.lost;
  const kept =
    total > 0 &&
    h(
      'div',
      { class: 'kept' },
      shareBar([
        { share: radio.received / total, kind: 'received' },
        { share: radio.lost / total, kind: 'lost' },
      ]),
      h(
        'p',
        {},
        h('span', {}, t('device.received', { n: count(radio.received) })),
        h('span', { class: radio.lost ? 'lost-word' : '' }, t('device.lost', { n: count(radio.lost), share: share(radio.loss) })),
      ),
    );
  return h(
    'section',
    {},
    title,
    kept || null,
    facts([
      ['address', radio.dev_addr && h('code', {}, radio.dev_addr)],
      ['copies', count(radio.copies)],
      ['up', count(radio.f_cnt_up)],
      ['reset', t(radio.reset ? 'yes' : 'no')],
      ['down', count(radio.f_cnt_down)],
      ['mac', radio.mac_commands?.map(({ name, n }) => `${name} ${count(n)}`).join(', ') || null],
    ]),
  );
}

function joins(radio) {
  return h(
    'section',
    {},
    head(null, t('device.joins')),
    facts([
      ['joined', count(radio.joins)],
      ['pending', t(radio.join_pending ? 'yes' : 'no')],
      ['lastJoin', moment(radio.last_join)],
      ['refused', count(radio.joins_refused)],
    ]),
  );
}

function gateways(radio) {
  const most = Math.max(1, ...radio.gateways.map(({ frames }) => frames));
  const inside = radio.gateways.length
    ? h(
        'ol',
        { class: 'hearing' },
        radio.gateways.map((one) => hearing(one, one.frames / most)),
      )
    : h('p', { class: 'note' }, t('device.unheard'));
  return h('section', {}, head(null, t('device.gateways'), radio.gateways.length > 1 ? t('device.bestFirst') : null), inside);
}

/** The length of the bar is how much of the device this gateway hears, against the one that hears most. */
function hearing(one, part) {
  const known = state.gateways.has(one.id);
  const name = known
    ? h('a', { href: address('gateway', one.id), 'data-focus': one.id }, gatewayName(one))
    : h('span', {}, gatewayName(one));
  const told = [...quality(one), t('device.hearing', { frames: many('frame', one.frames), time: format.seen(one.last_heard_at) })];
  return h(
    'li',
    {},
    h('div', { class: 'heard' }, bars(one), h('b', {}, name), h('span', { class: 'n' }, strength(one))),
    shareBar([{ share: part, kind: 'frames' }]),
    h('p', { class: 'note' }, told.join(' · ')),
  );
}
