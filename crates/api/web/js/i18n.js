/** The two languages: German first, English second; the choice is kept in the browser. Only what is read is fetched. */

/** Tables of texts, by the names of their files: of the city, and what comes to them for operators. */
const CITY = ['text', 'text-city', 'text-figure'];
export const OPERATION = ['text-work', 'text-operation', 'text-ledger', 'text-causes', 'text-registry'];
export const PLANNING = ['text-planning'];

/** @type {Record<string, Record<string, string>>} what has come of each language */
const tables = { de: {}, en: {} };
let names = CITY;
const KEPT = 'smartpole.language';
/** @type {'de'|'en'} */
let current = 'de';

/**
 * The chosen language.
 * @returns {'de'|'en'}
 */
export function language() {
  return current;
}

/** Takes what the address says (`?lang=en`, so that a link is read as it was sent), else the kept choice. */
export async function startLanguage() {
  const asked = new URLSearchParams(location.search).get('lang') ?? remembered(KEPT);
  await translate(asked === 'en' ? 'en' : 'de');
}

/** Chooses a language, for the next time as well. */
export async function setLanguage(chosen) {
  remember(KEPT, chosen);
  await translate(chosen);
}

/** Adds tables of texts for the rest of the page's life. */
export async function addTexts(more) {
  names = [...names, ...more];
  await load(current);
}

async function load(language) {
  const found = await Promise.all(names.map((name) => import(`./${name}-${language}.js`)));
  tables[language] = Object.assign({}, ...found.map((module) => module[language]));
}

/** Marks the document and translates what stands in `index.html`. */
async function translate(chosen) {
  for (let before = null; before !== names; ) {
    // more may be added on the way
    before = names;
    await load(chosen);
  }
  current = chosen;
  document.documentElement.lang = chosen;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', t(element.dataset.label));
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === chosen));
  }
}

/**
 * A text of the chosen language; `{name}` is replaced from `values`.
 * @param {string} key
 * @param {Record<string, any>} [values]
 */
export function t(key, values = {}) {
  const text = tables[current][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether there is a text of that key. */
export function knows(key) {
  return key in tables[current];
}

/** Something kept in the browser; null where storage is switched off. */
export function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps something in the browser, if it lets us. */
export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* private mode: the choice lasts for this page */
  }
}
