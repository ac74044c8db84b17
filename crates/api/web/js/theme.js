/** Light or dark: the system's wish, until the reader chooses. */
import { remember, remembered } from './i18n.js';
import { changed } from './state.js';

const KEPT = 'smartpole.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** Reads the kept choice and watches the system's. */
export function startTheme(button) {
  const kept = remembered(KEPT);
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
  system.addEventListener('change', () => changed('theme'));
  button.addEventListener('click', () => {
    const next = isDark() ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    remember(KEPT, next);
    changed('theme');
  });
}

/** Takes the theme that the address says (`?theme=dark`), without keeping it. */
export function colourByAddress() {
  const asked = new URLSearchParams(location.search).get('theme');
  if (asked === 'light' || asked === 'dark') document.documentElement.dataset.theme = asked;
  system.addEventListener('change', () => changed('theme'));
}

/** Paper is white: while printing the page is light, drawings included. */
export function lightOnPaper(recolour) {
  let chosen;
  addEventListener('beforeprint', () => {
    chosen = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = 'light';
    recolour();
  });
  addEventListener('afterprint', () => {
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
    recolour();
  });
}

/** Whether the page is dark now. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : system.matches;
}

/** The present value of a colour token, for drawings that cannot use CSS variables. */
export function colour(token) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
}
