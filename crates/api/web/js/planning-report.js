/** What a planner takes along: a paragraph for the council's paper, a citation, the link that repeats the figures, its QR code. */
import { generate } from '../vendor/lean-qr.mjs';
import { citeBox, pageAddress, publisherOf } from './cite.js';
import { h, svg } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { addressOf } from './planning-rules.js';
import { paragraph } from './planning-words.js';
import { head } from './states.js';

/** Cells of white around a QR code (ISO/IEC 18004, 6.3.8). */
const QUIET = 4;

/** The address that shows the same figures for ever: all choices, and as of when. */
export function frozenLink({ zone, choices, period }, asOf) {
  return pageAddress(addressOf({ ...choices, zone: zone.id, ...period, asOf }));
}

const methodsOf = (citation) => (citation.method ?? []).map(({ id, version }) => `${id}/${version}`).join(', ');

/** Whose figures these are, as of when, and how they are made, in a line that stands under them. */
export function sourceLine(citation) {
  const asOf = format.minute(Date.parse(citation.as_of ?? '') || Date.now());
  return t('planning.source', { publisher: publisherOf(citation).publisher, asOf, methods: methodsOf(citation) });
}

/**
 * @param {any} asked
 * @param {any} answer of `/footfall` with totals
 * @param {any} facts of the first sentence
 */
export function report(asked, answer, facts) {
  const { citation, items } = answer;
  const asOf = Date.parse(citation.as_of ?? '') || asked.choices.asOf || Date.now();
  const link = frozenLink(asked, asOf);
  const methods = methodsOf(citation);
  const by = publisherOf(citation);
  const said = paragraph(
    { ...facts, items, hours: asked.choices.hours, asOf: format.minute(asOf), methods, publisher: by.publisher, link },
    (value, digits = 0) => format.number(value, digits),
    t,
  );
  const title = t('planning.cite.title', { zone: facts.zone, span: facts.span });
  return [
    head('planning-report-title', t('planning.report'), t('planning.report.note', { time: format.minute(asOf) })),
    h(
      'div',
      { class: 'report' },
      h(
        'div',
        {},
        h('h3', {}, t('planning.paper')),
        said
          ? [h('p', { class: 'paper', 'data-testid': 'planning-paper' }, said), copyButton(said)]
          : h('p', { class: 'note' }, t('planning.noData')),
        h('h3', {}, t('cite.title')),
        citeBox(t('planning.cite', { title, publisher: by.publisher, asOf: format.minute(asOf), methods, link }), {
          ...by,
          title,
          link,
          asOf,
          method: methods,
        }),
      ),
      h(
        'figure',
        { class: 'qr' },
        qrCode(link),
        h(
          'figcaption',
          { class: 'note' },
          t('planning.qr'),
          h('a', { href: link, class: 'short-link', 'data-testid': 'planning-link' }, link.replace(/^https?:\/\//, '')),
        ),
      ),
    ),
  ];
}

function copyButton(text) {
  if (!navigator.clipboard) return null;
  const button = h(
    'button',
    {
      type: 'button',
      class: 'btn',
      'data-focus': 'copy paper',
      onclick: async () => {
        await navigator.clipboard.writeText(text);
        button.textContent = t('cite.copied');
        setTimeout(() => {
          button.textContent = t('cite.copy');
        }, 2000);
      },
    },
    t('cite.copy'),
  );
  return button;
}

/** The link as a QR code: one path, so that no printer leaves hair lines. */
export function qrCode(text) {
  const code = /** @type {any} */ (generate)(text); // the library brings its types in a file of its own
  const side = code.size + 2 * QUIET;
  const dark = Array.from({ length: code.size * code.size }, (_, at) => [at % code.size, Math.floor(at / code.size)]).filter(([x, y]) =>
    code.get(x, y),
  );
  return svg(
    'svg',
    {
      viewBox: `0 0 ${side} ${side}`,
      width: 168,
      height: 168,
      role: 'img',
      'aria-label': t('planning.qr.label'),
      'shape-rendering': 'crispEdges',
      'data-testid': 'planning-qr',
    },
    svg('rect', { width: side, height: side, class: 'qr-light' }),
    svg('path', { d: dark.map(([x, y]) => `M${x + QUIET},${y + QUIET}h1v1h-1z`).join(''), class: 'qr-dark' }),
  );
}
