/** What would come of a change, in words; what is wrong with it; saving it. */
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { mistakeWords } from './registry-mistakes.js';
import { amounts } from './registry-rules.js';
import { goToLine } from './registry-text.js';
import { address, route } from './route.js';

/**
 * What stands below the editor.
 * @param {string} file
 * @param {import('./registry-drafts.js').Draft} draft
 * @param {{tryOut:() => void, save:() => void, discard:() => void, reload:() => void}} can
 * @returns {Node[]}
 */
export function outcome(file, draft, can) {
  if (!draft.isThere) return [];
  const parts = [
    draft.saved ? savedWords(draft.saved) : null,
    draft.error ? refusal(file, draft, can) : null,
    draft.tried ? effectWords(draft.tried.effect) : null,
    draft.isChanged ? buttons(draft, can) : null,
  ];
  return parts.flat(Infinity).filter(Boolean);
}

function buttons(draft, { tryOut, save, discard }) {
  const busy = draft.stage !== null;
  const button = (key, kind, text, onclick) =>
    h('button', { type: 'button', class: kind, 'data-focus': key, disabled: busy, onclick }, text);
  const n = draft.isTable && draft.sheet ? amounts(draft.sheet, draft.rows) : null;
  const words = n
    ? ['added', 'changed', 'removed']
        .filter((key) => n[key])
        .map((key) => t(`registry.${key}`, { n: format.number(n[key]) }))
        .join(', ')
    : '';
  return h(
    'div',
    { class: 'registry-bar' },
    h('span', { class: 'note' }, draft.stage ? t(`registry.${draft.stage}`) : (draft.isGone ? '' : words) || t('registry.unsaved')),
    button('discard', 'btn', t('registry.discard'), discard),
    draft.tried ? button('save', 'btn primary', t('registry.save'), save) : button('try', 'btn primary', t('registry.try'), tryOut),
  );
}

function refusal(file, { error, wrong, isTable, byRow }, { reload }) {
  if (error.status === 412)
    return h(
      'div',
      { class: 'mistake', role: 'alert' },
      h('p', {}, t('registry.meanwhile')),
      h('button', { type: 'button', class: 'btn', 'data-focus': 'reload', onclick: reload }, t('registry.reload')),
    );
  if (!error.mistakes) return h('p', { class: 'mistake', role: 'alert' }, error.status ? error.message : t('answer.unreachable'));
  const elsewhere = wrong.filter((one) => !isTable || ![...byRow.values()].some((of) => of.includes(one)));
  const here = wrong.length - elsewhere.length;
  return h(
    'div',
    { class: 'mistakes', role: 'alert', 'data-testid': 'registry-mistakes' },
    h(
      'p',
      { class: 'mistake' },
      t(wrong.length === 1 ? 'registry.wrongOne' : 'registry.wrongMany', { n: format.number(wrong.length) }),
      here ? ` ${t('registry.beside')}` : '',
    ),
    elsewhere.length
      ? h(
          'ol',
          {},
          elsewhere.map((one) => h('li', {}, place(file, one), mistakeWords(one))),
        )
      : null,
  );
}

/** Where a mistake is: a line of the text that is open, or another file. */
function place(file, { file: of, line, row }) {
  if (row) return h('b', {}, t('registry.line', { n: row }));
  const name = line ? `${of}:${line}` : of;
  if (of === file && line)
    return h('button', { type: 'button', class: 'link', onclick: () => goToLine(line) }, t('registry.line', { n: line }));
  return of === file ? h('b', {}, of) : h('a', { href: address('register', of) }, name);
}

/** Mistakes of rows that were sent. */
export function rowMistakes(file, mistakes, textOfRow) {
  const line = (one) =>
    h('li', {}, place(file, one), one.row ? h('code', { class: 'sent-row' }, textOfRow(one.row)) : null, mistakeWords(one));
  return h(
    'div',
    { class: 'mistakes', role: 'alert', 'data-testid': 'import-mistakes' },
    h(
      'p',
      { class: 'mistake' },
      t(mistakes.length === 1 ? 'registry.wrongOne' : 'registry.wrongMany', { n: format.number(mistakes.length) }),
    ),
    h('ol', {}, mistakes.map(line)),
  );
}

/** What a change brings, as sentences. */
export function effectWords({ entries, moves, move_count: all, settled, quarantine }) {
  const lines = entries.flatMap(({ kind, ...of }) =>
    ['added', 'removed', 'changed'].filter((what) => of[what].count).map((what) => named(kind, what, of[what])),
  );
  lines.push(...moves.slice(0, 5).map(moveWords));
  if (all > 5) lines.push(t('registry.moreMoves', { n: format.number(all - 5) }));
  if (settled?.quarters)
    lines.push(
      t('registry.settled', {
        n: format.number(settled.quarters),
        devices: format.number(settled.devices),
        from: format.day(Date.parse(settled.from)),
      }),
    );
  if (quarantine?.messages)
    lines.push(
      t(quarantine.recovered ? 'registry.recovers' : 'registry.recoversNone', {
        n: format.number(quarantine.messages),
        recovered: format.number(quarantine.recovered),
        readings: format.number(quarantine.readings),
      }),
    );
  return h(
    'div',
    { class: 'effect', 'data-testid': 'registry-effect' },
    h('span', { class: 'note' }, t('registry.would')),
    lines.length
      ? h(
          'ul',
          { class: 'besides' },
          lines.map((line) => h('li', {}, line)),
        )
      : h('b', {}, t('registry.wouldNothing')),
  );
}

/** "2 Masten kommen dazu: A, B" */
function named(kind, what, { count, ids }) {
  const SHOWN = 8;
  const names = ids.slice(0, SHOWN).join(', ') + (count > SHOWN ? ' …' : '');
  return t(`registry.${what}.${count === 1 ? 'one' : 'many'}`, {
    n: format.number(count),
    kind: t(`registry.kind.${kind}.${count === 1 ? 'one' : 'many'}`),
    names,
  });
}

function moveWords({ device, from, to, former, now }) {
  const standing = (of) =>
    of ? t('registry.standing', { pole: of.pole, profile: of.profile, state: t(`install.${of.state}`) }) : t('registry.nowhere');
  const time = (text) => format.moment(Date.parse(text));
  const span =
    !from && !to
      ? t('dated.always')
      : from && to
        ? t('dated.span', { from: time(from), to: time(to) })
        : from
          ? t('dated.since', { from: time(from) })
          : t('dated.until', { to: time(to) });
  return t('registry.move', { device, span, former: standing(former), now: standing(now) });
}

/** It is written; what waits in quarantine for it can be read again. */
function savedWords({ in_force: isInForce, reason }) {
  const of = route().of;
  return h(
    'div',
    { class: 'saved', role: 'status', 'data-testid': 'registry-saved' },
    h('p', {}, h('b', {}, t(isInForce ? 'registry.inForce' : 'registry.written')), reason ? ` ${reason}` : ''),
    h(
      'p',
      {},
      h('a', { class: 'btn', href: address('repair', of ?? ''), 'data-focus': 'repair' }, t(of ? 'registry.readAgain' : 'repair.open')),
    ),
  );
}
