/** Brings what the address names into view, again when what stands above it has grown, until the reader moves on. */
const MOVES = ['wheel', 'touchmove', 'keydown', 'pointerdown'];
let wanted = null;

/**
 * @param {() => Element|null} find drawing anew replaces elements, so it is looked for each time
 * @param {ScrollLogicalPosition} block
 */
export function reveal(find, block) {
  wanted = { find, block };
  for (const kind of MOVES) addEventListener(kind, forget, { once: true, passive: true });
  revealAgain();
}

/** After parts of the page were drawn. */
export function revealAgain() {
  wanted?.find()?.scrollIntoView({ block: wanted.block });
}

function forget() {
  wanted = null;
}
