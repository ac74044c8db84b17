/** An answer of the interface that a panel stands on, in its four states: on its way, there, failed, old. */
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { broken, skeleton } from './states.js';

/**
 * @param {() => Promise<any>} ask
 * @param {() => void} redraw called when something changed
 */
export function answer(ask, redraw) {
  const self = { value: null, at: null, error: null };
  self.load = async () => {
    try {
      self.value = await ask();
      self.at = Date.now();
      self.error = null;
    } catch (error) {
      self.error = error;
    }
    redraw();
  };
  return self;
}

/**
 * What to show of it; `draw` is given its value. One that could not be renewed stays, and says so.
 * @param {ReturnType<typeof answer>} asked
 * @param {(value:any) => any} draw
 */
export function shown(asked, draw) {
  if (asked.value === null) return asked.error ? failed(asked.error, asked.load) : skeleton();
  return [asked.error && h('p', { class: 'old', role: 'status' }, t('answer.old', { time: format.seconds(asked.at) })), draw(asked.value)];
}

/** Why there is no answer, and a way on; who may not ask is told so. */
export function failed(error, retry) {
  if (error.status !== 403) return broken(error.status ? error.message : t('answer.unreachable'), retry);
  return h(
    'div',
    { class: 'state', role: 'alert' },
    h('p', { class: 'state-word' }, t('operators.only')),
    h('p', { class: 'note' }, t('operators.help')),
  );
}
