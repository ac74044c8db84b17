/** The gateways on the map: square marks, so that none is taken for a pole. */
import { h } from './dom.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { gatewayMark } from './shapes.js';
import { state } from './state.js';

const buttons = new Map();

/** Those whose place is known. */
export function gatewaysOnMap() {
  return [...state.gateways.values()].filter(({ lat, lon }) => lat !== null && lon !== null);
}

/** A mark for each, kept in `box`, by id. */
export function gatewayButtons(box, gateways) {
  const known = new Set(gateways.map(({ id }) => id));
  for (const [id, button] of buttons)
    if (!known.has(id)) {
      button.remove();
      buttons.delete(id);
    }
  for (const gateway of gateways) dress(buttonOf(box, gateway.id), gateway);
  return buttons;
}

function buttonOf(box, id) {
  if (!buttons.has(id)) {
    const link = h('a', { class: 'gateway', href: address('gateway', id), 'data-gateway-mark': id });
    buttons.set(id, link);
    box.append(link);
  }
  return buttons.get(id);
}

function dress(link, { name, state: now }) {
  const label = t('map.gateway', { name, state: t(`gateway.${now}`) });
  if (link.dataset.state !== now) {
    link.dataset.state = now;
    link.replaceChildren(gatewayMark(now, 24));
  }
  if (link.getAttribute('aria-label') !== label) {
    link.setAttribute('aria-label', label);
    link.title = label;
  }
}
