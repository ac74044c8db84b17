/** Ways to the data of the page, for spreadsheets and programs. */
import { mainZone } from './data.js';
import { find, h } from './dom.js';
import { language, t } from './i18n.js';

/** Draws the list. */
export function drawWays() {
  const zone = mainZone();
  const ways = [
    ['/api/v1/poles?format=csv', 'method.use.poles'],
    ...(zone ? [[`/api/v1/footfall?zone=${encodeURIComponent(zone.id)}&step=1h&format=csv`, 'method.use.counts']] : []),
    [`/datasets?lang=${language()}`, 'method.open'],
    ['/catalog.ttl', 'method.use.catalogue'],
    ['/sta/v1.1', 'method.use.sta'],
  ];
  find('#ways').replaceChildren(...ways.map(([href, key]) => h('li', {}, h('a', { href }, t(key)))));
}
