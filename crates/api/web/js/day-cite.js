/** Citing a zone's day as its chart shows it: the figure of the day. */
import { answer, shown } from './answer.js';
import { h } from './dom.js';
import { citation } from './figure-cite.js';
import { told } from './figure-data.js';
import { CROSSINGS } from './figure-rules.js';
import { t } from './i18n.js';
import { midnight } from './time.js';

/** Asked for when it is opened, as the figure's own panel does. */
export function dayCitation(zone, { until }) {
  /** @type {import('./figure-rules.js').Figure} */
  const figure = { kind: 'zone', id: zone.id, property: CROSSINGS, step: '1d', start: midnight(until ?? Date.now()) };
  const root = h('div', {});
  const draw = () =>
    root.replaceChildren(
      ...[
        shown(asked, (found) =>
          found.told && !found.told.noSum && !found.told.withheld
            ? citation(figure, found.told, asked.at)
            : h('p', { class: 'note' }, t('figure.state.notYet')),
        ),
      ]
        .flat(2)
        .filter(Boolean),
    );
  const asked = answer(async () => ({ told: await told(figure) }), draw);
  asked.load();
  return root;
}
