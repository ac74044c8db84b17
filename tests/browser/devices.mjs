/** What comes in and goes out: sensors and what was refused, targets, devices, gateways and how they are heard. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { mosquittoPub } from './demo.mjs';

const fixture = new URL('../../crates/codec/tests/fixtures/milesight-vs133.json', import.meta.url).pathname;

const testid = (name) => `[data-testid=${name}]`;

/** A target as the ledger tells of it, while its server is away. */
const target = {
  name: 'city',
  since: null,
  accepted: 10_403,
  filtered: 0,
  forwarded: 7000,
  pending: 3400,
  refused: [{ reason: 'field_type_conflict', value: 3, lines: 1 }],
  windows: 120,
  balanced: true,
  pending_messages: 425,
  lag_s: 12.3,
  circuit: { state: 'open', kind: 'network', reason: 'connection refused', since: '2026-11-29T10:00:00Z', retry_at: null },
};

export function devices({ demo, opened, eventually, picture, listed }) {
  test('shows an event of a real sensor, published by mosquitto_pub', async () => {
    const event = JSON.parse(readFileSync(fixture, 'utf8'));
    const device = event.deviceInfo.devEui;
    const { items } = await (await fetch(`${demo().url}/api/v1/poles`)).json();
    const pole = items.find((one) => one.devices.some(({ id }) => id === device));
    assert.ok(pole, `${device} is in the shipped registry`);
    const { page, wrong, close } = await opened({ path: `/#pole=${pole.id}` });
    await page.waitForSelector(`${testid('pole-panel')}:not([hidden]) [data-live]`);
    await mosquittoPub(demo().mqtt, `application/1/device/${device}/event/up`, fixture);
    const value = page.locator(`[data-live="${device}/people_out_total/3"]`);
    assert.match((await value.innerText()).replace(/\D/g, ''), /6797/);
    await picture(page, 'page-real-event');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows what was refused, and why', async () => {
    const answer = await fetch(`${demo().url}/api/v1/ledger`).then((response) => response.json());
    assert.equal(answer.balanced, true);
    await mosquittoPub(demo().mqtt, 'smartpole/castrop-rauxel/AM-01/nobody/up', fixture);
    const { page, wrong, close } = await opened({ path: '/#quarantine=unknown_device' });
    await eventually('the refused message is shown', async () => /nobody/.test(await page.locator(testid('quarantine')).innerText()));
    await picture(page, 'page-quarantine');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows how each target is and what it refused, and nothing where there is none', async () => {
    const { page, wrong, close } = await opened({ path: '/#betrieb' });
    assert.ok(await page.locator(testid('targets')).isHidden(), 'the demo has no target');
    await page.route('**/api/v1/ledger', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), targets: [target] } });
    });
    await page.route('**/api/v1/targets/city/refused?*', (route) => {
      const reason = new URL(route.request().url()).searchParams.get('reason');
      return route.fulfill({
        json: {
          items: [
            {
              refused_at: '2026-11-29T10:00:00Z',
              reason,
              readings: 3,
              detail: 'input field "pm10" is type float',
              line: 'air_quality pm10=1.5',
            },
          ],
          next: null,
        },
      });
    });
    await page.reload();
    const card = page.locator(`${testid('targets')} [data-target=city][data-circuit=open]`);
    await eventually('its state, lag and equation', async () =>
      /InfluxDB city[\s\S]*wartet[\s\S]*12 s zurück, 3\.400 Messwerte aus 425 Nachrichten ausstehend[\s\S]*nicht zu erreichen[\s\S]*10\.403[\s\S]*7\.000[\s\S]*3\.400/.test(
        await card.innerText(),
      ),
    );
    assert.equal(
      await page.locator('#ledger .flow .target-end.is-open').textContent(),
      'InfluxDB city3.400 ausstehend',
      'the picture ends there',
    );
    await picture(page, 'page-targets');
    await card.locator('.reasons a').focus();
    await page.keyboard.press('Enter');
    const panel = page.locator(testid('refused-panel'));
    await eventually('the line with the words of the server', async () =>
      /Feldtyp passt nicht[\s\S]*input field "pm10" is type float[\s\S]*air_quality pm10=1.5/.test(await panel.innerText()),
    );
    await page.keyboard.press('Escape');
    await page.waitForSelector(testid('refused-panel'), { state: 'hidden' });
    assert.match(await page.evaluate(() => document.activeElement.textContent), /Feldtyp passt nicht/, 'closing leads back');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('lists every device, finds one and opens it', async () => {
    const items = await listed('devices');
    const { id, lorawan } = items.at(-1);
    const radio = lorawan || /^[0-9a-f]{16}$/.test(id);
    const { page, wrong, close } = await opened({ path: '/#betrieb' });
    const rows = page.locator(`${testid('devices')} tr[data-device]`);
    await eventually('the devices that are seen', async () => (await rows.count()) >= Math.min(10, items.length));
    await page.fill(`${testid('devices')} input[type=search]`, id);
    const row = page.locator(`${testid('devices')} tr[data-device="${id}"]`);
    assert.equal(await row.getAttribute('data-connection'), radio ? 'lorawan' : 'mqtt');
    await row.locator('.c-device a').click();
    await page.waitForSelector(`${testid('device-panel')}:not([hidden]) .body`);
    const told = await page.locator(testid('device-panel')).innerText();
    assert.ok(told.includes(id) && told.includes(radio ? 'LoRaWAN' : 'MQTT'), told);
    await page.keyboard.press('Escape');
    await page.waitForSelector(testid('device-panel'), { state: 'hidden' });
    assert.equal(await page.evaluate(() => document.activeElement.textContent), id, 'closing leads back');
    await picture(page, 'page-devices');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows every gateway in the list and on the map, and first of all those that are not heard', async () => {
    const { page, wrong, close } = await opened();
    const marks = (await listed('gateways')).filter(({ lat }) => lat !== null).length;
    await eventually('all of them are on the map', async () => (await page.locator('a[data-gateway-mark]').count()) === marks);
    await page.click('body > header nav a[href="#betrieb"]');
    await eventually('the list tells what the interface tells', async () => {
      const items = await listed('gateways');
      const shown = await page
        .locator(`${testid('gateways')} tr[data-gateway]`)
        .evaluateAll((rows) => rows.map((row) => `${row.dataset.gateway} ${row.dataset.state}`));
      assert.deepEqual(shown.sort(), items.map(({ id, state }) => `${id} ${state}`).sort());
      const quiet = items.filter(({ state }) => state !== 'online');
      const notices = page.locator(testid('notices'));
      for (const { name } of quiet) assert.ok((await notices.innerText()).includes(name), name);
      assert.equal(await notices.isVisible(), quiet.length > 0);
      return true;
    });
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows how LoRaWAN devices are heard, beside those that speak MQTT', async () => {
    const { page, wrong, close } = await opened({ path: '/#betrieb' });
    const devices = page.locator(testid('devices'));
    await page.locator(`${testid('devices')} [data-focus=mqtt]`).click();
    await page.waitForSelector(`${testid('devices')} tr[data-connection=mqtt]`);
    await page.fill(`${testid('devices')} input[type=search]`, 'otaa');
    await page.locator(`${testid('devices')} [data-focus=lorawan]`).click();
    const heard = devices.locator('tr[data-activation=otaa]', { has: page.locator('.bars') }).first();
    await eventually('a device that joined is heard', async () => /\p{L}[^−]*−\d+ dBm/u.test(await heard.locator('.c-signal').innerText()));
    await heard.locator('.c-device a').click();
    const panel = page.locator(testid('device-panel'));
    await eventually('its panel tells of session, joins and gateways', async () =>
      /Wer es hört[\s\S]*−\d+ dBm[\s\S]*SF\d+[\s\S]*Sitzung[\s\S]*[0-9a-f]{8}[\s\S]*Beitritte/.test(await panel.innerText()),
    );
    await picture(page, 'page-device', false);
    assert.deepEqual(wrong, []);
    await close();
  });
}
