/** The planner's view comes when it is gone to, once the service said that there is a reader for it. */
import { PLANNING, addTexts } from './i18n.js';
import { on, state } from './state.js';

let isComing = false;

/** Watches view and role. */
export function planningLater() {
  on(['view', 'role'], () => {
    if (isComing || state.view !== 'planung' || state.role === null) return;
    isComing = true;
    Promise.all([import('./planning.js'), addTexts(PLANNING)]).then(([{ startPlanning }]) => startPlanning());
  });
}
