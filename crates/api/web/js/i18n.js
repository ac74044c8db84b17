/** The two languages: German first, English second; the choice is kept in the browser. */
import { de } from './text-de.js';
import { en } from './text-en.js';
import { de as figuresDe } from './text-figure-de.js';
import { en as figuresEn } from './text-figure-en.js';
import { de as operationDe } from './text-operation-de.js';
import { en as operationEn } from './text-operation-en.js';
import { de as planningDe } from './text-planning-de.js';
import { en as planningEn } from './text-planning-en.js';
import { de as workDe } from './text-work-de.js';
import { en as workEn } from './text-work-en.js';

const TABLES = {
  de: { ...de, ...figuresDe, ...planningDe, ...workDe, ...operationDe },
  en: { ...en, ...figuresEn, ...planningEn, ...workEn, ...operationEn },
};
const KEPT = 'smartpole.language';
let current = 'de';

/** The chosen language, `de` or `en`. */
export function language() {
  return current;
}

/** Reads the kept choice. */
export function startLanguage() {
  setLanguage(remembered(KEPT) === 'en' ? 'en' : 'de');
}

/** Chooses a language, marks the document and translates what stands in `index.html`. */
export function setLanguage(chosen) {
  current = chosen;
  remember(KEPT, chosen);
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
  const text = TABLES[current][key] ?? TABLES.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether there is a text of that key. */
export function knows(key) {
  return key in TABLES[current];
}

/** Something kept in the browser; null where storage is switched off. */
export function remembered(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

/** Keeps something in the browser, if it lets us. */
export function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* private mode: the choice lasts for this page */ }
}
