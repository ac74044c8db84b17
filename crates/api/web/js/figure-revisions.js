/** The corrections of a figure: when, why, which device's quarter, from what to what. */
import { answer, shown } from './answer.js';
import { h } from './dom.js';
import { isPollutantDay, revisions } from './figure-data.js';
import { effect } from './figure-rules.js';
import { flagWord, valueWords } from './figure-words.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { state } from './state.js';
import { head } from './states.js';
import { HOUR } from './time.js';
import { operates } from './view-rules.js';

const PAGE = 20;
const QUARTER = HOUR / 4;

/**
 * @param {import('./figure-rules.js').Figure} figure
 * @param {(minute:number) => void} askAsOf shows what held at a minute
 */
export function revisionList(figure, askAsOf) {
  const body = h('div');
  const self = { root: h('section', { 'data-testid': 'figure-revisions' }, head(null, t('figure.revisions')), body), asked: null };
  const page = async (before) => {
    const { items, total, next } = await revisions(figure, { limit: PAGE, cursor: before?.next ?? null });
    return { items: [...(before?.items ?? []), ...items], total, next };
  };
  const draw = () => body.replaceChildren(...[shown(self.asked, list)].flat(2).filter(Boolean));
  /** What was there stays while more is asked for. */
  const load = (before) => {
    self.asked = Object.assign(
      answer(() => page(before), draw),
      { value: before, at: self.asked?.at ?? null },
    );
    draw();
    return self.asked.load();
  };
  const list = (found) => [
    isPollutantDay(figure) ? h('p', { class: 'note' }, t('figure.revisions.pooled')) : null,
    found.total > found.items.length
      ? h('p', { class: 'note' }, t('figure.revisions.shown', { n: format.number(found.items.length), total: format.number(found.total) }))
      : null,
    h(
      'ol',
      { class: 'revisions' },
      found.items.map((item, at) =>
        revision(
          figure,
          item,
          askAsOf,
          found.items.slice(0, at).every((before) => before.reason !== item.reason),
        ),
      ),
    ),
    found.next && h('button', { type: 'button', class: 'btn', onclick: () => load(found) }, t('figure.revisions.more')),
  ];
  /** Asks, unless the window has none. */
  self.show = (told) => {
    if (told.state === null) return body.replaceChildren(h('p', { class: 'note' }, t('figure.revisions.public')));
    if (!told.revision)
      return body.replaceChildren(h('p', { class: 'note' }, t(told.state === 'open' ? 'figure.revisions.open' : 'figure.revisions.none')));
    return load(null);
  };
  return self;
}

/** What a reason means stands once, where it comes first. */
function revision(figure, item, askAsOf, isFirst) {
  const at = Date.parse(item.received_at);
  const quarter = Date.parse(item.quarter);
  const code = h('code', {}, item.device);
  const device = !operates(state.role) ? code : h('a', { href: address('device', item.device) }, code);
  const where = t('figure.change.device', {
    device: '\u0000',
    from: `${format.day(quarter)}, ${format.clock(quarter)}`,
    to: format.clock(quarter + QUARTER),
  }).split('\u0000');
  const title = h(
    'p',
    { class: 'head' },
    h('b', {}, t('figure.change', { n: item.revision })),
    h('span', { class: 'note' }, h('time', { datetime: item.received_at }, format.moment(at))),
  );
  const reason = h('span', { class: 'reason', title: t(`reason.of.${item.reason}.long`) }, t(`reason.of.${item.reason}`));
  const place = h('p', { class: 'note' }, where[0], device, where[1]);
  const meaning = isFirst ? h('p', { class: 'note' }, t(`reason.of.${item.reason}.long`)) : null;
  if (effect(item) === 'same')
    return h(
      'li',
      { class: 'same', 'data-revision': item.revision },
      title,
      h('p', {}, reason, ' · ', t('figure.change.same', { value: valueWords(figure, item.after.value) })),
      meaning,
      place,
    );
  const before = h('button', { type: 'button', class: 'link', onclick: () => askAsOf(at - 60_000) }, t('figure.before'));
  return h(
    'li',
    { 'data-revision': item.revision },
    title,
    h('p', { class: 'change' }, change(figure, item)),
    h('p', {}, reason),
    meaning,
    place,
    ...aside(item).map((text) => h('p', { class: 'note' }, text)),
    before,
  );
}

function change(figure, item) {
  const by =
    item.former.value !== null &&
    item.after.value !== null &&
    h('span', { class: 'by' }, format.signed(rounded(item.after.value - item.former.value)));
  return [
    h('del', {}, item.former.value === null ? t('figure.nothing') : format.exact(item.former.value)),
    ' → ',
    h('ins', {}, valueWords(figure, item.after.value)),
    ' ',
    by,
  ];
}

/** Differences of decimals, without what floating point adds. */
function rounded(value) {
  return Number(value.toFixed(6));
}

function aside({ former, after }) {
  const flags = after.flags.filter((flag) => !former.flags.includes(flag));
  return [
    former.excluded !== after.excluded &&
      t('figure.change.excluded', { former: format.number(former.excluded), after: format.number(after.excluded) }),
    flags.length > 0 && t('figure.change.flags', { list: flags.map(flagWord).join(', ') }),
  ].filter(Boolean);
}
