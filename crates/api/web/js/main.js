/** Wires the page: views to topics, first load, live stream. */
import { keepFresh, load, loadAll, loadRole } from './data.js';
import { find, setText } from './dom.js';
import { addDrawerLater, startDrawers } from './drawer.js';
import { startLanguage, t } from './i18n.js';
import { onGap, onReturn, onWindow, startLive } from './live.js';
import { planningLater } from './planning-later.js';
import { changed, on, state } from './state.js';
import { drawConnection, drawHistory, isFilling } from './status.js';
import { drawStory } from './story.js';
import { buildTiles, drawLiveTiles, drawTiles } from './tiles.js';
import { operates } from './view-rules.js';
import { startViews } from './view.js';

const ALL = ['language'];

function wire() {
  on([...ALL, 'poles', 'counts'], drawStory);
  on([...ALL, 'poles', 'counts'], drawTiles);
  on([...ALL, 'poles'], drawBrand);
  on(['live'], () => {
    drawLiveTiles();
    drawHistory();
    drawConnection();
  });
  on(['connection', ...ALL], () => {
    drawConnection();
    drawLiveTiles();
  });
  planningLater();
}

function drawBrand() {
  const city = (state.zones ?? []).find((zone) => zone.kind === 'city')?.name;
  const title = city ? t('title', { city }) : t('title.generic');
  setText(find('#brand'), title);
}

/** At most one reload of counts in `every` ms, however many windows change. */
function countsOnWindows(every) {
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      load('counts');
    }, every);
  };
  onWindow(({ property }) => {
    if (state.properties.get(property)?.theme === 'footfall') soon();
  });
  onGap(() => {
    if (state.role !== 'public') soon();
  }); // some of them may have been left out; the public gets none
}

function watchSize() {
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    changed('size');
  });
}

/** Panels come when the address asks for one. */
function panelsLater() {
  addDrawerLater('pole', () => import('./pole-panel.js').then(({ startPanel }) => startPanel()));
  addDrawerLater('figure', () => import('./figure-panel.js').then(({ startFigurePanel }) => startFigurePanel()));
  addDrawerLater('methode', () => import('./method-page.js').then(({ startMethodPage }) => startMethodPage()));
  addDrawerLater('bedeutung', () => import('./explain.js').then(({ startExplain }) => startExplain()));
}

/** What stands below the first words; it comes when they are there, or cannot be. */
async function belowLater() {
  for (const module of document.querySelectorAll('link[data-below]')) module.media = 'all';
  const { startBelow } = await import('./below.js');
  startBelow();
}

/** Sheets of other views: they are asked for now, and there before anything of those views is drawn; those of operators by them alone. */
function sheetsLater() {
  const isWanted = (sheet) => sheet.dataset.later !== 'betrieb' || operates(state.role);
  return Promise.all(
    [...document.querySelectorAll('link[data-later]')].filter(isWanted).map(
      (sheet) =>
        new Promise((come) => {
          for (const end of ['load', 'error']) sheet.addEventListener(end, come, { once: true });
          sheet.disabled = false;
        }),
    ),
  );
}

buildTiles();
await startLanguage();
wire();
changed(...ALL);
watchSize();
startViews();
countsOnWindows(20_000);
onReturn(() => loadRole().then(loadAll));
await loadRole();
startLive();
panelsLater();
const below = load('poles').then(belowLater);
loadAll();
const sheets = sheetsLater();
if (operates(state.role)) await sheets.then(() => import('./for-operators.js')).then(({ startOperation }) => startOperation());
changed(...ALL);
await Promise.all([below, sheets]); // panels lead back to what stands there
startDrawers();
keepFresh(isFilling);
