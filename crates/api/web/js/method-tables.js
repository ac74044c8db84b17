/**
 * Numbers of the method page, as the service has them: bands of the indices, limit values, quality rules, targets of calibrations.
 * `tests/method.test.mjs` holds them to the files that the service is built from.
 */

/** Index → pollutant → hours of its mean and the largest whole µg/m³ of each class but the last. */
export const BANDS = {
  uba_lqi_2025: {
    pm2_5: [1, 5, 15, 30, 50],
    pm10: [1, 9, 27, 54, 90],
    no2: [1, 10, 30, 60, 100],
    o3: [1, 24, 72, 144, 240],
    so2: [1, 10, 30, 60, 100],
  },
  uba_lqi_former: { pm2_5: [24, 10, 20, 25, 50], pm10: [24, 20, 35, 50, 100], no2: [1, 20, 40, 100, 200], o3: [1, 60, 120, 180, 240] },
  european_aqi_2024: {
    pm2_5: [1, 5, 15, 50, 90, 140],
    pm10: [1, 15, 45, 120, 195, 270],
    no2: [1, 10, 25, 60, 100, 150],
    o3: [1, 60, 100, 120, 160, 180],
    so2: [1, 20, 40, 125, 190, 275],
  },
};

/** ppb → µg/m³ at 293 K and 101.3 kPa; of CO ppb → mg/m³. */
export const FACTORS = { no2: '1.9130', o3: '1.9959', so2: '2.6639', no: '1.2477', co: '0.0011647' };

/**
 * Limits: whose, what in law, first and last day, then of each pollutant: averaging, number, how many may lie above, uncertainty in per cent.
 * @type {{regime:string, kind:string, from:string, to:string|null, source:string, rows:[string, string, string, number, number][]}[]}
 */
