/** The panel of what a target refused: each line with the server's words and the next step. */
import { get } from './api.js';
import { find, h, keepFocus } from './dom.js';
import { addDrawer } from './drawer.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { panelTop } from './panel-top.js';
import { address } from './route.js';
import { on, state } from './state.js';
import { broken, head, skeleton } from './states.js';
import { named, refusedReadings } from './target-rules.js';
import { count, reasonLinks, reasonWord, targetName } from './targets.js';

const PAGE = 20;
/** The service keeps so many lines of a target. */
const KEPT = 10_000;
const NOTHING = { items: null, next: null, error: null };
let open = null;
let view = { ...NOTHING };

/** Follows the address. */
export function startRefusedPanel() {
  const home = (id) => document.querySelector(`[data-focus="${CSS.escape(named(id).reason ? id : `refused ${id}`)}"]`);
  addDrawer('refused', {
    root: find('#refused'),
    opened,
    closed: () => {
      open = null;
    },
    home,
  });
  on(['language', 'ledger'], () => open && draw());
}

function opened(id) {
  open = named(id);
  view = { ...NOTHING };
  draw();
  loadPage();
}

async function loadPage() {
  const asked = open;
  const question = { reason: asked.reason || null, limit: PAGE, cursor: view.next };
  const answer = await get(`targets/${encodeURIComponent(asked.target)}/refused`, question).catch((error) => ({ error: error.message }));
  if (open !== asked) return;
  view = answer.error
    ? { ...view, error: answer.error }
    : { items: [...(view.items ?? []), ...answer.items], next: answer.next, error: null };
  draw();
}

function draw() {
  const panel = find('#refused');
  keepFocus(panel, () => panel.replaceChildren(top(), h('div', { class: 'body' }, filter(), h('section', {}, lines()))));
}

function top() {
  return panelTop([h('h2', { id: 'refused-title' }, t('refused.title')), h('p', { class: 'note' }, targetName(open.target))]);
}

/** All reasons of the target, each with its readings. */
function filter() {
  const target = state.targets?.find(({ name }) => name === open.target);
  if (!target?.refused.length) return null;
  const all = h(
    'a',
    { class: 'chip', href: address('refused', target.name), 'data-focus': 'all', 'aria-current': open.reason ? null : 'true' },
    `${t('quarantine.all')} ${format.number(refusedReadings(target))}`,
  );
  const many = target.refused.reduce((sum, one) => sum + one.lines, 0) > KEPT;
  return h(
    'section',
    {},
    h('nav', { class: 'reasons', 'aria-label': t('quarantine.filter') }, all, reasonLinks(target, open.reason)),
    h('p', { class: 'note' }, t('refused.help')),
    many ? h('p', { class: 'note' }, t('refused.kept', { n: format.number(KEPT) })) : null,
  );
}

function lines() {
  if (view.error) return broken(view.error, loadPage);
  if (!view.items) return skeleton();
  if (view.items.length === 0) return h('div', { class: 'state' }, h('p', { class: 'state-word' }, t('refused.empty')));
  const more = view.next && h('button', { type: 'button', class: 'btn', 'data-focus': 'more', onclick: loadPage }, t('quarantine.more'));
  return [head(null, t('refused.lines'), t('refused.newest')), h('ol', { class: 'lines' }, view.items.map(line)), more];
}

/** The next step stands once, where a reason comes first. */
function line({ refused_at: at, reason, readings, detail, line: text }, index) {
  const first = view.items[index - 1]?.reason !== reason;
  const when = `${format.moment(Date.parse(at))} · ${count('value', readings)}`;
  return h(
    'li',
    {},
    h('p', {}, h('b', {}, reasonWord(reason)), ' ', h('span', { class: 'note' }, when)),
    first && knows(`refused.${reason}.step`) ? h('p', { class: 'step' }, t(`refused.${reason}.step`)) : null,
    h('p', { class: 'words' }, t('target.words', { words: detail })),
    h('pre', {}, text),
  );
}
