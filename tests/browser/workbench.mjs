/** The operator's workbench as they use it: numbers of the ledger, quarantine, repair, the way of a reading. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { mosquittoPub } from './demo.mjs';

const testid = (name) => `[data-testid=${name}]`;

/** Publishes a payload. */
async function published(demo, topic, payload) {
  const file = join(mkdtempSync(join(tmpdir(), 'smartpole-payload-')), 'payload');
  writeFileSync(file, payload);
  await mosquittoPub(demo.mqtt, topic, file);
}

/** Writes a device into the registry of the demo, which reads it anew. */
function register(demo, ...cells) {
  const file = join(demo.registry, 'devices.csv');
  const columns = readFileSync(file, 'utf8').split('\n', 1)[0].split(',').length;
  appendFileSync(file, `${[...cells, ...Array(columns - cells.length).fill('')].join(',')}\n`);
}

/** Whole numbers as the page writes them. */
async function figures(locator) {
  return (await locator.allInnerTexts()).map((text) => Number(text.replace(/\D/g, '')));
}

/** Its tests, with the demo and what all tests of the page use. */
export function workbench({ demo, opened, eventually, picture, listed }) {
  test('opens what each number of the ledger counts, and its rows are the number', async () => {
    const { page, wrong, close } = await opened({ path: '/#betrieb' });
    const panel = page.locator(testid('count-panel'));
    for (const number of [
      'messages/journalled',
      'messages/uplink',
      'messages/duplicate',
      'messages/control',
      'messages/quarantined',
      'readings/accepted',
    ]) {
      await page.locator(`#ledger .flow [data-focus="count ${number}"]`).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/#count=${encodeURIComponent(number)}`);
      // until then the panel has what was there before, and Escape is not for it
      await page.waitForFunction(() => document.activeElement?.id === 'count');
      await eventually(`${number}: hours are the day, and days the number`, async () => {
        const [[day], [total], hours] = await Promise.all(
          ['.days b', 'tfoot td:last-child', '.count-table tbody td:last-child'].map((cells) => figures(panel.locator(cells))),
        );
        assert.ok(total > 0 && total === day, `${total} in the table, ${day} of the day`);
        assert.equal(
          hours.reduce((sum, value) => sum + value, 0),
          total,
        );
        return (await panel.locator(`${testid('count-sum')}.good`).count()) === 1 && (await panel.locator('.earlier').count()) === 0;
      });
      await page.keyboard.press('Escape');
      const focused = () => page.evaluate(() => document.activeElement.dataset.focus);
      await eventually('closing leads back', async () => (await focused()) === `count ${number}`);
    }
    await page.goto(`${demo().url}/#count=messages/uplink`);
    await panel.locator('[data-focus="by device"]').click();
    await eventually('its devices', async () => (await panel.locator('tbody tr a').count()) > 20);
    await picture(page, 'page-count', false);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('repairs what was refused: message, cause, dry run, order, result', async () => {
    const now = new Date(Date.now() - 60_000).toISOString();
    await published(
      demo(),
      'smartpole/castrop-rauxel/AM-01/newcomer-01/up',
      JSON.stringify({ time: now, values: { pm2_5: 9.1, pm10: 14 } }),
    );
    const { page, wrong, close } = await opened({ path: '/#quarantine=unknown_device' });
    const message = page.locator(`${testid('messages')} [data-message]`, { hasText: 'newcomer-01' });
    await message.first().click();
    const about = page.locator(testid('message-panel'));
    await eventually('the message, its cause and its bytes', async () =>
      /Gerät unbekannt[\s\S]*devices\.csv[\s\S]*Nächster Schritt[\s\S]*AM-01\/newcomer-01\/up[\s\S]*"pm2_5":9\.1/.test(
        await about.innerText(),
      ),
    );
    await about.locator('[data-focus="bytes hex"]').click();
    assert.match(await about.locator('pre.hex').innerText(), /^0000 {2}7b 22 74 69 6d 65 22 3a {2}\{"time":/);
    await picture(page, 'page-message', false);
    await about.locator('[data-focus=repair]').click();
    const repair = page.locator(testid('repair-panel'));
    await repair.locator('[data-focus=try]').click();
    await eventually('as long as the cause is there, nothing would change', async () =>
      /würde sich nichts ändern[\s\S]*Zuerst die Ursache beheben: in devices\.csv/.test(await repair.innerText()),
    );
    register(demo(), 'newcomer-01', 'AM-01', 'air-station');
    await eventually('it is registered', async () => (await listed('devices')).some(({ id }) => id === 'newcomer-01'));
    await repair.locator('[name=device]').fill('newcomer-01');
    await repair.locator('[data-focus=try]').click();
    await eventually('what would change, in words', async () =>
      /Das würde sich ändern[\s\S]*1 Nachricht → 2 Messwerte, \d+ Fenster korrigiert, 0 Widersprüche[\s\S]*verlässt die Quarantäne/.test(
        await repair.innerText(),
      ),
    );
    await picture(page, 'page-dry-run', false);
    await repair.locator('[data-focus=order]').click();
    await eventually('it is done', async () => /1 Nachricht → 2 Messwerte/.test(await repair.locator(testid('repair-done')).innerText()));
    await page.reload();
    await eventually('a reload still knows it', async () =>
      /newcomer-01[\s\S]*1 Nachricht → 2 Messwerte/.test(await repair.locator(testid('repair-past')).innerText()),
    );
    await page.goto(`${demo().url}/#trace=newcomer-01/pm2_5/0/${now}`);
    await eventually('the reading counts', async () =>
      /9,1 µg\/m³[\s\S]*neu gelesen[\s\S]*zählt in diesen Fenstern[\s\S]*Am Markt/.test(
        await page.locator(testid('trace-panel')).innerText(),
      ),
    );
    assert.deepEqual(wrong, []);
    await close();
  });

  test('lists no message that a replay has read, even when the first answer still has it', async () => {
    const { page, close } = await opened({ path: '/#betrieb' });
    const replay = {
      id: 7,
      ordered_at: '2026-11-29T10:00:00Z',
      selection: { of: 'quarantined' },
      state: 'done',
      next: 9,
      until: 9,
      share: 1,
    };
    const effect = { messages: 1, missing: 0, recovered: 1, readings: 2, replaced: 0, superseded: 0, conflicts: 0, windows: 0 };
    const message = {
      seq: 1,
      received_at: '2026-11-29T09:00:00Z',
      reason: 'unknown_device',
      detail: 'x',
      device: null,
      topic: 't',
      size: 3,
    };
    const ledger = await (await fetch(`${demo().url}/api/v1/ledger`)).json();
    let [replays, early] = [[], 0];
    await page.route('**/api/v1/ledger', (route) => route.fulfill({ json: ledger }));
    await page.route('**/api/v1/replays', (route) => route.fulfill({ json: { items: replays, next: null } }));
    await page.route('**/api/v1/quarantine?*', (route) => {
      if (replays.length) early ||= Date.now() + 400;
      const items = replays.length === 0 || Date.now() < early ? [message] : [];
      return route.fulfill({ json: { items, next: null } });
    });
    await page.goto(`${demo().url}/?again#quarantine=`);
    const rows = page.locator(`${testid('messages')} [data-message]`);
    await eventually('it is listed', async () => (await rows.count()) === 1);
    replays = [{ ...replay, effect }];
    await page.evaluate(() => import('/js/replays.js').then(({ loadReplays }) => loadReplays()));
    await eventually('it is gone', async () => (await rows.count()) === 0);
    await close();
  });

  test('says how far a replay is, that there is one at a time, and who may order it', async () => {
    const { page, close } = await opened({ path: '/#repair=' });
    const replay = {
      id: 7,
      ordered_at: '2026-11-29T10:00:00Z',
      selection: { of: 'all', source: 'demo' },
      state: 'running',
      next: 430,
      until: 1000,
      share: 0.43,
      effect: { messages: 1203, missing: 0, recovered: 3, readings: 4812, replaced: 0, superseded: 0, conflicts: 1, windows: 7 },
    };
    let status = 409;
    await page.route('**/api/v1/replays', (route) =>
      route.request().method() === 'GET'
        ? route.fulfill({ json: { items: [replay], next: null } })
        : route.fulfill({ status, json: { title: 'no', detail: 'no', status } }),
    );
    await page.reload();
    const repair = page.locator(testid('repair-panel'));
    await eventually('its progress', async () =>
      /alle im Journal · Quelle demo[\s\S]*43 %[\s\S]*1\.203 Nachrichten → 4\.812 Messwerte, 7 Fenster korrigiert, 1 Widerspruch/.test(
        await repair.locator(testid('repair-now')).innerText(),
      ),
    );
    assert.equal(await repair.getByRole('progressbar').getAttribute('aria-valuenow'), '43');
    await repair.locator('[data-focus=try]').click();
    await eventually('one at a time', async () => /immer nur ein Auftrag/.test(await repair.innerText()));
    status = 403;
    await repair.locator('[data-focus=try]').click();
    await eventually('operators only', async () => /Nur für den Betrieb/.test(await repair.innerText()));
    await page.keyboard.press('Escape');
    assert.match(await page.locator(testid('replay-line')).innerText(), /43 %/, 'the card tells of it, too');
    await close();
  });

  test('shows the way of a reading from its message to its windows', async () => {
    const { page, wrong, close } = await opened({ path: '/#pole=AM-02' });
    const panel = page.locator(testid('trace-panel'));
    const value = page.locator(`${testid('pole-panel')} .values > div`, { has: page.locator('[data-live$="/pm2_5/0"]') });
    await value.locator('a.when').click();
    await eventually('its stations', async () =>
      /Empfangen[\s\S]*semtech\/[\s\S]*Gehört[\s\S]*dBm[\s\S]*Gelesen[\s\S]*decentlab-dl-pm[\s\S]*Beurteilt[\s\S]*gemessen[\s\S]*zählt[\s\S]*Am Markt 2/.test(
        await panel.innerText(),
      ),
    );
    assert.deepEqual(await panel.locator('.station').evaluateAll((all) => all.map((one) => one.dataset.station)), [
      'received',
      'heard',
      'decoded',
      'judged',
      'windows',
      'targets',
    ]);
    await picture(page, 'page-trace', false);
    await panel.locator('[data-focus=device]').click();
    const device = page.locator(testid('device-panel'));
    await eventually(
      'the device tells its values and its clock',
      async () =>
        (await device.locator(`${testid('device-values')} a.when`).count()) > 2 &&
        /Messzeiten/.test(await device.locator(testid('device-clock')).innerText()),
    );
    assert.deepEqual(wrong, []);
    await close();
  });
}
