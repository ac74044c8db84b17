/** Loads the parts of the page into the state and keeps them fresh. A part that fails keeps what it had and says so. */
import { get, inParallel, list } from './api.js';
import { INDICES } from './figure-rules.js';
import { changed, state } from './state.js';
import { HOUR, civil, midnight, rfc3339, wallClock } from './time.js';
import { counts } from './usual.js';
import { operates } from './view-rules.js';

const SECOND = 1000;
const LOADERS = {
  poles: loadPoles,
  ledger: loadLedger,
  counts: loadCounts,
  heat: loadHeat,
  gateways: loadGateways,
  devices: loadDevices,
  themes: () => import('./themes.js').then(({ loadThemes }) => loadThemes()),
};
/** Parts that only operators may ask for. */
const OPERATION = ['ledger', 'gateways', 'devices'];
/** Devices of one answer: ten thousand at once would hold the page up while they are read. */
const DEVICES = 1000;
const running = new Map();

/** Asks whom the service takes this page for: nothing else is asked before. One that is away is asked again when it is back. */
export async function loadRole() {
  const me = await get('me').catch(() => null);
  const role = me?.role ?? state.role;
  if (me) Object.assign(state, { role, account: me.name, canLogIn: me.can_log_in });
  if (role) document.body.dataset.role = role;
  changed('role');
}

/** Loads parts, as far as they are for this page; a part that is being loaded already is not asked for twice. */
export function load(...parts) {
  const own = parts.filter((part) => operates(state.role) || !OPERATION.includes(part));
  return Promise.all(
    own.map((part) => {
      if (!running.has(part))
        running.set(
          part,
          attempt(part).finally(() => running.delete(part)),
        );
      return running.get(part);
    }),
  );
}

/** Loads everything: first what the first screen needs. */
export async function loadAll() {
  await load('poles', 'ledger', 'gateways');
  await load('counts', 'heat', 'themes', 'devices');
}

/** Keeps the parts fresh while the page is seen; `isFilling` says whether history is still being folded. */
export function keepFresh(isFilling) {
  const every = (seconds, ...parts) => setInterval(() => document.hidden || load(...parts), seconds * SECOND);
  every(20, 'poles', 'ledger', 'gateways');
  every(30, 'devices');
  every(60, 'counts', 'themes');
  every(300, 'heat');
  document.addEventListener('visibilitychange', () => document.hidden || loadAll());
  let filling = 0;
  setInterval(() => {
    const before = filling;
    filling = isFilling() ? filling + 1 : 0;
    if (filling || before) load('poles', 'counts', ...(filling % 3 === 0 ? ['heat'] : [])); // the strip asks much
  }, 6 * SECOND);
}

async function attempt(part) {
  try {
    await LOADERS[part]();
    state.errors.delete(part);
    state.loaded.add(part);
  } catch (error) {
    state.errors.set(part, error.message);
  }
  changed(part);
}

async function loadPoles() {
  const [poles, zones, properties] = await Promise.all([
    list('poles'),
    state.zones ?? list('zones'),
    state.properties.size ? null : list('properties'),
  ]);
  const byId = (found) => new Map(found.map((pole) => [pole.id, pole]));
  state.poles = byId(poles.filter(({ provider }) => !provider));
  state.foreign = byId(poles.filter(({ provider }) => provider));
  state.zones = zones;
  if (properties) state.properties = new Map(properties.map((property) => [property.id, property]));
}

async function loadLedger() {
  const { equations, excluded, targets } = await get('ledger');
  state.excluded = excluded;
  state.equations = equations;
  state.targets = targets;
}

async function loadGateways() {
  state.gateways = new Map((await list('gateways')).map((gateway) => [gateway.id, gateway]));
}

async function loadDevices() {
  state.devices = new Map((await list('devices', { limit: DEVICES })).map((device) => [device.id, device]));
}

/** What stands on poles and zones cannot be asked without them. */
function needZones() {
  if (!state.zones) throw new Error(state.errors.get('poles'));
}

/** Places of the city, in the order of the registry. */
export function places() {
  return (state.zones ?? []).filter((zone) => zone.kind === 'place');
}

/** The zone whose day the page tells: the one that the address names (`?zone=am-markt`), the one called Altstadt, else the largest that counts. */
export function mainZone() {
  const counting = (state.zones ?? []).filter((zone) => zone.count && zone.count !== 'none');
  const asked = new URLSearchParams(location.search).get('zone');
  const wanted = asked !== null && counting.find((zone) => zone.id === asked);
  if (wanted) return wanted;
  const named = counting.find((zone) => zone.id === 'altstadt') ?? counting.find((zone) => /altstadt/i.test(`${zone.id} ${zone.name}`));
  return named ?? [...counting].sort((a, b) => b.poles.length - a.poles.length)[0] ?? null;
}

async function loadCounts() {
  needZones();
  const now = Date.now();
  const main = mainZone();
  const zones = state.isWidget ? [] : places().filter((zone) => zone.count && zone.count !== 'none');
  if (main && !zones.includes(main)) zones.push(main);
  await inParallel(zones.map((zone) => async () => state.counts.set(zone.id, await loadZone(zone, zone === main, now))));
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Yesterday's date: its hours are asked for beside those of the same weekdays. */
function dayBefore(now) {
  return wallClock(midnight(now, -1)).slice(0, 10);
}

async function loadZone(zone, withQuarters, now) {
  const isPublic = state.role === 'public'; // who sees a day once it is over, so its quarters are added up
  const ask = (from, step, days = null) =>
    list('footfall', { zone: zone.id, from: rfc3339(from), to: rfc3339(now), step, days, public: isPublic || null });
  const [hours, days, quarters] = await Promise.all([
    ask(midnight(now, -28), '1h', `${DAYS[civil(now).weekday]},${dayBefore(now)}`),
    isPublic ? [] : ask(midnight(now), '1d'),
    withQuarters || isPublic ? ask(midnight(now) - HOUR, '15m') : [],
  ]);
  return counts({ hours, days, quarters }, now);
}

/** The classes of the last 24 full hours, of each place that of its worst pole. */
async function loadHeat() {
  needZones();
  const to = Math.floor(Date.now() / HOUR) * HOUR;
  const from = to - 24 * HOUR;
  await inParallel(
    places()
      .filter(({ poles }) => poles.length)
      .map((place) => async () => {
        const items = await list('air', { zone: place.id, from: rfc3339(from), to: rfc3339(to) });
        const byStart = new Map(items.map((item) => [Date.parse(item.start), item.indices.find(({ index }) => index === INDICES[0])]));
        state.heat.set(
          place.id,
          Array.from({ length: 24 }, (_, at) => hourOf(from + at * HOUR, byStart)),
        );
      }),
  );
}

function hourOf(start, byStart) {
  const found = byStart.get(start);
  const isKnown = found && found.class !== null && found.class !== undefined;
  return { start, found: isKnown ? { class: found.class, worst: found.worst, pole: found.pole } : null };
}
