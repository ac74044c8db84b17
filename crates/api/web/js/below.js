/** What stands below the first screen's words: map, places, themes, foot. It comes by itself, after them. */
import { startCity } from './city.js';
import { drawHeat } from './heat.js';
import { drawForeign } from './map-foreign.js';
import { drawLegend, drawMap, recolourMap } from './map.js';
import { drawSquares, drawToday } from './places.js';
import { revealAgain } from './reveal.js';
import { changed, on } from './state.js';
import { lightOnPaper } from './theme.js';

/** Draws it, and again when what it tells changes. */
export function startBelow() {
  on(['language', 'poles', 'gateways', 'view'], drawMap);
  on(['language', 'gateways', 'poles'], drawLegend);
  on(['language', 'poles'], drawForeign);
  on(['language', 'counts', 'poles', 'size', 'view'], drawToday);
  on(['language', 'counts'], drawSquares);
  on(['language', 'heat', 'size', 'view'], drawHeat);
  on(['theme'], recolourMap);
  on(['poles', 'counts', 'heat', 'devices', 'gateways', 'ledger'], revealAgain);
  lightOnPaper(recolourMap);
  startCity();
  changed('language');
}
