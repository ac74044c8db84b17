/** The form of a repair: which messages are read anew. */
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { groups } from './quarantine-rules.js';
import { reasonWord, severity } from './reason-words.js';
import { state } from './state.js';

/**
 * @param {Record<string, string>} form is written to as the reader chooses
 * @param {() => void} rechosen
 * @param {() => void} tryOut
 */
export function repairForm(form, rechosen, tryOut) {
  const take = (name) => (event) => {
    form[name] = event.target.value;
    why.disabled = form.of === 'all';
    rechosen();
  };
  const choice = (name, options) =>
    h(
      'select',
      { id: `repair-${name}`, name, 'data-focus': name, onchange: take(name) },
      options.map(([value, text]) => h('option', { value, selected: form[name] === value }, text)),
    );
  const input = (name, props) =>
    h('input', { id: `repair-${name}`, name, value: form[name], 'data-focus': name, oninput: take(name), ...props });
  const field = (name, control) => h('div', { class: 'field' }, h('label', { for: `repair-${name}` }, t(`repair.${name}`)), control);
  const why = choice('reason', reasons(form.reason)); // only what is in quarantine has one
  why.disabled = form.of === 'all';
  const sent = (event) => {
    event.preventDefault();
    tryOut();
  };
  return h(
    'form',
    { class: 'repair-form', novalidate: true, onsubmit: sent },
    field(
      'of',
      choice('of', [
        ['quarantined', t('repair.quarantined')],
        ['all', t('repair.all')],
      ]),
    ),
    field('reason', why),
    field(
      'device',
      input('device', { type: 'text', list: 'repair-devices', autocomplete: 'off', spellcheck: 'false', placeholder: t('repair.any') }),
    ),
    field('source', choice('source', sources())),
    field('from', input('from', { type: 'datetime-local' })),
    field('to', input('to', { type: 'datetime-local' })),
    h(
      'datalist',
      { id: 'repair-devices' },
      [...(state.devices?.keys() ?? [])].map((id) => h('option', { value: id })),
    ),
    h('p', { class: 'note' }, t('repair.received')),
    h('button', { type: 'submit', class: 'btn primary', 'data-focus': 'try' }, t('repair.try')),
  );
}

function reasons(chosen) {
  const found = groups(state.equations, severity);
  const kept = chosen && !found.some(({ reason }) => reason === chosen) ? [[chosen, reasonWord(chosen)]] : [];
  return [
    ['', t('quarantine.all')],
    ...found.map(({ reason, messages, readings }) => [reason, `${reasonWord(reason)} (${format.number(messages || readings)})`]),
    ...kept,
  ];
}

function sources() {
  return [['', t('repair.any')], ...[...state.sources].map((source) => [source, source])];
}
