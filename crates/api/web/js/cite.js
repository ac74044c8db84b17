/** Citing what is shown: a line, the address that shows the same figures again, and records for reference managers. */
import { find, h } from './dom.js';
import { bibtex, ris } from './cite-rules.js';
import { instantName } from './figure-rules.js';
import { t } from './i18n.js';

const MINUTE = 60_000;

/** The last minute that is over: what had come by then is settled, and a link shows it for ever. */
export function settledAt(ms) {
  return Math.floor(ms / MINUTE) * MINUTE;
}

/** The whole address of a place on this page. */
export function pageAddress(hash) {
  return `${location.origin}${location.pathname}${hash}`;
}

/** Who publishes, and under which licence, as the interface cites its answers. */
export function publisherOf(citation) {
  return { publisher: citation?.publisher ?? find('#brand').textContent, licence: citation?.licence ?? null };
}

/**
 * The line, and ways to take it along.
 * @param {string} text the line
 * @param {import('./cite-rules.js').Source} source
 */
export function citeBox(text, source) {
  const copies = navigator.clipboard ? [copy(t('cite.copy'), text, 'text'), copy(t('cite.link'), source.link, 'link')] : [];
  return h(
    'div',
    { class: 'cite' },
    h('p', {}, text),
    h('div', { class: 'cite-ways' }, copies, download('BibTeX', 'bib', bibtex(source)), download('RIS', 'ris', ris(source))),
  );
}

/** A chart's way to be cited: closed until it is asked for, and told only then. */
export function citeFold(told) {
  const inside = h('div', {});
  return h(
    'details',
    {
      class: 'cite-fold',
      ontoggle: (event) => {
        if (event.target.open) inside.replaceChildren(told());
      },
    },
    h('summary', {}, t('cite.title')),
    inside,
  );
}

function copy(label, text, what) {
  const button = h(
    'button',
    {
      type: 'button',
      class: 'btn',
      'data-focus': `cite ${what}`,
      onclick: async () => {
        await navigator.clipboard.writeText(text);
        button.textContent = t('cite.copied');
        setTimeout(() => {
          button.textContent = label;
        }, 2000);
      },
    },
    label,
  );
  return button;
}

/** A file that the browser saves. */
function download(label, extension, text) {
  const href = `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
  return h('a', { class: 'btn', href, download: `smartpole.${extension}`, 'data-focus': `cite ${extension}` }, label);
}

/** How an address says when it is frozen. */
export function frozenIn(hash, asOf) {
  return `${hash}&as_of=${instantName(asOf)}`;
}
