/** The bytes of a message, as text where they are text, and in hexadecimal. */
import { bytesOf, dump, textOf } from './bytes-rules.js';
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { head } from './states.js';

/**
 * A section with the payload.
 * @param {{size:number|null, payload_base64:string|null}} message
 */
export function bytesSection({ size, payload_base64: payload }) {
  if (payload === null) return h('section', {}, head(null, t('bytes.title')), h('p', { class: 'note' }, t('bytes.gone')));
  const bytes = bytesOf(payload);
  const text = textOf(bytes);
  const box = h('pre', { tabindex: 0, 'aria-label': t('bytes.title') });
  const kinds = text === null ? ['hex'] : ['text', 'hex'];
  const buttons = kinds.map((kind) =>
    h('button', { type: 'button', 'data-focus': `bytes ${kind}`, onclick: () => show(kind) }, t(`bytes.${kind}`)),
  );
  function show(kind) {
    box.textContent = kind === 'text' ? text : dump(bytes).join('\n');
    box.className = `bytes ${kind}`;
    buttons.forEach((button, at) => button.setAttribute('aria-pressed', String(kinds[at] === kind)));
  }
  show(kinds[0]);
  const cut = bytes.length < size ? t('bytes.cut', { shown: format.bytes(bytes.length), size: format.bytes(size) }) : format.bytes(size);
  return h(
    'section',
    {},
    head(null, t('bytes.title'), text === null ? `${cut} · ${t('bytes.binary')}` : cut),
    kinds.length > 1 ? h('div', { class: 'chooser', role: 'group', 'aria-label': t('bytes.as') }, buttons) : null,
    box,
  );
}
