/** The page as a reader sees it, in a real browser. Pictures stay in tests/artefacts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { causes } from './causes.mjs';
import { artefacts, mosquittoPub, openPage, startBrowser, startDemo } from './demo.mjs';
import { operation } from './operation.mjs';
import { workbench } from './workbench.mjs';

const PATIENCE = 60_000;
const fixture = new URL('../../crates/codec/tests/fixtures/milesight-vs133.json', import.meta.url).pathname;

let demo;
let browser;

const testid = (name) => `[data-testid=${name}]`;

/** A picture of the whole page once all is loaded, with what moves where it comes to rest. */
async function picture(page, name, fullPage = true) {
  await page.waitForFunction(() => ![...document.querySelectorAll('.skeleton')].some((one) => one.checkVisibility()));
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
        .map((animation) => animation.finished.catch(() => {})),
    ),
  );
  if (fullPage) await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(artefacts, `${name}.png`), fullPage, animations: 'disabled' });
}

/** Waits until `ask` gives something true. */
async function eventually(what, ask, patience = PATIENCE) {
  const end = Date.now() + patience;
  let failure;
  while (Date.now() < end) {
    const found = await ask().catch((error) => {
      failure = error;
    });
    if (found) return found;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`${what}: not within ${patience} ms: ${failure ?? 'never'}`);
}

async function opened(options) {
  const { path = '', ...context } = options ?? {};
  const { page, wrong, close } = await openPage(browser, demo.url + path, context);
  page.setDefaultTimeout(PATIENCE);
  await page.waitForSelector(`body[data-view=betrieb], ${testid('map')}[data-drawn]`);
  return { page, wrong, close };
}

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

/** All items of a list of the interface. */
async function listed(name) {
  const { items, next } = await (await fetch(`${demo.url}/api/v1/${name}`)).json();
  assert.equal(next, null);
  return items;
}

/** All of the history is there. */
async function filled() {
  await eventually('the history is filled', async () => {
    const { items } = await (await fetch(`${demo.url}/api/v1/latest?property=pm2_5`)).json();
    return items.length > 20 && items.every((item) => Date.now() - Date.parse(item.event_time) < 600_000);
  });
}

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  await filled();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

