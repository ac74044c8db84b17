/**
 * What the method page explains, in its order: sections, their methods by the ids of the interface (`/methods`), their tables.
 * Words stand in `method-de.js` and `method-en.js`, numbers in `method-tables.js`.
 */

/** @type {{id:string, methods:string[], tables?:string[]}[]} */
export const OUTLINE = [
  { id: 'windows', methods: ['reading.counted', 'window.mean', 'window.count', 'coverage.reports'] },
  { id: 'state', methods: [] },
  {
    id: 'counts',
    methods: [
      'counter.difference',
      'counter.reconciled',
      'footfall.cordon_in',
      'footfall.cross_section',
      'footfall.none',
      'footfall.profile',
      'footfall.ranking',
      'sites.beside',
      'control.count',
      'estimate.gap',
      'public.rounded',
    ],
  },
  {
    id: 'compare',
    methods: ['compare.previous_week', 'compare.previous_year', 'compare.easter', 'compare.advent', 'compare.baseline', 'compare.event'],
    tables: ['reasons'],
  },
  { id: 'air', methods: ['air.hour', 'air.day', 'air.max_8h'], tables: ['factors'] },
  { id: 'index', methods: ['index.uba_lqi_2025', 'index.uba_lqi_former', 'index.european_aqi_2024'], tables: ['bands'] },
  { id: 'limits', methods: ['air.limits'], tables: ['limits'] },
  { id: 'noise', methods: ['window.energy_mean', 'noise.period', 'noise.day_figure'] },
  { id: 'heat', methods: ['heat.hot_day', 'heat.tropical_night'] },
  { id: 'quality', methods: ['peer.check'], tables: ['flags', 'rules', 'targets'] },
  { id: 'time', methods: [] },
  { id: 'network', methods: [] },
  { id: 'recompute', methods: [] },
];

/** Every remark on a value, in the order of the service. */
export const FLAGS = [
  'out_of_range',
  'sentinel',
  'stuck',
  'spike',
  'step',
  'inconsistent',
  'humid',
  'warming_up',
  'uncalibrated',
  'peer',
  'time_doubt',
  'superseded',
  'interpolated',
  'counter_reset',
  'replayed',
  'corrected',
];
/** Why two figures are not compared, in the order in which it is looked for; then why a day has no comparable ones. */
export const REASONS = [
  'no_data',
  'other_rule',
  'other_counters',
  'unfinished',
  'other_length',
  'too_little_covered',
  'coverage_differs',
  'unlike_others',
  'school_holidays_unknown',
  'too_few_days',
];

/** The section that holds an address of the page: a section's own id, a method's, or `flag.…`. */
export function sectionOf(id) {
  if (id.startsWith('flag.')) return 'quality';
  return OUTLINE.find((section) => section.id === id || section.methods.includes(id))?.id ?? null;
}
