/** Replays: which ones there were and how far the one is that goes on. What the service knows survives a reload of the page. */
import { get } from './api.js';
import { load } from './data.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { renewMessages } from './quarantine-list.js';
import { reasonWord } from './reason-words.js';
import { ended, running, told } from './repair-rules.js';
import { address } from './route.js';
import { shareBar } from './shapes.js';
import { changed, on, state } from './state.js';

const EVERY = 1000;
let timer = 0;

/** Asks once; as long as a replay goes on, every second. */
export function startReplays() {
  loadReplays();
  on(['ledger'], () => timer || loadReplays()); // others may order one
}

/** What there is now. One that has ended changes what is in quarantine. */
export async function loadReplays() {
  clearTimeout(timer);
  timer = 0;
  const before = ended(state.replays);
  try {
    state.replays = (await get('replays')).items;
    state.errors.delete('replays');
  } catch (error) {
    state.errors.set('replays', error.message);
  }
  if (running(state.replays)) timer = setTimeout(loadReplays, EVERY);
  if (before !== null && ended(state.replays) !== before) {
    load('ledger');
    renewMessages();
    setTimeout(renewMessages, EVERY); // what left the quarantine may be listed for a moment yet
  } // a short one is never seen to run
  changed('replays');
}

/** "1.203 Nachrichten → 4.812 Messwerte, 7 Fenster korrigiert, 0 Widersprüche" */
export function effectWords(effect) {
  const word = ({ name, n }) => t(`effect.${name}.${n === 1 ? 'one' : 'many'}`, { n: format.number(n) });
  const {
    always: [messages, ...rest],
    besides,
  } = told(effect);
  return { sentence: `${word(messages)} → ${rest.map(word).join(', ')}`, besides: besides.map(word) };
}

/** Which messages a selection means: "Gerät unbekannt · am-01-air · seit 24. Nov., 14:15". */
export function selectionWords({ of, reason, device, source, from, to }) {
  const time = (key, at) => at && t(key, { time: format.moment(Date.parse(at)) });
  const first = of === 'all' ? t('repair.all') : reason ? reasonWord(reason) : t('repair.quarantined');
  return [first, device, source && t('repair.ofSource', { source }), time('repair.since', from), time('repair.until', to)]
    .filter(Boolean)
    .join(' · ');
}

/** How far a replay is, with a bar. */
export function progress({ share, effect }) {
  const percent = format.number(Math.floor(share * 100));
  return h(
    'div',
    {
      class: 'progress',
      role: 'progressbar',
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-valuenow': Math.floor(share * 100),
      'aria-label': t('repair.progress'),
    },
    shareBar([{ share, kind: 'received' }]),
    h('p', {}, h('b', {}, `${percent} %`), ' ', t('repair.sofar', { effect: effectWords(effect).sentence })),
  );
}

/** On the card of the quarantine: the one that goes on, and the way to it. */
export function replayLine() {
  const now = running(state.replays);
  if (!now) return null;
  return h(
    'a',
    { class: 'replay-line', href: address('repair', ''), 'data-focus': 'replay', 'data-testid': 'replay-line' },
    t('repair.running', { share: `${format.number(Math.floor(now.share * 100))} %` }),
  );
}
