/** The line's state in the head, and the progress of history being read. */
import { find, setText } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { changed, state } from './state.js';

/** The largest lag since it last was nothing: what the progress is measured by. */
let most = 0;

/** Draws "live · 14:15" or "Stand 14:15, Verbindung unterbrochen". */
export function drawConnection() {
  const time = state.asOf ? format.clock(state.asOf) : '';
  const key = state.connection === 'lost' && !state.asOf ? 'never' : state.connection;
  setText(find('#connection span'), t(`connection.${key}`, { time }));
}

/** Whether history is still being folded. */
export function isFilling() {
  return (state.ledger?.lag_messages ?? 0) > 0 && most > 1000;
}

/** Draws the progress, or hides it. Live traffic always has a few messages on their way; those are no history. */
export function drawHistory() {
  const lag = state.ledger?.lag_messages ?? 0;
  const filled = lag === 0 && most > 1000;
  most = lag === 0 ? 0 : Math.max(most, lag);
  const bar = find('#history');
  bar.hidden = !isFilling();
  if (filled) changed('filled');
  if (bar.hidden) return;
  const done = Math.round((1 - lag / most) * 100);
  bar.setAttribute('aria-valuenow', done);
  bar.setAttribute('aria-label', t('history.reading'));
  bar.firstElementChild.style.transform = `scaleX(${done / 100})`;
  setText(bar.lastElementChild, `${t('history.reading')} · ${t('history.left', { n: format.number(lag) })}`);
}
