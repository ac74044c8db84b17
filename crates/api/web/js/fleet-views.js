/** What of the fleet is looked at: ready views and those that a reader keeps in this browser. */
import { h, keepFocus } from './dom.js';
import { ALL, isSame, keptViews, PICK_NAMES, withView } from './fleet-rules.js';
import * as format from './format.js';
import { remember, remembered, t } from './i18n.js';

const KEPT = 'smartpole.fleet';
const SHOWN_ALWAYS = ['all', 'attention'];
let naming = false;

/**
 * Draws the row of views into `box`.
 * @param {Record<string, number>} counts devices of each ready view
 * @param {typeof ALL} wanted
 * @param {(wanted:typeof ALL) => void} choose
 */
export function drawViews(box, counts, wanted, choose) {
  const again = () => drawViews(box, counts, wanted, choose);
  const names = PICK_NAMES.filter((name) => SHOWN_ALWAYS.includes(name) || counts[name] > 0 || wanted.only === name);
  const kept = keptViews(remembered(KEPT));
  const ready = names.map((name) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(wanted.only === name),
        'data-focus': `pick ${name}`,
        onclick: () => choose({ ...wanted, only: name }),
      },
      `${t(`fleet.${name}`)} ${format.number(counts[name])}`,
    ),
  );
  keepFocus(box, () =>
    box.replaceChildren(
      h('span', { class: 'note', 'aria-hidden': 'true' }, t('fleet.views')),
      h(
        'div',
        { class: 'chooser', role: 'group', 'aria-label': t('fleet.views') },
        ready,
        kept.map((view) => keptView(view, wanted, choose, again)),
      ),
      naming
        ? nameForm(wanted, again)
        : h(
            'button',
            {
              type: 'button',
              class: 'link',
              'data-focus': 'keep view',
              disabled: isSame(wanted, ALL),
              onclick: () => {
                naming = true;
                again();
                box.querySelector('input')?.focus();
              },
            },
            t('fleet.keep'),
          ),
    ),
  );
}

function keptView({ name, wanted: view }, wanted, choose, again) {
  const drop = () => {
    remember(KEPT, JSON.stringify(keptViews(remembered(KEPT)).filter((other) => other.name !== name)));
    again();
  };
  return h(
    'span',
    { class: 'kept-view' },
    h(
      'button',
      { type: 'button', 'aria-pressed': String(isSame(view, wanted)), 'data-focus': `view ${name}`, onclick: () => choose(view) },
      name,
    ),
    h(
      'button',
      { type: 'button', class: 'drop', 'aria-label': t('fleet.drop', { name }), 'data-focus': `drop ${name}`, onclick: drop },
      '×',
    ),
  );
}

function nameForm(wanted, again) {
  const done = () => {
    naming = false;
    again();
  };
  const keep = (event) => {
    event.preventDefault();
    remember(KEPT, JSON.stringify(withView(keptViews(remembered(KEPT)), event.target.elements.name.value, wanted)));
    done();
  };
  return h(
    'form',
    {
      class: 'name-view',
      onsubmit: keep,
      onkeydown: (event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          done();
        }
      },
    },
    h('input', {
      name: 'name',
      class: 'search',
      required: true,
      maxlength: 40,
      placeholder: t('fleet.name'),
      'aria-label': t('fleet.name'),
      'data-focus': 'view name',
    }),
    h('button', { class: 'btn' }, t('fleet.keepIt')),
    h('span', { class: 'note' }, t('fleet.kept')),
  );
}
