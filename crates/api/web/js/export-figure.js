/** Figures as files: SVG with the styles it has on the page, and PNG at three times its size, both on white or the theme's ground. */
import { h } from './dom.js';
import { t } from './i18n.js';
import { colour } from './theme.js';

/** What of the page's styles a drawing needs. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'stroke-linejoin',
  'stroke-linecap',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'visibility',
  'paint-order',
];
const SCALE = 3;
const MARGIN = 16;
const TITLE = 26;

/**
 * Buttons that save a figure.
 * @param {() => SVGElement|null} find the drawing as it is then
 * @param {() => {title:string, source:string}} told what stands above and below it
 * @param {string} name of the file, without its end
 */
export function exportButtons(find, told, name) {
  const button = (kind, save) =>
    h(
      'button',
      {
        type: 'button',
        class: 'save',
        'data-focus': `${name} ${kind}`,
        'aria-label': t('planning.save.as', { kind: kind.toUpperCase(), name: told().title }),
        onclick: () => {
          const drawn = find();
          if (drawn) save(drawn);
        },
      },
      kind.toUpperCase(),
    );
  return [
    button('svg', (drawn) => download(new Blob([asText(drawn, told())], { type: 'image/svg+xml' }), `${name}.svg`)),
    button('png', async (drawn) => download(await asPng(drawn, told()), `${name}.png`)),
  ];
}

/** The drawing on its own, with title and source, as text. */
function asText(drawn, { title, source }) {
  const { width, height } = sizeOf(drawn);
  const copy = drawn.cloneNode(true);
  dress(drawn, copy);
  copy.querySelectorAll('.cursor, .hit').forEach((part) => part.remove());
  const ns = 'http://www.w3.org/2000/svg';
  const root = document.createElementNS(ns, 'svg');
  const whole = { width: width + 2 * MARGIN, height: height + 2 * MARGIN + 2 * TITLE };
  for (const [key, value] of Object.entries({ ...whole, viewBox: `0 0 ${whole.width} ${whole.height}` })) root.setAttribute(key, value);
  const part = (tag, attributes, text) => {
    const element = document.createElementNS(ns, tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text ?? '';
    root.append(element);
  };
  const font = { x: MARGIN, 'font-family': 'Inter, system-ui, sans-serif' };
  part('rect', { width: whole.width, height: whole.height, fill: colour('surface') });
  part('text', { ...font, y: MARGIN + 14, 'font-size': 16, 'font-weight': 620, fill: colour('ink') }, title);
  for (const [key, value] of Object.entries({ x: MARGIN, y: MARGIN + TITLE, width, height })) copy.setAttribute(key, value);
  root.append(copy);
  part('text', { ...font, y: whole.height - MARGIN, 'font-size': 11, fill: colour('ink-2') }, source);
  return new XMLSerializer().serializeToString(root);
}

function sizeOf(drawn) {
  const { width, height } = drawn.viewBox.baseVal;
  return { width, height };
}

/** Writes what the style sheets say into the copy. */
function dress(from, to) {
  const style = getComputedStyle(from);
  for (const name of STYLES) {
    const value = style.getPropertyValue(name);
    if (value) to.setAttribute(name, value);
  }
  to.removeAttribute('class');
  [...from.children].forEach((child, at) => dress(child, to.children[at]));
}

async function asPng(drawn, told) {
  const address = URL.createObjectURL(new Blob([asText(drawn, told)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = h('canvas', { width: image.naturalWidth * SCALE, height: image.naturalHeight * SCALE });
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Hands a file to the reader. */
function download(blob, name) {
  const address = URL.createObjectURL(blob);
  h('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
