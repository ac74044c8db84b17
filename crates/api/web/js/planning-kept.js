/** A planner's own notes, which the address carries, and saved views, which this browser keeps. */
import { h } from './dom.js';
import * as format from './format.js';
import { remember, remembered, t } from './i18n.js';
import { startOf } from './planning-rules.js';

const KEPT = 'smartpole.planning.views';
/** A note is a remark, not a text: the address has to carry it. */
const LONGEST = 80;

/** @typedef {{name:string, hash:string}} View */

/** @returns {View[]} */
function views() {
  try {
    const found = JSON.parse(remembered(KEPT) ?? '[]');
    return Array.isArray(found) ? found.filter((one) => typeof one?.name === 'string' && /^#planung/.test(one?.hash)) : [];
  } catch {
    return [];
  }
}

/** Saved views, a form to save the present one; `redraw` is called when they changed. */
export function savedViews(hash, redraw) {
  const keep = (list) => {
    remember(KEPT, JSON.stringify(list));
    redraw();
  };
  const all = views();
  const name = h('input', {
    type: 'text',
    maxlength: LONGEST,
    required: true,
    'data-focus': 'view name',
    'aria-label': t('planning.views.name'),
    placeholder: t('planning.views.name'),
  });
  const save = (event) => {
    event.preventDefault();
    const said = name.value.trim();
    if (said) keep([...all.filter((one) => one.name !== said), { name: said, hash }]);
  };
  return h(
    'details',
    { class: 'kept chip', 'data-testid': 'planning-views' },
    h('summary', { 'data-focus': 'views' }, all.length ? t('planning.views.n', { n: format.number(all.length) }) : t('planning.views')),
    h(
      'div',
      { class: 'card pad' },
      all.length
        ? h(
            'ul',
            { class: 'plain' },
            all.map((one) =>
              h(
                'li',
                {},
                h('a', { href: one.hash, 'data-focus': `view ${one.name}` }, one.name),
                h(
                  'button',
                  {
                    type: 'button',
                    class: 'icon',
                    'aria-label': t('planning.views.remove', { name: one.name }),
                    onclick: () => keep(all.filter((other) => other !== one)),
                  },
                  '×',
                ),
              ),
            ),
          )
        : null,
      h('form', { onsubmit: save }, name, h('button', { class: 'btn', 'data-focus': 'view save' }, t('planning.views.save'))),
      h('p', { class: 'note' }, t('planning.views.where')),
    ),
  );
}

/** Notes of days, a form to add one; the address carries them. */
export function noteList(notes, to, choose) {
  const date = h('input', { type: 'date', required: true, value: to, 'data-focus': 'note date', 'aria-label': t('planning.column.day') });
  const text = h('input', {
    type: 'text',
    maxlength: LONGEST,
    required: true,
    'data-focus': 'note text',
    'aria-label': t('planning.notes.text'),
    placeholder: t('planning.notes.text'),
  });
  const add = (event) => {
    event.preventDefault();
    const said = text.value.replace(/\s+/g, ' ').trim();
    if (said && date.value) choose({ notes: [...notes, { date: date.value, text: said }].sort((a, b) => a.date.localeCompare(b.date)) });
  };
  return h(
    'details',
    { class: 'notes', open: notes.length > 0, 'data-testid': 'planning-notes' },
    h('summary', { 'data-focus': 'notes' }, t('planning.notes')),
    notes.length
      ? h(
          'ul',
          { class: 'plain' },
          notes.map((note, at) =>
            h(
              'li',
              {},
              h('b', {}, format.day(startOf(note.date))),
              ` ${note.text} `,
              h(
                'button',
                {
                  type: 'button',
                  class: 'icon',
                  'aria-label': t('planning.notes.remove', { text: note.text }),
                  onclick: () => choose({ notes: notes.filter((_, other) => other !== at) }),
                },
                '×',
              ),
            ),
          ),
        )
      : null,
    h('form', { onsubmit: add }, date, text, h('button', { class: 'btn', 'data-focus': 'note add' }, t('planning.notes.add'))),
    h('p', { class: 'note' }, t('planning.notes.where')),
  );
}
