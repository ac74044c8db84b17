/** What the cards of the planner's view are made of. */
import { h } from './dom.js';
import { exportButtons } from './export-figure.js';
import { language, t } from './i18n.js';
import { fileAddress } from './planning-data.js';
import { sourceLine } from './planning-report.js';
import { scrollBox } from './planning-tables.js';
import { head } from './states.js';

/** Title, note and ways to save. */
export function title(id, text, note, ...ways) {
  return head(`${id}-title`, text, note, h('span', { class: 'saves' }, ways));
}

/** A way to save the answer to a question as a table. */
export function csv(path, question, name) {
  const form = language() === 'de' ? 'excel_de' : 'rfc4180';
  return h(
    'a',
    {
      class: 'save',
      href: fileAddress(path, question, form),
      download: '',
      'data-focus': `${name} csv`,
      'aria-label': t('planning.save.as', { kind: 'CSV', name }),
    },
    'CSV',
  );
}

/** Ways to save a drawing that stands in `root`. */
export function figureWays(root, { title: text, citation, name }) {
  return exportButtons(
    () => root.querySelector('svg.calendar, svg.chart'),
    () => ({ title: text, source: citation ? sourceLine(citation) : '' }),
    name,
  );
}

/** What opens the same figures as a table. */
export function asTable(make) {
  const inside = scrollBox(t('planning.table'));
  return h(
    'details',
    {
      class: 'as-table',
      ontoggle: (event) => {
        if (event.target.open && !inside.firstChild) inside.append(make());
      },
    },
    h('summary', { 'data-focus': 'table' }, t('planning.table')),
    inside,
  );
}
