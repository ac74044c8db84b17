/** The panel behind a number of the ledger: what it means, its days, and of one day its hours, sources and devices. */
import { answer, shown } from './answer.js';
import { get, inParallel, list } from './api.js';
import { detailSection } from './count-tables.js';
import { find, h, keepFocus } from './dom.js';
import { addDrawer } from './drawer.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { agrees, byDay, dayOf, inLedger, numbered, numberId, sumOf } from './ledger-rules.js';
import { panelTop } from './panel-top.js';
import { groups } from './quarantine-rules.js';
import { meaning, reasonWord, remedy, severity, severityTag } from './reason-words.js';
import { address } from './route.js';
import { shareBar, verdictMark } from './shapes.js';
import { on, state } from './state.js';
import { head } from './states.js';
import { rfc3339 } from './time.js';

const DAY = 86_400_000;
/** Days that are asked for at once. */
const SPAN = 31;
/** Rows are of the last commit and the ledger is of now, so they are asked for again so often, after so many ms. */
const TRIES = 5;
const COMMIT = 1000;
let open = null;
let view = null;

/** Follows the address. */
export function startCountPanel() {
  addDrawer('count', {
    root: find('#count'),
    opened,
    closed: () => {
      open = null;
    },
    home: (id) => document.querySelector(`[data-focus="${CSS.escape(`count ${id}`)}"]`),
  });
  on(['language', 'reasons'], () => open && draw());
}

function opened(id) {
  open = id;
  const mine = { number: numbered(id), spans: 1, day: null, by: 'hour', devices: new Map() };
  mine.rows = answer(
    () => ask(mine),
    () => view === mine && open === id && draw(),
  );
  view = mine;
  draw();
  mine.rows.load();
}

/** The ledger before and after the rows, so that it can be said whether they are all of it, or which are older. */
async function ask({ number, spans }) {
  const from = dayOf(Date.now()) - (spans * SPAN - 1) * DAY;
  const before = inLedger(state.equations ? state : await get('ledger'), number);
  for (let left = TRIES; ; left -= 1) {
    const rows = await rowsOf(from, spans);
    const after = inLedger(await get('ledger'), number);
    const missing = Math.max(0, Math.min(before, after) - sumOf(rows, number));
    const earlier = missing > 0 && (await hasOlder(from)) ? missing : 0;
    if (missing === earlier || left === 0) return { rows, before, after, from, earlier };
    await new Promise((later) => setTimeout(later, COMMIT));
  }
}

async function rowsOf(from, spans) {
  const pieces = Array.from({ length: spans }, (_, at) => from + at * SPAN * DAY);
  return (
    await inParallel(
      pieces.map(
        (begin) => () => list('ledger/rows', { by: 'source', from: rfc3339(begin), to: rfc3339(begin + SPAN * DAY), limit: 10_000 }),
      ),
    )
  ).flat();
}

/** Whether there is anything in the year before. */
async function hasOlder(from) {
  return (await get('ledger/rows', { by: 'source', from: rfc3339(from - 366 * DAY), to: rfc3339(from), limit: 1 })).items.length > 0;
}

function further() {
  view.spans += 1;
  view.rows.load();
}

function draw() {
  const panel = find('#count');
  keepFocus(panel, () =>
    panel.replaceChildren(
      panelTop([h('h2', { id: 'count-title' }, title(view.number)), h('p', { class: 'note' }, t('count.title'))]),
      h('div', { class: 'body' }, about(view.number), shown(view.rows, body)),
    ),
  );
}

/** "Messwerte: Quarantäne, keine Zahl" */
function title({ equation, name, reason }) {
  const of = equation === 'beside' ? t('equation.readings') : t(`equation.${equation}`);
  const why = reason && (name === 'excluded' ? (knows(`flag.${reason}`) ? t(`flag.${reason}`) : reason) : reasonWord(reason));
  return [`${of}: ${knows(`term.${name}`) ? t(`term.${name}`) : name}`, why].filter(Boolean).join(', ');
}

/** What the number means; of the quarantine whose matter it is and what to do. */
function about({ equation, name, reason }) {
  const key = `count.${equation}.${name}`;
  const says =
    reason && name === 'quarantined'
      ? [
          severityTag(reason),
          h('p', {}, meaning(reason)),
          h('p', { class: 'step' }, h('b', {}, t('message.step')), ' ', remedy(reason)),
          h('a', { class: 'btn', href: `#quarantine=${encodeURIComponent(reason)}`, 'data-focus': 'messages' }, t('count.messages')),
        ]
      : h('p', {}, knows(key) ? t(key) : '');
  return h('section', { class: 'wrong' }, says, name === 'quarantined' && !reason ? reasons(equation) : null);
}

/** @param {string} equation */
function reasons(equation) {
  const found = groups(
    (state.equations ?? []).filter(({ name }) => name === equation),
    severity,
  );
  if (found.length === 0) return null;
  /** @param {any} group */
  const line = ({ reason, [equation]: n }) =>
    h(
      'li',
      {},
      severityTag(reason),
      h('a', { href: address('count', numberId(equation, 'quarantined', reason)), 'data-focus': `reason ${reason}` }, reasonWord(reason)),
      h('b', { class: 'n' }, format.number(n)),
    );
  return h('ul', { class: 'parts reason-parts' }, found.map(line));
}

function body({ rows, before, after, from, earlier }) {
  const days = byDay(rows, view.number);
  const total = sumOf(rows, view.number);
  if (total + earlier === 0)
    return h('div', { class: 'state' }, h('p', { class: 'state-word' }, t('count.empty')), h('p', { class: 'note' }, t('count.emptyHelp')));
  view.day = days.some(({ day }) => day === view.day) ? view.day : (days[0]?.day ?? null);
  return [
    h(
      'section',
      {},
      head(null, t('count.days'), t('count.utc')),
      dayList(days, total + earlier),
      earlier ? older(earlier, from) : null,
      sumLine(total, earlier, before, after),
    ),
    view.day === null ? null : detailSection(view, rows, days.find(({ day }) => day === view.day).value, draw),
  ];
}

function dayList(days, total) {
  const most = Math.max(...days.map(({ value }) => value), 1);
  const line = ({ day, value }) =>
    h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': String(day === view.day),
          'data-focus': `day ${day}`,
          onclick: () => {
            view.day = day;
            draw();
          },
        },
        h('span', {}, format.date(day)),
        shareBar([{ share: value / most, kind: 'frames' }]),
        h('b', {}, format.number(value)),
      ),
    );
  return h('ol', { class: 'days', 'aria-label': t('count.daysOf', { n: format.number(total) }) }, days.map(line));
}

function older(earlier, from) {
  return h(
    'p',
    { class: 'earlier' },
    h('span', {}, t('count.earlier', { day: format.date(from), n: format.number(earlier) })),
    h('button', { type: 'button', class: 'btn', 'data-focus': 'further', onclick: further }, t('count.further', { n: SPAN })),
  );
}

/** The rows are all of the number, or the rest lies before them. */
function sumLine(total, earlier, before, after) {
  const good = earlier > 0 || agrees(total, before, after);
  return h(
    'p',
    { class: `sum ${good ? 'good' : 'bad'}`, 'data-testid': 'count-sum' },
    verdictMark(good),
    h(
      'span',
      {},
      t(good ? 'count.sum' : 'count.differs', {
        n: format.number(total + earlier),
        ledger: format.number(after),
        time: format.seconds(view.rows.at),
      }),
    ),
  );
}
