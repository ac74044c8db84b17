/** The answers that the planner's view stands on: one a part, asked for anew only when its question is another one. */
import { answer } from './answer.js';

/** @type {Map<string, {key:string, asked:ReturnType<typeof answer>}>} */
const parts = new Map();

/**
 * The answer of a part.
 * @param {string} name
 * @param {any} question what the answer hangs on
 * @param {() => Promise<any>} ask
 * @param {() => void} redraw called when the answer came or failed
 */
export function part(name, question, ask, redraw) {
  const key = JSON.stringify(question);
  if (parts.get(name)?.key !== key) {
    const asked = answer(ask, () => {
      if (parts.get(name)?.asked === asked) redraw();
    });
    parts.set(name, { key, asked });
    asked.load();
  }
  return parts.get(name).asked;
}

/** Asks again for everything that is shown. */
export function reloadParts() {
  for (const { asked } of parts.values()) asked.load();
}