export const LIMITS = [
  {
    regime: 'bimschv39',
    kind: 'limit',
    from: '2010-08-06',
    to: null,
    source: '39. BImSchV §§ 2–4, 8; Anlage 1 A',
    rows: [
      ['so2', 'hour', '350', 24, 25],
      ['so2', 'day', '125', 3, 25],
      ['no2', 'hour', '200', 18, 25],
      ['no2', 'year', '40', 0, 25],
      ['pm10', 'day', '50', 35, 50],
      ['pm10', 'year', '40', 0, 50],
      ['co', 'max_8h', '10', 0, 25],
    ],
  },
  {
    regime: 'bimschv39',
    kind: 'limit',
    from: '2015-01-01',
    to: null,
    source: '39. BImSchV § 5 Abs. 2; Anlage 1 A',
    rows: [['pm2_5', 'year', '25', 0, 50]],
  },
  {
    regime: 'bimschv39',
    kind: 'target',
    from: '2010-08-06',
    to: null,
    source: '39. BImSchV § 9 Abs. 1; Anlage 1 A',
    rows: [['o3', 'max_8h', '120', 25, 30]],
  },
  {
    regime: 'bimschv39',
    kind: 'long_term',
    from: '2010-08-06',
    to: null,
    source: '39. BImSchV § 9 Abs. 3; Anlage 1 A',
    rows: [['o3', 'max_8h', '120', 0, 30]],
  },
  {
    regime: 'directive2024',
    kind: 'limit',
    from: '2026-12-11',
    to: '2029-12-31',
    source: 'Directive (EU) 2024/2881, Annex I, Section 1, Table 2; Annex V',
    rows: [
      ['pm2_5', 'year', '25', 0, 40],
      ['pm10', 'day', '50', 35, 50],
      ['pm10', 'year', '40', 0, 30],
      ['no2', 'hour', '200', 18, 25],
      ['no2', 'year', '40', 0, 40],
      ['so2', 'hour', '350', 24, 25],
      ['so2', 'day', '125', 3, 25],
      ['co', 'max_8h', '10', 0, 20],
    ],
  },
  {
    regime: 'directive2024',
    kind: 'limit',
    from: '2030-01-01',
    to: null,
    source: 'Directive (EU) 2024/2881, Annex I, Section 1, Table 1; Annex V',
    rows: [
      ['pm2_5', 'day', '25', 18, 35],
      ['pm2_5', 'year', '10', 0, 40],
      ['pm10', 'day', '45', 18, 50],
      ['pm10', 'year', '20', 0, 30],
      ['no2', 'hour', '200', 3, 25],
      ['no2', 'day', '50', 18, 25],
      ['no2', 'year', '20', 0, 40],
      ['so2', 'hour', '350', 3, 25],
      ['so2', 'day', '50', 18, 25],
      ['so2', 'year', '20', 0, 40],
      ['co', 'day', '4', 18, 25],
      ['co', 'max_8h', '10', 0, 20],
    ],
  },
  {
    regime: 'directive2024',
    kind: 'target',
    from: '2026-12-11',
    to: '2029-12-31',
    source: 'Directive (EU) 2024/2881, Annex I, Section 2 B; Annex V',
    rows: [['o3', 'max_8h', '120', 25, 25]],
  },
  {
    regime: 'directive2024',
    kind: 'target',
    from: '2030-01-01',
    to: null,
    source: 'Directive (EU) 2024/2881, Annex I, Section 2 B; Annex V',
    rows: [['o3', 'max_8h', '120', 18, 25]],
  },
  {
    regime: 'directive2024',
    kind: 'long_term',
    from: '2050-01-01',
    to: null,
    source: 'Directive (EU) 2024/2881, Annex I, Section 2 C (99th percentile, 3 days a year); Annex V',
    rows: [['o3', 'max_8h', '100', 3, 25]],
  },
  {
    regime: 'who2021',
    kind: 'guideline',
    from: '2021-09-22',
    to: null,
    source: 'WHO global air quality guidelines 2021 (ISBN 978-92-4-003422-8), Table 0.1; uncertainty 39. BImSchV Anlage 1 A',
    rows: [
      ['pm2_5', 'year', '5', 0, 50],
      ['pm2_5', 'day', '15', 3, 50],
      ['pm10', 'year', '15', 0, 50],
      ['pm10', 'day', '45', 3, 50],
      ['o3', 'max_8h', '100', 3, 30],
      ['no2', 'year', '10', 0, 25],
      ['no2', 'day', '25', 3, 25],
      ['so2', 'day', '40', 3, 25],
      ['co', 'day', '4', 3, 25],
    ],
  },
  {
    regime: 'who2021',
    kind: 'guideline',
    from: '2021-09-22',
    to: null,
    source: 'WHO global air quality guidelines 2021 (ISBN 978-92-4-003422-8), Table 0.2, still valid; uncertainty 39. BImSchV Anlage 1 A',
    rows: [
      ['no2', 'hour', '200', 0, 25],
      ['co', 'hour', '35', 0, 25],
      ['co', 'max_8h', '10', 0, 25],
    ],
  },
  {
    regime: 'who2021',
    kind: 'interim1',
    from: '2021-09-22',
    to: null,
    source: 'WHO global air quality guidelines 2021 (ISBN 978-92-4-003422-8), Table 0.1; uncertainty 39. BImSchV Anlage 1 A',
    rows: [
      ['pm2_5', 'year', '35', 0, 50],
      ['pm2_5', 'day', '75', 3, 50],
      ['pm10', 'year', '70', 0, 50],
      ['pm10', 'day', '150', 3, 50],
      ['o3', 'max_8h', '160', 3, 30],
      ['no2', 'year', '40', 0, 25],
      ['no2', 'day', '120', 3, 25],
      ['so2', 'day', '125', 3, 25],
      ['co', 'day', '7', 3, 25],
    ],
  },
  {
    regime: 'who2021',
    kind: 'interim2',
    from: '2021-09-22',
    to: null,
    source: 'WHO global air quality guidelines 2021 (ISBN 978-92-4-003422-8), Table 0.1; uncertainty 39. BImSchV Anlage 1 A',
    rows: [
      ['pm2_5', 'year', '25', 0, 50],
      ['pm2_5', 'day', '50', 3, 50],
      ['pm10', 'year', '50', 0, 50],
      ['pm10', 'day', '100', 3, 50],
      ['o3', 'max_8h', '120', 3, 30],
      ['no2', 'year', '30', 0, 25],
      ['no2', 'day', '50', 3, 25],
      ['so2', 'day', '50', 3, 25],
    ],
  },
  {
    regime: 'who2021',
    kind: 'interim3',
    from: '2021-09-22',
    to: null,
    source: 'WHO global air quality guidelines 2021 (ISBN 978-92-4-003422-8), Table 0.1; uncertainty 39. BImSchV Anlage 1 A',
    rows: [
      ['pm2_5', 'year', '15', 0, 50],
      ['pm2_5', 'day', '37.5', 3, 50],
      ['pm10', 'year', '30', 0, 50],
      ['pm10', 'day', '75', 3, 50],
      ['no2', 'year', '20', 0, 25],
    ],
  },
  {
    regime: 'who2021',
    kind: 'interim4',
    from: '2021-09-22',
    to: null,
    source: 'WHO global air quality guidelines 2021 (ISBN 978-92-4-003422-8), Table 0.1; uncertainty 39. BImSchV Anlage 1 A',
    rows: [
      ['pm2_5', 'year', '10', 0, 50],
      ['pm2_5', 'day', '25', 3, 50],
      ['pm10', 'year', '20', 0, 50],
      ['pm10', 'day', '50', 3, 50],
    ],
  },
];

