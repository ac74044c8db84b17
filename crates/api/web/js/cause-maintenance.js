/** Maintenance windows of a cause: while somebody works there, silence is no alarm. */
import { plan, unplan } from './cause-data.js';
import { field, smallForm } from './cause-forms.js';
import { windowMistake } from './cause-rules.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { head } from './states.js';
import { HOUR, instant, wallClock } from './time.js';

/** The form stays as long as the cause is the same one. */
let kept = { key: null, form: null };

/**
 * @param {{kind:string, id:string}} cause
 * @param {any[]} windows all that are planned
 */
export function maintenanceSection(cause, windows) {
  const mine = windows.filter(({ cause: of }) => of.kind === cause.kind && of.id === cause.id);
  const line = ({ id, from, to, note }) =>
    h(
      'li',
      {},
      h('b', {}, t('dated.span', { from: format.moment(Date.parse(from)), to: format.moment(Date.parse(to)) })),
      note ? h('span', { class: 'note' }, note) : null,
      h(
        'button',
        {
          type: 'button',
          class: 'link',
          'data-focus': `unplan ${id}`,
          onclick: (event) => {
            event.target.disabled = true;
            unplan(id).catch(() => {
              event.target.disabled = false;
            });
          },
        },
        t('maintenance.drop'),
      ),
    );
  return h(
    'section',
    { 'data-testid': 'alert-maintenance' },
    head(null, t('maintenance.title'), t('maintenance.help')),
    mine.length ? h('ul', { class: 'parts' }, mine.map(line)) : null,
    formOf(cause),
  );
}

function formOf(cause) {
  const key = `${document.documentElement.lang} ${cause.kind} ${cause.id}`;
  if (kept.key !== key) kept = { key, form: form(cause) };
  return kept.form;
}

function form(cause) {
  const time = (hours) => h('input', { type: 'datetime-local', value: wallClock(Math.ceil(Date.now() / HOUR) * HOUR + hours * HOUR) });
  return smallForm(
    'maintenance',
    [
      field('maintenance', 'from', time(0)),
      field('maintenance', 'to', time(4)),
      field('maintenance', 'note', h('input', { maxlength: 500, autocomplete: 'off' })),
    ],
    ({ from, to, note }) => {
      const wrong = windowMistake({ from, to });
      return wrong ? t(`maintenance.mistake.${wrong}`) : plan(cause, instant(from), instant(to), note);
    },
  );
}
