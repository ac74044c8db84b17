/** The files of the registry on the view of the operation: what each holds, who changed it last; each opens its editor. */
import { failed } from './answer.js';
import { find, h, renew } from './dom.js';
import * as format from './format.js';
import { knows, t } from './i18n.js';
import { fileNamed, files } from './registry-data.js';
import { mendedIn, mendingAddress } from './registry-rules.js';
import { address } from './route.js';
import { on, state } from './state.js';
import { head, skeleton } from './states.js';

/** How often it is asked how much of the past is left. */
const SETTLING_MS = 3_000;

let askAgain = 0;

/** Asks when the view is gone to. */
export function startRegistryCard() {
  const asked = () => {
    if (state.view === 'betrieb') files.load();
  };
  on(['view'], asked);
  on(['registry', 'language', 'view'], draw);
  asked();
}

/** The profile that a file is of, null if none. */
function profileOf(file) {
  return /^profiles\/(.*)\.toml$/.exec(file)?.[1] ?? null;
}

/** "Masten", "Profil air-station" */
export function fileTitle(file) {
  const profile = profileOf(file);
  if (profile) return t('registry.profile', { profile });
  const key = `registry.file.${file.replace(/\..*$/, '')}`;
  return knows(key) ? t(key) : file;
}

/** "28.11., 14:15 von Anna" */
export function changedWords({ changed_at: at, changed_by: by }) {
  if (!at) return '–';
  const time = format.moment(Date.parse(at));
  return by ? t('registry.by', { time, who: by.name ?? t(by.who === 'local' ? 'registry.local' : 'registry.gone') }) : time;
}

/** The way from a refusal to the file that mends it; null if none does, or it is not for this reader. */
export function mendingLink(reason, device = null) {
  const mended = mendedIn(reason, device, device ? (state.devices?.get(device)?.profile ?? null) : null);
  if (!mended || (mended.file && fileNamed(mended.file)?.may_write === false)) return null;
  return h(
    'a',
    {
      class: 'btn',
      href: mendingAddress(mended, reason, device),
      'data-focus': `mend ${reason}`,
      'aria-label': mended.file ? t('registry.mendIn', { file: mended.file }) : t('registry.mend'),
    },
    t('registry.mend'),
  );
}

function draw() {
  if (state.view !== 'betrieb') return;
  renew(find('#registry'), [head('registry-title', t('registry.title'), t('registry.note')), ...content()]);
}

function content() {
  if (!files.value) return [files.error ? failed(files.error, files.load) : skeleton()];
  const { items, absent, error, settling } = files.value;
  const profiles = items.filter(({ file }) => file.startsWith('profiles/'));
  const rest = items.filter((item) => !profiles.includes(item));
  return [
    error ? h('p', { class: 'mistake words', role: 'alert' }, t('registry.notInForce', { reason: error })) : null,
    settling ? settlingLine(settling) : null,
    h('ul', { class: 'registry-files' }, rest.map(entry), absent.filter((one) => one.may_write).map(addable)),
    h('h3', {}, t('registry.profiles')),
    h('ul', { class: 'registry-files' }, profiles.map(entry), h('li', {}, newProfile())),
  ].filter(Boolean);
}

/** How much of the past is still worked out anew; asked for again until nothing is. */
function settlingLine({ quarters, devices, from }) {
  clearTimeout(askAgain);
  askAgain = setTimeout(() => state.view === 'betrieb' && files.load(), SETTLING_MS);
  const words = { n: format.number(quarters), devices: format.number(devices), from: format.day(Date.parse(from)) };
  return h('p', { class: 'note', role: 'status', 'data-testid': 'registry-settling' }, t('registry.settling', words));
}

/** A file that the registry does without so far. */
function addable({ file }) {
  return h(
    'li',
    { class: 'is-absent' },
    h(
      'a',
      { href: address('register', file), 'data-focus': `file ${file}` },
      h('b', {}, fileTitle(file)),
      h('code', {}, file),
      h('span', { class: 'note' }, t('registry.absent')),
    ),
  );
}

function newProfile() {
  const made = (event) => {
    event.preventDefault();
    const id = event.target.elements.namedItem('id').value.trim();
    if (id) location.hash = address('register', `profiles/${id}.toml`);
  };
  return h(
    'form',
    { class: 'new-profile', onsubmit: made },
    h('input', {
      name: 'id',
      required: true,
      maxlength: 64,
      pattern: '[A-Za-z0-9._\\-]+',
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder: t('registry.newProfile'),
      'aria-label': t('registry.newProfile'),
      'data-focus': 'new profile',
    }),
    h('button', { type: 'submit', class: 'btn', 'data-focus': 'make profile' }, t('registry.make')),
  );
}

function entry(item) {
  const { file, written_by: by } = item;
  const note = by === null ? t('registry.secret') : changedWords(item);
  const profile = profileOf(file);
  const title = [h('b', {}, profile ?? fileTitle(file)), profile ? null : h('code', {}, file), h('span', { class: 'note' }, note)];
  return h('li', {}, by === null ? h('div', {}, title) : h('a', { href: address('register', file), 'data-focus': `file ${file}` }, title));
}
