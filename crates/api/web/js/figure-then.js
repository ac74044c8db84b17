/** "Was galt am …?": the figure as it was known at a minute, beside what is known now. */
import { answer, shown } from './answer.js';
import { h } from './dom.js';
import { told } from './figure-data.js';
import { difference } from './figure-rules.js';
import { valueWords } from './figure-words.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { head } from './states.js';
import { instant, wallClock } from './time.js';

/** A figure is cited as of the minute that runs. */
const MINUTE = 60_000;

/**
 * @param {import('./figure-rules.js').Figure} figure
 * @param {() => import('./figure-data.js').Told|null} now what is known now
 * @param {(minute:number|null) => void} chosen keeps the minute in the address
 */
export function asOfPicker(figure, now, chosen) {
  const field = h('input', { type: 'datetime-local', id: 'as-of', max: wallClock(Date.now()), value: wallClock(Date.now()) });
  const found = h('div', { 'aria-live': 'polite', 'data-testid': 'figure-then' });
  let asked = null;
  const draw = () => {
    if (asked)
      found.replaceChildren(...[shown(asked, (then) => compared(figure, asked.minute, then.told, now()))].flat().filter(Boolean), clear);
  };
  const clear = h(
    'button',
    {
      type: 'button',
      class: 'link',
      onclick: () => {
        asked = null;
        found.replaceChildren();
        chosen(null);
        field.focus();
      },
    },
    t('asof.clear'),
  );
  const self = {};
  /** Shows what held at a minute; the future is not known. */
  self.ask = (minute) => {
    if (minute === null || minute > Date.now() + MINUTE)
      return found.replaceChildren(h('p', { class: 'note', role: 'alert' }, t('asof.wrong')));
    field.value = wallClock(minute);
    asked = Object.assign(
      answer(async () => ({ told: await told(figure, minute) }), draw),
      { minute },
    );
    chosen(minute);
    draw();
    self.root.scrollIntoView({ block: 'nearest' });
    return asked.load();
  };
  /** What is known now has changed. */
  self.draw = draw;
  const look = () => self.ask(instant(field.value));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') look();
  });
  self.root = h(
    'section',
    { 'data-testid': 'figure-as-of' },
    head(null, t('asof.title')),
    h(
      'div',
      { class: 'as-of' },
      h('label', { for: 'as-of' }, t('asof.field')),
      h('div', {}, field, h('button', { type: 'button', class: 'btn', onclick: look }, t('asof.ask'))),
    ),
    h('p', { class: 'note' }, t('asof.note')),
    found,
  );
  return self;
}

function compared(figure, minute, then, now) {
  const row = (label, one, told) =>
    h('div', {}, h('dt', {}, label), h('dd', {}, h('b', {}, one), told?.state ? h('span', { class: 'note' }, honest(told)) : null));
  const apart = difference(then?.value ?? null, now?.value ?? null);
  const by =
    apart &&
    (apart.by === 0
      ? t('asof.same')
      : `${format.signed(Number(apart.by.toFixed(6)))}${apart.ratio === null ? '' : ` (${format.change(apart.ratio)})`}`);
  return h(
    'dl',
    { class: 'then' },
    row(t('asof.then', { time: format.minute(minute) }), then ? valueWords(figure, then.value) : t('figure.noneThen'), then),
    row(t('asof.now'), valueWords(figure, now?.value), now),
    by ? row(t('asof.difference'), by) : null,
  );
}

function honest({ state, coverage, revision }) {
  return [
    t('window.short', { state: t(`window.${state}`), share: format.percent(coverage) }),
    revision ? t('figure.change', { n: revision }) : null,
  ]
    .filter(Boolean)
    .join(' · ');
}
