/** The foot of the page: who publishes, what the law asks for, where to report a mistake, and other ways to read it. */
import { get } from './api.js';
import { find, h } from './dom.js';
import { language, t } from './i18n.js';
import { shareButton } from './share.js';
import { state } from './state.js';

const LEGAL = ['imprint', 'privacy', 'accessibility', 'processing'];
let publisher = null;

/** Asks who publishes; a service that does not say has a foot without it. */
export async function loadPublisher() {
  publisher = await get('publisher').catch(() => null);
  drawFoot();
}

/** The way in, which leads back here, and out again; none where a password would be sent in the open. */
function door() {
  if (state.account)
    return [
      h('a', { href: `/account?lang=${language()}`, 'data-testid': 'account' }, t('foot.account', { name: state.account })),
      h('button', { type: 'button', class: 'btn', 'data-testid': 'log-out', onclick: logOut }, t('foot.logout')),
    ];
  const lead = (event) => {
    event.currentTarget.href = way();
  }; // what is shown may be something else by then
  return state.canLogIn ? [h('a', { href: way(), onclick: lead, 'data-testid': 'log-in' }, t('foot.login'))] : [];
}

const way = () => `/login?lang=${language()}&return=${encodeURIComponent(location.pathname + location.search + location.hash)}`;

async function logOut() {
  await fetch('/logout', { method: 'POST', redirect: 'manual' }).catch(() => null);
  location.reload(); // what was shown is not for who comes next
}

/** Draws the foot. */
export function drawFoot() {
  const link = (href, key, more) => h('a', { href, ...more }, t(key));
  const legal = LEGAL.filter((page) => publisher?.legal?.includes(page)).map((page) =>
    link(`/legal/${page}?lang=${language()}`, `foot.${page}`),
  );
  const report = publisher?.report ? [link(publisher.report, 'foot.report', { rel: 'noopener' })] : [];
  const ways = [
    link('/leicht.html', 'foot.easy', { hreflang: 'de' }),
    link(`/plain?lang=${language()}`, 'foot.plain'),
    link(`/datasets?lang=${language()}`, 'foot.data'),
  ];
  const who = publisher ? [t('foot.publisher', { name: publisher.publisher }), t('foot.licence', { name: publisher.licence })] : [];
  find('#foot').replaceChildren(
    h('nav', { 'aria-label': t('foot.label') }, [...legal, ...report, ...ways, ...door()]),
    shareButton('share.page'),
    h('p', { class: 'note' }, [...who, t('foot.honest')].join(' · ')),
  );
}