describe('the page', () => {
  test('draws the map with every pole, and nothing goes wrong', async () => {
    const { page, wrong, close } = await opened();
    const poles = await page.locator('button.pole').count();
    assert.ok(poles >= 40, `${poles} poles`);
    await page.waitForSelector('body[data-connection=live]');
    await eventually('poles have an air class', () =>
      page
        .locator('button.pole[data-air-class="none"]')
        .count()
        .then((none) => none < poles),
    );
    await picture(page, 'page-desktop');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('fills every tile with a figure', async () => {
    const { page, wrong, close } = await opened();
    for (const name of ['reporting', 'footfall', 'air', 'rate', 'ledger']) {
      const figure = page.locator(`${testid(`tile-${name}`)} .figure`);
      await eventually(
        `tile ${name}`,
        async () => (await figure.innerText()).trim().length > 0 && !/^[–—-]$/.test((await figure.innerText()).trim()),
      );
    }
    const sentence = await page.locator(testid('sentence')).innerText();
    assert.ok(sentence.length > 20, sentence);
    assert.match(await page.locator(`${testid('tile-reporting')} .figure`).innerText(), /\d/);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('gives the public a page without the operation and without exact counts, and asks for nothing that it would be refused', async () => {
    const { page, wrong, close } = await opened({ extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' } });
    await page.waitForSelector('body[data-role=public][data-connection=live]');
    for (const hidden of ['#operation', 'nav a[href="#betrieb"]', testid('tile-rate'), testid('tile-ledger')])
      assert.equal(await page.locator(hidden).isVisible(), false, hidden);
    await page.waitForFunction(() => ![...document.querySelectorAll('.skeleton')].some((one) => one.checkVisibility()));
    assert.doesNotMatch(await page.locator('main').innerText(), /\.(geojson|csv|toml)/, 'no file of the service where it could mend one');
    await page.locator('button.pole[data-pole="AM-01"]').evaluate((button) => button.click());
    await page.waitForSelector(`${testid('pole-panel')}:not([hidden]) [data-live]`);
    await page.waitForSelector(`${testid('chart-24h')} svg`);
    const live = await page.locator(`${testid('pole-panel')} [data-live]`).evaluateAll((all) => all.map((value) => value.dataset.live));
    assert.ok(live.length > 3 && live.every((series) => !series.includes('people')), live.join(' '));
    assert.equal(await page.locator(`${testid('pole-panel')} a[href^="#device"]`).count(), 0);
    await page.screenshot({ path: join(artefacts, 'page-public.png') });
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows a live value of a pole that changes by itself', async () => {
    const { page, wrong, close } = await opened();
    await page.locator('button.pole[data-pole="AM-01"]').evaluate((button) => button.click());
    await page.waitForSelector(`${testid('pole-panel')}:not([hidden]) [data-live]`);
    await page.waitForSelector(`${testid('chart-24h')} svg`);
    await page.waitForSelector(`${testid('chart-30d')} svg`);
    await picture(page, 'page-pole');
    const values = () =>
      page
        .locator(`${testid('pole-panel')} [data-live]`)
        .evaluateAll((all) => all.map((value) => `${value.dataset.live}=${value.textContent}`).join(' '));
    const first = await values();
    await eventually('a live value changes', async () => (await values()) !== first);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('tells apart what several devices of a pole measure', async () => {
    const { page, wrong, close } = await opened({ path: '/#pole=AM-01' });
    const names = page.locator(`${testid('pole-panel')} .values dt`);
    await eventually('one device', async () => (await names.allInnerTexts()).includes('Luftdruck'));
    await page.evaluate(async () => {
      const [{ take }, { state }] = await Promise.all([import('/js/live.js'), import('/js/state.js')]);
      take({
        ...[...state.latest.values()].find(({ pole, property }) => pole === 'AM-01' && property === 'pressure'),
        device: 'second-air',
      });
    });
    await eventually('two', async () => /Luftdruck \(second-air\)/.test((await names.allInnerTexts()).join()));
    assert.ok((await names.allInnerTexts()).includes('Lufttemperatur'), 'what one measures is told without it');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows an event of a real sensor, published by mosquitto_pub', async () => {
    const event = JSON.parse(readFileSync(fixture, 'utf8'));
    const device = event.deviceInfo.devEui;
    const { items } = await (await fetch(`${demo.url}/api/v1/poles`)).json();
    const pole = items.find((one) => one.devices.some(({ id }) => id === device));
    assert.ok(pole, `${device} is in the shipped registry`);
    const { page, wrong, close } = await opened({ path: `/#pole=${pole.id}` });
    await page.waitForSelector(`${testid('pole-panel')}:not([hidden]) [data-live]`);
    await mosquittoPub(demo.mqtt, `application/1/device/${device}/event/up`, fixture);
    const value = page.locator(`[data-live="${device}/people_out_total/3"]`);
    assert.match((await value.innerText()).replace(/\D/g, ''), /6797/);
    await picture(page, 'page-real-event');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows what was refused, and why', async () => {
    const answer = await fetch(`${demo.url}/api/v1/ledger`).then((response) => response.json());
    assert.equal(answer.balanced, true);
    await mosquittoPub(demo.mqtt, 'smartpole/castrop-rauxel/AM-01/nobody/up', fixture);
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

  test('opens each figure by one click, and tells where it comes from', async () => {
    const { page, wrong, close } = await opened();
    const panel = page.locator(testid('figure-panel'));
    await page.waitForSelector(`${testid('tile-footfall')}[href^="#figure="]`);
    await page.locator(testid('tile-footfall')).focus();
    await page.keyboard.press('Enter');
    await eventually('value, coverage, state and method', async () =>
      /Querungen[\s\S]*\d[\s\S]*Abdeckung[\s\S]*%[\s\S]*Methode\s*footfall\.cross_section, Version 1/.test(await panel.innerText()),
    );
    await page.waitForSelector(`${testid('figure-parts')} svg`);
    await picture(page, 'page-figure', false);
    await page.locator(`${testid('figure-parts')} svg`).focus();
    await page.keyboard.press('Enter');
    await eventually(
      'its last hour is a figure of its own, made of poles',
      async () => /\/1h\//.test(page.url()) && (await page.locator(`${testid('figure-parts')} tbody tr`).count()) > 3,
    );
    await page.keyboard.press('Escape');
    await page.waitForSelector(testid('figure-panel'), { state: 'hidden' });
    await page.locator(testid('tile-air')).click();
    await eventually('a class by its pollutants', async () =>
      /Luftqualität, UBA-Schema 2025[\s\S]*Schadstoffe[\s\S]*µg\/m³/.test(await panel.innerText()),
    );
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows why a figure was corrected, and what held before', async () => {
    const start = `${new Date(Date.now() - 30 * 3_600_000).toISOString().slice(0, 13)}:00:00Z`;
    const file = join(mkdtempSync(join(tmpdir(), 'smartpole-late-')), 'late.json');
    const hour = async (asOf = '') => {
      const question = `zone=altstadt&property=pm2_5&step=1h&from=${start}${asOf}`;
      const { items } = await (await fetch(`${demo.url}/api/v1/series?${question}`)).json();
      return items.find((item) => item.start === start);
    };
    // until the demo's history is there, and its minute over, a reading corrects nothing
    let second = 10;
    const corrected = async () => {
      const known = await hour();
      if (known?.state === 'corrected') return known;
      writeFileSync(file, JSON.stringify({ time: start.replace('00:00Z', `07:${second}Z`), values: { pm2_5: 9 } }));
      second += 1;
      await mosquittoPub(demo.mqtt, 'smartpole/castrop-rauxel/AM-01/am-01-air/up', file);
      await new Promise((later) => setTimeout(later, 10_000));
      return null;
    };
    const found = await eventually('a corrected hour', corrected, 3 * PATIENCE);
    await eventually(
      'a minute that is over in which it was corrected, as such ones are quoted',
      async () => (await hour(`&as_of=${new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString()}`))?.revision === found.revision,
      2 * PATIENCE,
    );
    const { page, wrong, close } = await opened({ path: `/#figure=zone:altstadt/pm2_5/1h/${found.start}` });
    const panel = page.locator(testid('figure-panel'));
    const list = page.locator(`${testid('figure-revisions')} li[data-revision]`);
    await eventually(
      'each revision with its reason',
      async () =>
        (await list.count()) === Math.min(20, found.revision) &&
        /Revision 1[\s\S]*(verspätet eingetroffen|Zählerstand kam nach|Prüfung der Qualität)[\s\S]*Viertelstunde/.test(
          await list.first().innerText(),
        ),
    );
    await page.fill(`${testid('figure-as-of')} input`, '2026-01-01T12:00');
    await page.keyboard.press('Enter');
    await eventually('nothing was known long ago', async () =>
      /nichts bekannt[\s\S]*Heute gilt/.test(await page.locator(testid('figure-then')).innerText()),
    );
    assert.match(page.url(), /&as_of=2026-01-01T11:00:00Z$/, 'to be passed on');
    await eventually('quoted with revision and method', async () =>
      new RegExp(`Revision ${found.revision}, Methode window\\.mean/1`).test(await panel.locator(testid('figure-cite')).innerText()),
    );
    await picture(page, 'page-figure-corrected', false);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('quotes a figure that still grows as its link shows it', async () => {
    // an hour that has been running for some minutes, at whatever time of the day
    const hour = new Date(Math.floor((Date.now() - 180_000) / 3_600_000) * 3_600_000).toISOString().replace('.000', '');
    const { page, wrong, close } = await opened({ path: `/#figure=pole:AM-01/pm2_5/1h/${hour}` });
    const cited = page.locator(testid('figure-cite'));
    await eventually('a line with a value', async () => /: [\d.,]+ [\s\S]*Stand /.test(await cited.innerText()));
    const line = await cited.locator('p').first().innerText();
    const [, value] = /: ([\d.,]+) /.exec(line);
    const [link] = /http\S+$/.exec(line);
    assert.ok(Date.now() >= Date.parse(/as_of=(.*)$/.exec(link)[1]), 'as of a minute that is over');
    await page.goto('about:blank');
    await page.goto(link);
    const then = page.locator(`${testid('figure-then')} dd b`).first();
    await eventually('the link says the same', async () => (await then.innerText()).includes(value));
    assert.deepEqual(wrong, []);
    await close();
  });

  test('cites a chart: its address opens the same course as it was known', async () => {
    const { page, wrong, close } = await opened({ path: '/#pole=AM-01' });
    const chart = page.locator(testid('chart-30d'));
    await chart.locator('.cite-fold summary').click();
    await eventually('a line with method and instant', async () =>
      /Feinstaub PM2,5, AM-01[\s\S]*Stand [\s\S]*Methode window\.mean\/1/.test(await chart.locator('.cite p').innerText()),
    );
    const record = decodeURIComponent(await chart.locator('.cite a[download="smartpole.bib"]').getAttribute('href'));
    assert.match(record, /^data:text\/plain;charset=utf-8,@misc\{smartpole-/);
    const [link] = /http\S+$/.exec(await chart.locator('.cite p').innerText());
    const drawn = () => chart.locator('svg.chart path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
    const frozen = async () => {
      await page.goto('about:blank');
      await page.goto(link);
      await eventually(
        'the course is frozen',
        async () => /So war es bekannt am/.test(await page.locator(testid('frozen')).innerText()) && (await drawn()).length > 1,
      );
      return drawn();
    };
    assert.ok(Date.now() >= Date.parse(decodeURIComponent(/as_of=(.*)$/.exec(link)[1])), 'a minute that is over');
    assert.deepEqual(await frozen(), await frozen(), 'the same picture each time, while live data comes in');
    await picture(page, 'page-cited', false);
    await page.locator(`${testid('frozen')} button`).click();
    await eventually('back to today', async () => (await page.locator(testid('frozen')).count()) === 0 && !page.url().includes('as_of'));
    assert.deepEqual(wrong, []);
    await close();
  });

  test('draws days by law of a pole of which one sensor is silent', async () => {
    const { page, wrong, close } = await opened({ path: '/' });
    await page.route('**/api/v1/series?*property=pm2_5*step=1h*', async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      const items = answer.items.map((item) => ({ ...item, coverage: 0.5 }));
      await route.fulfill({ response, json: { ...answer, items } });
    });
    await page.goto(`${demo.url}/#pole=AM-01`);
    const days = page.locator(`${testid('chart-30d')} path.line:not(.thin)`);
    await eventually('a line through a week of days', async () => (await days.first().getAttribute('d')).split('L').length > 5);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows single readings, those that do not count among them', async () => {
    const { page, wrong, close } = await opened({ path: '/#pole=AM-01' });
    await page.route('**/api/v1/series?*step=raw*', async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      const items = answer.items.map((item, at) => (at === 0 ? { ...item, counted: null, flags: ['stuck'] } : item));
      await route.fulfill({ response, json: { ...answer, items } });
    });
    await page.waitForSelector(`${testid('chart-24h')} svg`);
    await page.locator('details.raw summary').click();
    await eventually(
      'a hollow point, counted in words',
      async () =>
        (await page.locator(`${testid('chart-raw')} .hollow`).count()) === 1 &&
        /1 von \d+ Messwerten zählt nicht: Wert hängt/.test(await page.locator(testid('chart-raw')).innerText()),
    );
    await picture(page, 'page-raw', false);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('explains every method of the interface, in German and English', async () => {
    const methods = await listed('methods');
    const { page, wrong, close } = await opened();
    await page.click('body > header nav a[href="#methode"]');
    const sheet = page.locator(testid('method-page'));
    await eventually('each with its version', async () => {
      const shown = await sheet.locator('[data-method] .method-id').allInnerTexts();
      return (
        methods.every(({ id, version }) => shown.some((text) => text.replace(/\s/g, '') === `${id}/${version}`)) &&
        shown.length === methods.length
      );
    });
    await picture(page, 'page-method', false);
    const german = await sheet.innerText();
    await page.click(testid('lang-en'));
    await eventually(
      'the words change',
      async () => /Windows and means/.test(await sheet.innerText()) && (await sheet.innerText()) !== german,
    );
    await page.goto(`${demo.url}/#methode=air.day`);
    await eventually('an address leads to its method', () => page.evaluate(() => document.activeElement.dataset.method === 'air.day'));
    assert.deepEqual(wrong, []);
    await close();
  });

  test('speaks German first, and English when asked', async () => {
    const { page, wrong, close } = await opened();
    assert.equal(await page.getAttribute('html', 'lang'), 'de');
    const german = await page.locator('main').innerText();
    await page.click(testid('lang-en'));
    await page.waitForSelector('html[lang=en]');
    await eventually('the words change', async () => (await page.locator('main').innerText()) !== german);
    await picture(page, 'page-english');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('is dark for those who like it dark', async () => {
    const { page, wrong, close } = await opened({ colorScheme: 'dark' });
    const brightness = () =>
      page.evaluate(() =>
        getComputedStyle(document.body)
          .backgroundColor.match(/\d+/g)
          .slice(0, 3)
          .reduce((sum, part) => sum + Number(part), 0),
      );
    const dark = await brightness();
    await picture(page, 'page-dark');
    await page.click(testid('theme'));
    await eventually('the page is light', async () => (await brightness()) > dark + 300);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('fits a phone', async () => {
    const { page, wrong, close } = await opened({
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
    });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    await picture(page, 'page-phone');
    assert.ok(wide <= 390, `${wide} px wide`);
    await page.locator('button.pole[data-pole="AM-01"]').evaluate((button) => button.click());
    await page.waitForSelector(`${testid('pole-panel')}:not([hidden]) [data-live]`);
    await picture(page, 'page-phone-pole', false);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
    for (const [hash, panel] of [
      ['#figure=zone:altstadt/crossings/1h/2026-11-28T23:00:00Z', 'figure-panel'],
      ['#methode', 'method-page'],
    ]) {
      await page.goto(`${demo.url}/${hash}`);
      await page.waitForSelector(`${testid(panel)}:not([hidden])`);
      await picture(page, `page-phone-${panel}`, false);
      assert.ok(await page.locator(testid(panel)).evaluate((one) => one.scrollWidth <= innerWidth), `${panel} fits`);
    }
    assert.deepEqual(wrong, []);
    await close();
  });

  test('draws the map without WebGL, too', async () => {
    const { page, wrong, close } = await opened({ path: '/?map=svg' });
    assert.equal(await page.getAttribute(testid('map'), 'data-drawn'), 'svg');
    assert.ok((await page.locator('button.pole').count()) >= 40);
    await picture(page, 'page-svg-map');
    assert.deepEqual(wrong, []);
    await close();
  });

  workbench({ demo: () => demo, opened, eventually, picture, listed });
  operation({ opened, eventually, picture });
  causes({ opened, eventually, picture });
});
