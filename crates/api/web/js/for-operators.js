/** Starts what the public does not have: causes, ledger, devices, gateways, quarantine, registry, targets. It comes when the service says that there is a reader for it. */
import { startCausePanel } from './cause-panel.js';
import { startCauses } from './causes.js';
import { startDevicePanel } from './device-panel.js';
import { drawDevices, freshenDevices, resizeDevices, tickDevices } from './devices.js';
import { addDrawerLater } from './drawer.js';
import { startDriveList } from './drive-list.js';
import { drawFeed, startFeed } from './feed.js';
import { drawGateways, followGateway } from './gateways.js';
import { OPERATION, addTexts } from './i18n.js';
import { drawLedger, drawSums, freshenLedger } from './ledger.js';
import { drawQuarantine, freshenQuarantine } from './quarantine.js';
import { startRegistryCard } from './registry-card.js';
import { startRefusedPanel } from './refused-panel.js';
import { on, state } from './state.js';
import { startTargets } from './targets.js';
import { startWorkbench } from './workbench.js';

/** Draws it and follows the address; before the drawers start. */
export async function startOperation() {
  await addTexts(OPERATION);
  on(['language', 'size', 'view'], drawLedger);
  on(['ledger'], () => {
    drawSums();
    if (state.ledger) freshenLedger();
    else drawLedger();
  });
  on(['language'], drawDevices);
  on(['devices'], freshenDevices);
  on(['size', 'view'], resizeDevices);
  on(['language'], drawFeed);
  on(['language', 'gateways', 'devices'], drawGateways);
  on(['language', 'ledger'], drawQuarantine);
  on(['live'], freshenLedger);
  on(['live'], freshenQuarantine);
  on(['live'], tickDevices);
  addEventListener('hashchange', followGateway);
  startCauses();
  startCausePanel();
  startDriveList();
  startDevicePanel();
  startRefusedPanel();
  startWorkbench();
  startRegistryCard();
  addDrawerLater('register', () => import('./registry-panel.js').then(({ startRegistryPanel }) => startRegistryPanel()));
  startTargets();
  startFeed();
  followGateway();
}
