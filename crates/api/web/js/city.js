/** Starts what only the city has: themes, explanations, ways to the data, foot. */
import { drawFoot, loadPublisher } from './foot.js';
import { on } from './state.js';
import { drawThemes } from './themes.js';
import { drawWays } from './ways.js';

/** Draws them when what they tell changes. */
export function startCity() {
  on(['language', 'themes'], drawThemes);
  on(['language', 'poles'], drawWays);
  on(['language', 'role'], drawFoot);
  loadPublisher();
}
