/** The HTTP interface, as promises. Lists are read to their end through `next`. */

const BASE = '/api/v1/';
const MAX_PAGES = 50;
const PARALLEL = 6;

/** A refused or failed request; `message` is for people (the problem's title and detail). */
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * One answer.
 * @param {string} path below `/api/v1/`
 * @param {Record<string, any>} [params] null and undefined are left out
 */
export async function get(path, params = {}) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== null && value !== undefined));
  const response = await fetch(`${BASE}${path}${query.size ? `?${query}` : ''}`, { headers: { accept: 'application/json' } });
  if (!response.ok) throw await problem(response);
  return response.json();
}

/**
 * Sends an order.
 * @param {string} path below `/api/v1/`
 * @param {any} order as JSON
 */
export async function post(path, order) {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const response = await fetch(`${BASE}${path}`, { method: 'POST', headers, body: JSON.stringify(order) });
  if (!response.ok) throw await problem(response);
  return response.json();
}

/** Takes something back. */
export async function remove(path) {
  const response = await fetch(`${BASE}${path}`, { method: 'DELETE', headers: { accept: 'application/json' } });
  if (!response.ok) throw await problem(response);
}

/**
 * All items of a list.
 * @returns {Promise<any[]>}
 */
export async function list(path, params = {}) {
  const items = [];
  let cursor = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await get(path, { ...params, cursor });
    items.push(...answer.items);
    cursor = answer.next;
    if (!cursor) break;
  }
  return items;
}

/** Runs the tasks, a few at a time, and gives their results in order. */
export async function inParallel(tasks) {
  const results = new Array(tasks.length);
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const at = next++;
      results[at] = await tasks[at]();
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, tasks.length) }, worker));
  return results;
}

async function problem(response) {
  const said = await response.json().catch(() => ({}));
  const text = [said.title, said.detail].filter(Boolean).join(': ');
  return new ApiError(text || `HTTP ${response.status}`, response.status);
}
