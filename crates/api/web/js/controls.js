/**
 * What answers a reader first: language, light and dark. It has few modules. The rest of the page (`main.js`) is fetched once the first
 * words are on the screen, which stand in `index.html`: on a slow line nothing keeps them waiting.
 */
import { find } from './dom.js';
import { setLanguage } from './i18n.js';
import { changed } from './state.js';
import { startTheme } from './theme.js';

/** After the next frame; a tab that nobody sees has none. */
function painted() {
  return document.hidden ? Promise.resolve() : new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}

startTheme(find('[data-testid=theme]'));
for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => setLanguage(button.dataset.language).then(() => changed('language')));
}
await painted();
const rest = import('./main.js');
for (const link of document.querySelectorAll('link[data-rest]')) {
  link.media = 'all';
  await new Promise((done) => setTimeout(done)); // all at once they would hold up a slow processor
}
await rest;
