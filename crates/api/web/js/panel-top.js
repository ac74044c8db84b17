/** The head of a panel: the way back to the panel it was opened from, what it is of, the way out. */
import { h } from './dom.js';
import { fromPanel } from './drawer.js';
import { t } from './i18n.js';
import { leave } from './route.js';
import { shareButton } from './share.js';

/**
 * @param {any[]} titles the heading and what stands above and below it
 * @param {Element|null} [mark] how it is
 */
export function panelTop(titles, mark = null) {
  const button = (name, label, text, onclick) =>
    h('button', { type: 'button', class: `icon ${name}`, 'aria-label': label, title: label, 'data-focus': name, onclick }, text);
  return h(
    'div',
    { class: 'top' },
    fromPanel() ? button('back', t('panel.back'), '‹', () => history.back()) : null,
    h('div', {}, titles, shareButton('share.panel', 'link')),
    mark,
    button('close', t('pole.close'), '×', leave),
  );
}
