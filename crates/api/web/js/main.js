/** Wires the page: language and theme, views to topics, first load, live stream. */
import { keepFresh, load, loadAll, loadRole } from './data.js';
import { startDevicePanel } from './device-panel.js';
import { drawDevices, freshenDevices, resizeDevices, tickDevices } from './devices.js';
import { find, setText } from './dom.js';
import { startDrawers } from './drawer.js';
import { drawFeed, startFeed } from './feed.js';
import { startFigurePanel } from './figure-panel.js';
import { drawGateways, followGateway } from './gateways.js';
import { setLanguage, startLanguage, t } from './i18n.js';
import { drawLedger, drawSums, freshenLedger } from './ledger.js';
import { onReturn, onWindow, startLive } from './live.js';
import { drawForeign } from './map-foreign.js';
import { drawLegend, drawMap, recolourMap } from './map.js';
import { startMethodPage } from './method-page.js';
import { drawHeat, drawSquares, drawToday } from './places.js';
import { planningLater } from './planning-later.js';
import { startPanel } from './pole-panel.js';
import { drawQuarantine, freshenQuarantine } from './quarantine.js';
import { startRefusedPanel } from './refused-panel.js';
import { revealAgain } from './reveal.js';
import { changed, on, state } from './state.js';
import { drawConnection, drawHistory, isFilling } from './status.js';
import { drawStory } from './story.js';
import { startTargets } from './targets.js';
import { lightOnPaper, startTheme } from './theme.js';
import { buildTiles, drawLiveTiles, drawTiles } from './tiles.js';
import { startViews } from './view.js';
import { startWorkbench } from './workbench.js';

const ALL = ['language'];

function wire() {
  on([...ALL, 'poles', 'counts', 'heat'], drawStory);
  on([...ALL, 'poles', 'counts'], drawTiles);
  on([...ALL, 'poles', 'gateways', 'view'], drawMap);
  on([...ALL, 'poles'], drawBrand);
  on([...ALL, 'gateways', 'poles'], drawLegend);
  on([...ALL, 'poles'], drawForeign);
  on([...ALL, 'counts', 'poles', 'size', 'view'], drawToday);
  on([...ALL, 'counts'], drawSquares);
  on([...ALL, 'heat', 'size', 'view'], drawHeat);
  on([...ALL, 'size', 'view'], drawLedger);
  on(['ledger'], () => { drawSums(); if (state.ledger) freshenLedger(); else drawLedger(); });
  on(ALL, drawDevices);
  on(['devices'], freshenDevices);
  on(['size', 'view'], resizeDevices);
  on(ALL, drawFeed);
  on([...ALL, 'gateways', 'devices'], drawGateways);
  on([...ALL, 'ledger'], drawQuarantine);
  on(['live'], () => { drawLiveTiles(); freshenLedger(); freshenQuarantine(); tickDevices(); drawHistory(); drawConnection(); });
  on(['connection', ...ALL], () => { drawConnection(); drawLiveTiles(); });
  on(['theme'], recolourMap);
  planningLater();
  on(['poles', 'counts', 'heat', 'devices', 'gateways', 'ledger'], revealAgain);
}

function drawBrand() {
  const city = (state.zones ?? []).find((zone) => zone.kind === 'city')?.name;
  const title = city ? t('title', { city }) : t('title.generic');
  setText(find('#brand'), title);
}

/** At most one reload of counts in `every` ms, however many windows change. */
function countsOnWindows(every) {
  let waiting = false;
  onWindow(({ property }) => {
    if (waiting || state.properties.get(property)?.theme !== 'footfall') return;
    waiting = true;
    setTimeout(() => { waiting = false; load('counts'); }, every);
  });
}

function watchSize() {
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    changed('size');
  });
}

buildTiles();
startLanguage();
startTheme(find('[data-testid=theme]'));
lightOnPaper(recolourMap);
for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => { setLanguage(button.dataset.language); changed(...ALL); });
}
wire();
changed(...ALL);
watchSize();
startViews();
addEventListener('hashchange', followGateway);
countsOnWindows(20_000);
onReturn(() => loadRole().then(loadAll));
await loadRole();
startLive();
startPanel();
startFigurePanel();
startMethodPage();
startDevicePanel();
startRefusedPanel();
if (state.role !== 'public') startWorkbench();
startDrawers();
if (state.role !== 'public') startTargets();
if (state.role !== 'public') startFeed();
followGateway();
loadAll();
keepFresh(isFilling);
