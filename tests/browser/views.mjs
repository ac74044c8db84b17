/** The views and panels of the page, its documents and its widgets: what each test of all of them goes through. */
/** Whoever comes by a proxy is the public. */
export const PUBLIC = { extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' } };
/** What is open on the page: its name, its address, and what is there once it is drawn. */
export const VIEWS = [
  ['the city', '', '[data-testid=map][data-drawn]'],
  ['a pole', '#pole=AM-01', '[data-testid=pole-panel] svg.chart'],
  ['a figure', '#figure=zone:altstadt/crossings/1h/2026-11-28T23:00:00Z', '[data-testid=figure-panel] h2'],
  ['the methods', '#methode', '[data-testid=method-page] h3'],
  ['what it means', '#bedeutung=luft', '[data-testid=explain] h3'],
];
export const OPERATION = [
  ['the operation', '#betrieb', '#ledger svg'],
  ['a device', '#device=am-01-air', '[data-testid=device-panel] h2'],
  ['the quarantine', '#quarantine=', '[data-testid=quarantine] h2'],
  ['a number of the ledger', '#count=messages/uplink', '[data-testid=count-panel] h2'],
  ['a repair', '#repair=', '[data-testid=repair-panel] h2'],
  ['a table of the registry', '#register=poles.csv', '[data-testid=register-panel] .registry-table'],
  ['a text of the registry', '#register=profiles/air-station.toml', '[data-testid=register-panel] textarea'],
];
export const DOCUMENTS = [
  '/login',
  '/login?lang=en',
  '/plain',
  '/plain?lang=en',
  '/leicht.html',
  '/legal/processing',
  '/legal/processing?lang=en',
  '/datasets',
  '/datasets/air_quality?lang=en',
];
export const WIDGETS = ['/embed/tile?zone=altstadt', '/embed/chart?theme=dark', '/embed/map?lang=en'];
