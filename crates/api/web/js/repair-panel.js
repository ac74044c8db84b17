/** The panel in which messages are read anew: which ones, a dry run in words, the order, its progress, those before. */
import { failed } from './answer.js';
import { post } from './api.js';
import { find, h, keepFocus } from './dom.js';
import { addDrawer } from './drawer.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { panelTop } from './panel-top.js';
import { remedy } from './reason-words.js';
import { repairForm } from './repair-form.js';
import { changes, mistake, prefilled, running, selection } from './repair-rules.js';
import { effectWords, loadReplays, progress, selectionWords } from './replays.js';
import { on, state } from './state.js';
import { broken, head, skeleton } from './states.js';

/** Where the order stands: `chosen`, `trying`, `tried`, `ordering`, `ordered`. */
let view = null;

/** Follows the address and the replays. */
export function startRepairPanel() {
  addDrawer('repair', {
    root: find('#repair'),
    opened,
    closed: () => {
      view = null;
    },
    home: (id) => document.querySelector(`[data-focus="${CSS.escape(id ? `repair ${id}` : 'repair')}"]`),
  });
  on(['language', 'reasons', 'sources'], () => view && draw());
  on(['replays'], () => view && drawReplays());
}

function opened(id) {
  view = {
    form: prefilled(id),
    stage: 'chosen',
    effect: null,
    error: null,
    ordered: null,
    result: h('div', { class: 'result', 'aria-live': 'polite' }),
    replays: h('div'),
  };
  draw();
  loadReplays();
}

function draw() {
  const panel = find('#repair');
  keepFocus(panel, () =>
    panel.replaceChildren(
      panelTop([h('h2', { id: 'repair-title' }, t('repair.title')), h('p', { class: 'note' }, t('repair.help'))]),
      h('div', { class: 'body' }, h('section', {}, repairForm(view.form, rechosen, tryOut), view.result), view.replays),
    ),
  );
  drawResult();
  drawReplays();
}

/** What was said of another selection no longer holds. */
function rechosen() {
  view = { ...view, stage: 'chosen', effect: null, error: null, ordered: null };
  drawResult();
}

async function tryOut() {
  const wrong = mistake(view.form);
  if (wrong) {
    view.error = { message: t(`repair.mistake.${wrong}`), plain: true };
    drawResult();
    return;
  }
  await send('trying', 'tried', true, ({ effect }) => {
    view.effect = effect;
  });
}

async function order() {
  await send('ordering', 'ordered', false, ({ id }) => {
    view.ordered = id;
  });
  await loadReplays();
  if (view && document.activeElement === document.body) find('#repair').focus({ preventScroll: true }); // the button is gone
}

/** Sends the order; an answer that comes when the reader has chosen anew or gone is not theirs. */
async function send(meanwhile, then, dry, take) {
  const mine = view.form;
  view = { ...view, stage: meanwhile, error: null };
  drawResult();
  const said = await post('replays', { dry_run: dry, selection: selection(mine) }).catch((error) => ({ error }));
  if (view?.form !== mine || view.stage !== meanwhile) return;
  view.stage = said.error ? 'chosen' : then;
  if (said.error) view.error = said.error;
  else take(said);
  drawResult();
}

function drawResult() {
  keepFocus(view.result, () => view.result.replaceChildren(...[result()].flat().filter(Boolean)));
}

function result() {
  if (view.error) return refusal(view.error);
  if (view.stage === 'trying') return h('p', { class: 'note' }, t('repair.trying'));
  if (view.stage === 'tried' || view.stage === 'ordering') return tried(view.effect);
  return null;
}

/** Nothing is ordered that would change nothing. */
function tried(effect) {
  const { sentence, besides } = effectWords(effect);
  if (!changes(effect))
    return [
      h('p', { class: 'effect' }, t(effect.messages ? 'repair.nothing' : 'repair.noMessages', { effect: sentence })),
      h('p', { class: 'note' }, view.form.reason ? `${t('repair.first')} ${remedy(view.form.reason)}.` : t('repair.firstAny')),
    ];
  return [
    h('p', { class: 'effect' }, h('span', { class: 'note' }, t('repair.would')), h('b', {}, sentence)),
    besides.length
      ? h(
          'ul',
          { class: 'besides' },
          besides.map((one) => h('li', {}, one)),
        )
      : null,
    orderButton(),
  ];
}

function orderButton() {
  const busy = view.stage === 'ordering' || running(state.replays) !== null;
  return h('button', { type: 'button', class: 'btn primary', 'data-focus': 'order', disabled: busy, onclick: order }, t('repair.order'));
}

/** Too many to be tried out may be read anew all the same. */
function refusal(error) {
  if (error.plain) return h('p', { class: 'mistake', role: 'alert' }, error.message);
  if (error.status === 409) return h('p', { class: 'mistake', role: 'alert' }, t('repair.underWay'));
  if (error.status === 422) return [h('p', { class: 'mistake', role: 'alert' }, t('repair.tooMany')), orderButton()];
  if (error.status === 404 && view.form.device.trim())
    return h('p', { class: 'mistake', role: 'alert' }, t('repair.unknownDevice', { device: view.form.device.trim() }));
  return failed(error, tryOut);
}

function drawReplays() {
  const now = running(state.replays);
  const mine = (state.replays ?? []).find((replay) => replay !== now && replay.id === view.ordered);
  const past = (state.replays ?? []).filter((replay) => replay !== now && replay !== mine);
  if (view.result.querySelector('[data-focus=order]')) drawResult(); // it can be ordered again, or not
  view.replays.replaceChildren(
    ...[
      now && section('repair.now', going(now)),
      mine && section('repair.done', ended(mine)),
      (past.length > 0 || !(now || mine)) && section('repair.past', before(past)),
    ].filter(Boolean),
  );
}

function section(title, inside) {
  return h('section', { 'data-testid': title.replace('.', '-') }, head(null, t(title)), inside);
}

function going(replay) {
  return [h('p', { class: 'note' }, selectionWords(replay.selection)), progress(replay)];
}

function ended({ effect }) {
  const { sentence, besides } = effectWords(effect);
  return [
    h('p', { class: 'effect', role: 'status' }, h('b', {}, sentence)),
    besides.length
      ? h(
          'ul',
          { class: 'besides' },
          besides.map((one) => h('li', {}, one)),
        )
      : null,
  ];
}

function before(past) {
  if (!state.replays) return state.errors.has('replays') ? broken(state.errors.get('replays'), loadReplays) : skeleton();
  if (past.length === 0) return h('p', { class: 'note' }, t('repair.none'));
  return h(
    'ol',
    { class: 'past' },
    past.map(({ ordered_at: at, selection: which, effect }) =>
      h(
        'li',
        {},
        h('b', {}, format.moment(Date.parse(at))),
        h('span', {}, selectionWords(which)),
        h('span', { class: 'note' }, effectWords(effect).sentence),
      ),
    ),
  );
}
