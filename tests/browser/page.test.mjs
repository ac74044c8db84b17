/** The page as a reader sees it, in a real browser. Pictures stay in tests/artefacts. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { causes } from './causes.mjs';
import { artefacts, openPage, startBrowser, startDemo } from './demo.mjs';
import { devices } from './devices.mjs';
import { figures } from './figures.mjs';
import { operation } from './operation.mjs';
import { workbench } from './workbench.mjs';

const PATIENCE = 60_000;

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

  test('tells the public of a pole that only counts how it does, and not that it is silent', async () => {
    const { page, close } = await opened({ extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' }, path: '/' });
    await page.waitForSelector('body[data-role=public]');
    // as if its counters stood there alone, whose values the public is not told
    await page.route('**/api/v1/latest*', (route) => route.fulfill({ json: { items: [], next: null } }));
    await page.route('**/api/v1/live*', (route) => route.abort());
    await page.goto(`${demo.url}/#pole=AM-01`);
    await page.reload();
    const panel = page.locator(testid('pole-panel'));
    await eventually('it says by what it counts', async () =>
      /nur auf 5 gerundet[\s\S]*So wird gezählt\s+Zählt mit/.test(await panel.innerText()),
    );
    assert.doesNotMatch(await panel.innerText(), /Zugangsdaten/);
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

  devices({ demo: () => demo, opened, eventually, picture, listed });
  figures({ demo: () => demo, opened, eventually, picture, listed, patience: PATIENCE });
  workbench({ demo: () => demo, opened, eventually, picture, listed });
  operation({ opened, eventually, picture });
  causes({ opened, eventually, picture });
});
