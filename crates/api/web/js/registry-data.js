/** Asks for files of the registry and sends changes; a change names the text that it starts from. */
import { ApiError, get } from './api.js';
import { answer } from './answer.js';
import { changed } from './state.js';
import { pathOf } from './registry-rules.js';

const BASE = '/api/v1/';

/** All files, see `GET /api/v1/registry`. */
export const files = answer(
  () => get('registry'),
  () => changed('registry'),
);

/** A file of the list, null if there is none. */
export function fileNamed(name) {
  return files.value?.items.find(({ file }) => file === name) ?? null;
}

/** A file that may be added, a profile as well; null if the registry has no such file. */
export function absentNamed(name) {
  const isProfile = /^profiles\/[^/]+\.toml$/.test(name) && !fileNamed(name);
  return files.value?.absent.find(({ file }) => file === name) ?? (isProfile ? { file: name, may_write: true, table: null } : null);
}

/**
 * A text and its hash; null for a file that is not there.
 * @param {string} file
 * @param {string|null} version the hash of a former one
 * @returns {Promise<{text:string, hash:string}|null>}
 */
export async function textNow(file, version = null) {
  const response = await fetch(`${BASE}${pathOf(file)}${version ? `?version=${version}` : ''}`);
  if (response.status === 404 && !version) return null;
  if (!response.ok) throw await refusal(response);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
  return { text, hash: response.headers.get('etag').replace(/^W\//, '').replaceAll('"', '') };
}

/**
 * Sends a change, or tries it.
 * @param {string} file
 * @param {{hash:string|null, dry:boolean, text?:string|null, rows?:Blob}} change `hash` of what is changed; `text` null removes the file
 */
export async function send(file, { hash, dry, text, rows }) {
  const known = hash === null ? { 'if-none-match': '*' } : { 'if-match': `"${hash}"` };
  const kind = rows ? { 'content-type': 'text/csv' } : text === null ? {} : { 'content-type': 'text/plain; charset=utf-8' };
  const path = `${BASE}${pathOf(file)}${rows ? '/rows' : ''}${dry ? '?dry_run=true' : ''}`;
  const method = rows ? 'POST' : text === null ? 'DELETE' : 'PUT';
  const response = await fetch(path, {
    method,
    headers: { accept: 'application/json', ...known, ...kind },
    body: rows ?? text ?? undefined,
  });
  if (!response.ok) throw await refusal(response);
  return response.json();
}

/** What a file was. */
export function versions(file) {
  return get(`${pathOf(file)}/history`);
}

/** A refusal, with the mistakes that it lists. */
async function refusal(response) {
  const said = await response.json().catch(() => ({}));
  const text = [said.title, said.detail].filter(Boolean).join(': ');
  return Object.assign(new ApiError(text || `HTTP ${response.status}`, response.status), {
    mistakes: said.mistakes ?? null,
    kind: said.type ?? '',
  });
}
