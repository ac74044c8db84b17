/** Sharing what is open: its address, by the device's own menu or the clipboard. The address keeps the language. */
import { h } from './dom.js';
import { language, t } from './i18n.js';

/** The address of what is open, in the language that it is read in. */
function link() {
  const address = new URL(location.href);
  if (language() === 'en') address.searchParams.set('lang', 'en');
  else address.searchParams.delete('lang');
  return address.href;
}

/**
 * A button that shares what is open.
 * @param {string} key of its text
 * @param {string} style its CSS class
 */
export function shareButton(key, style = 'btn') {
  const said = h('span', { class: 'note', role: 'status' });
  const tell = (text) => {
    said.textContent = t(text);
  };
  const share = async () => {
    try {
      if (navigator.share && matchMedia('(pointer: coarse)').matches) return await navigator.share({ title: document.title, url: link() });
      await navigator.clipboard.writeText(link());
      return tell('share.done');
    } catch (error) {
      return error.name === 'AbortError' ? undefined : tell('share.failed'); // who closes the menu wants nothing
    }
  };
  return h(
    'span',
    { class: 'share-box' },
    h('button', { type: 'button', class: style, 'data-focus': 'share', onclick: share }, t(key)),
    ' ',
    said,
  );
}
