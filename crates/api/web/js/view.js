/**
 * The views of the page: `#stadt` (also no address), `#betrieb`, `#planung` with their choices behind `&`. An element with
 * `data-view="stadt betrieb"` is shown in those views, one without in all. Tells the topic `view`; `state.view` is the view.
 */
import { find } from './dom.js';
import { t } from './i18n.js';
import { leadBackTo, route } from './route.js';
import { changed, on, state } from './state.js';
import { homeOf, isSeenBy, VIEWS, viewOf } from './view-rules.js';

/** Follows the address, the role and the language. */
export function startViews() {
  addEventListener('hashchange', follow);
  on(['role'], follow);
  on(['language', 'poles', 'view'], drawTitle);
  follow();
}

function follow() {
  const said = route();
  const asked = viewOf(said, state.view);
  const view = isSeenBy(asked, state.role) ? asked : 'stadt';
  if (asked === view && (view in said || view !== state.view || location.hash === '')) leadBackTo(homeOf(view, said, location.hash));
  if (view !== state.view) show(view);
  markTabs(said);
}

function show(view) {
  const isFirst = state.view === null;
  state.view = view;
  document.body.dataset.view = view;
  for (const element of document.querySelectorAll('[data-view]:not(body)'))
    element.hidden = !element.dataset.view.split(' ').includes(view);
  if (!isFirst) {
    scrollTo(0, 0);
    find('#content').focus({ preventScroll: true });
  }
  changed('view');
}

/** The head says where the reader is; views that are not for the reader have no tab. */
function markTabs(said) {
  const part = said.methode === undefined ? state.view : 'methode';
  for (const link of document.querySelectorAll('body > header nav a')) {
    const key = link.hash.slice(1);
    link.hidden = VIEWS.includes(key) && !isSeenBy(key, state.role);
    link.setAttribute('aria-current', String(key === part));
  }
}

function drawTitle() {
  const brand = find('#brand').textContent;
  document.title = state.view === 'stadt' ? brand : `${t(`nav.${state.view}`)} · ${brand}`;
}
