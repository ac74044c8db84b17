/** Small forms of a cause: each sends once, says what came of it, and keeps what was typed when it failed. */
import { h } from './dom.js';
import { t } from './i18n.js';
import { instant, wallClock } from './time.js';

/** Longest note, as the service takes it. */
const NOTE = 500;

/**
 * @param {string} name of the form; texts are `NAME.field`, `NAME.send`
 * @param {HTMLElement[]} fields
 * @param {(typed:Record<string, string>) => Promise<any>|string} send a string is a mistake, in words
 */
export function smallForm(name, fields, send) {
  const said = h('p', { class: 'note', role: 'status' });
  const button = h('button', { class: 'btn', 'data-focus': `${name} send` }, t(`${name}.send`));
  const submit = async (event) => {
    event.preventDefault();
    const order = send(typed(event.target));
    if (typeof order === 'string') {
      tell(said, order, true);
      return;
    }
    button.disabled = true;
    tell(said, t('form.sending'), false);
    try {
      await order;
      tell(said, t('form.done'), false);
      event.target.reset();
      button.disabled = false;
      button.focus({ preventScroll: true }); // nobody types any more: the panel may be drawn anew
    } catch (error) {
      tell(said, error.status ? error.message : t('answer.unreachable'), true);
      button.disabled = false;
    }
  };
  return h('form', { class: 'repair-form small-form', 'data-form': name, novalidate: true, onsubmit: submit }, fields, button, said);
}

/** What was typed, by field. */
function typed(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

function tell(said, text, wrong) {
  said.textContent = text;
  said.className = wrong ? 'mistake' : 'note';
}

/** A labelled field; the form's name is in its id, as several forms may stand in a panel. */
export function field(form, name, control) {
  control.id = `${form}-${name}`;
  control.name = name;
  control.dataset.focus = control.id;
  return h('div', { class: `field ${name}` }, h('label', { for: control.id }, t(`${form}.${name}`)), control);
}

/** A note. */
export function noteForm(name, send) {
  return smallForm(name, [field(name, 'note', h('input', { maxlength: NOTE, autocomplete: 'off' }))], send);
}

/** One of some choices. */
export function choiceForm(name, key, choices, send) {
  const select = h(
    'select',
    {},
    choices.map(([value, text]) => h('option', { value }, text)),
  );
  return smallForm(name, [field(name, key, select)], send);
}

/** Who was where, when, and what was changed. */
export function visitForm({ poles, next_step: step }, send) {
  const fields = [
    field(
      'visit',
      'pole',
      h(
        'select',
        {},
        poles.map(({ id, name }) => h('option', { value: id }, name)),
      ),
    ),
    field('visit', 'at', h('input', { type: 'datetime-local', value: wallClock(Date.now()) })),
    field('visit', 'note', h('input', { maxlength: NOTE, autocomplete: 'off' })),
    field('visit', 'part', h('input', { maxlength: NOTE, value: step.part ?? '', autocomplete: 'off' })),
  ];
  return smallForm('visit', fields, ({ pole, at, note, part }) => {
    const time = instant(at);
    return time === null ? t('repair.mistake.time') : send({ pole, at: time, note, part: part.trim() || null });
  });
}
