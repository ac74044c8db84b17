/** The operator's workbench: what stands behind the numbers of the ledger, the quarantine and its repair, the way of a reading. */
import { startCountPanel } from './count-panel.js';
import { startMessagePanel } from './message-panel.js';
import { startQuarantine } from './quarantine.js';
import { startRepairPanel } from './repair-panel.js';
import { startReplays } from './replays.js';
import { startTracePanel } from './trace-panel.js';

/** Follows the address; before the drawers start. */
export function startWorkbench() {
  startQuarantine();
  startCountPanel();
  startMessagePanel();
  startRepairPanel();
  startTracePanel();
  startReplays();
}