/** Rules: properties; identical values (`stuck`), least distance of a spike, step, seconds of warming up, whether a calibration is asked, least distance from the neighbours; null where nothing is asked. */
export const RULES = [
  { properties: ['pm1', 'pm2_5', 'pm4', 'pm10'], stuck: 6, spike: 20, step: 100, warming: 60, calibrated: true, peer: 20 },
  { properties: ['no2_ppb', 'o3_ppb', 'so2_ppb'], stuck: 6, spike: 20, step: 100, warming: 3600, calibrated: true, peer: 20 },
  { properties: ['no2', 'o3', 'so2'], stuck: 6, spike: 40, step: 200, warming: 3600, calibrated: true, peer: 40 },
  { properties: ['no_ppb'], stuck: 6, spike: 100, step: 500, warming: 3600, calibrated: true, peer: null },
  { properties: ['no'], stuck: 6, spike: 125, step: 600, warming: 3600, calibrated: true, peer: null },
  { properties: ['co_ppb'], stuck: 6, spike: 1000, step: 10000, warming: 3600, calibrated: true, peer: 1000 },
  { properties: ['co'], stuck: 6, spike: 1.2, step: 12, warming: 3600, calibrated: true, peer: 1.2 },
  { properties: ['co2'], stuck: null, spike: 200, step: 2000, warming: 120, calibrated: false, peer: null },
  {
    properties: ['tvoc', 'tvoc_ppb', 'voc_index', 'nox_index'],
    stuck: null,
    spike: null,
    step: null,
    warming: 120,
    calibrated: false,
    peer: null,
  },
  { properties: ['noise_laeq'], stuck: 6, spike: 15, step: 30, warming: 120, calibrated: false, peer: null },
  { properties: ['temperature'], stuck: 6, spike: 3, step: 5, warming: 120, calibrated: false, peer: 3 },
  { properties: ['relative_humidity'], stuck: null, spike: null, step: 25, warming: 120, calibrated: false, peer: 20 },
  { properties: ['pressure'], stuck: null, spike: null, step: 5, warming: null, calibrated: false, peer: 5 },
  { properties: ['soil_temperature'], stuck: null, spike: null, step: 5, warming: null, calibrated: false, peer: null },
];
/** Of every rule: values a spike is judged by, deviations of spike and peer, metres around a pole, poles that there must be. */
export const RULE = { neighbours: 7, deviations: 5, radius: 1500, poles: 4 };

/** Targets of comparisons with a reference: slope from–to, R² at least, intercept and RMSE at most (unit); null where nothing is asked. */
export const TARGETS = {
  pm: { slope: [0.65, 1.35], r2: 0.7, intercept: '±5 µg/m³', rmse: '7 µg/m³' },
  gas: { slope: [0.8, 1.2], r2: 0.8, intercept: '±5 ppb', rmse: '5 ppb' },
  co: { slope: [0.8, 1.2], r2: 0.8, intercept: null, rmse: null },
};

/** Which properties a remark keeps out of means and sums, in the catalogue that comes with the service: `always`, or a group; the others never do. */
export const EXCLUDES = { out_of_range: 'always', sentinel: 'always', stuck: 'air', humid: 'pm', warming_up: 'most' };
