/** The view Betrieb as operators use it: the fleet, the live feed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { framesDuring } from './tracing.mjs';

const testid = (name) => `[data-testid=${name}]`;
const FLEET = 10_000;

/** The fleet of a large city: the devices of the demo over and over, page by page as the interface gives them. */
async function largeFleet(page) {
  let all = null;
  await page.route('**/api/v1/devices?*', async (route) => {
    const asked = new URL(route.request().url()).searchParams;
    if (!all) {
      const { items } = await (await route.fetch({ url: new URL('/api/v1/devices', route.request().url()).href })).json();
      all = Array.from({ length: FLEET }, (_, n) => ({
        ...items[n % items.length],
        id: `device-${String(n).padStart(5, '0')}`,
        ...(n === 7321 ? { state: 'silent', flags: ['stuck'] } : {}),
      }));
    }
    const [from, limit] = [Number(asked.get('cursor') ?? 0), Number(asked.get('limit'))];
    assert.ok(limit <= 1000, 'an answer at a time that a page reads without a pause');
    await route.fulfill({ json: { items: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null } });
  });
}

/** Notes how many rows a frame makes at most, and how many are in the document. It runs in the page. */
function noteRows(body) {
  const noted = { most: 0, made: 0, frames: 0 };
  let now = 0;
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) now += [...addedNodes].filter(({ nodeName }) => nodeName === 'TR').length;
  }).observe(body, { childList: true });
  const frame = () => {
    Object.assign(noted, {
      most: Math.max(noted.most, body.rows.length),
      made: Math.max(noted.made, now),
      frames: noted.frames + (now > 0),
    });
    now = 0;
    requestAnimationFrame(frame);
  };
  frame();
  globalThis.rowsNoted = noted;
}

/** Its tests, with what all tests of the page use. */
export function operation({ opened, eventually, picture }) {
  test('scrolls, sorts, filters and keeps views of ten thousand devices, with the rows that are seen in the document', async () => {
    const { page, wrong, close } = await opened({ path: '/#betrieb' });
    await largeFleet(page);
    await page.reload();
    const fleet = page.locator(testid('devices'));
    const rows = fleet.locator('tbody tr');
    const first = () => rows.first().getAttribute('data-device');
    await eventually('all of them are counted', async () => /alle 10\.000/.test(await fleet.innerText()));
    assert.equal(await fleet.locator('table').getAttribute('aria-rowcount'), String(FLEET + 1));
    const scrolledTo = async (index) => {
      await fleet.locator('.window').evaluate((box, at) => {
        box.scrollTop = at * parseFloat(getComputedStyle(box).getPropertyValue('--row'));
      }, index);
      await eventually(`row ${index} is there`, async () => (await fleet.locator(`tr[aria-rowindex="${index + 2}"]`).count()) === 1);
      assert.ok((await rows.count()) < 60, `${await rows.count()} rows in the document`);
    };
    for (const index of [40, 5000, FLEET - 1, 0]) await scrolledTo(index);
    assert.equal(await first(), 'device-07321', 'who needs somebody comes first');
    await fleet.locator('[data-focus="sort device"]').click();
    await eventually('by name', async () => (await first()) === 'device-00000');
    await fleet.locator('[data-focus="sort device"]').click();
    await eventually('and turned round', async () => (await first()) === 'device-09999');
    assert.equal(await fleet.locator('th.c-device[aria-sort]').getAttribute('aria-sort'), 'descending');
    await fleet.locator('[data-focus="pick silent"]').click();
    await page.fill(`${testid('devices')} input[type=search]`, 'device-07321');
    await eventually('one is left', async () => (await rows.count()) === 1 && /1 von 10\.000/.test(await fleet.innerText()));
    await fleet.locator('[data-focus="keep view"]').click();
    await page.keyboard.type('Sorgenkind');
    await page.keyboard.press('Enter');
    await page.reload();
    await eventually('all are shown again', async () => (await rows.count()) > 10);
    await fleet.locator('[data-focus="view Sorgenkind"]').click();
    await eventually('the view was kept', async () => (await rows.count()) === 1 && (await first()) === 'device-07321');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('scrolls ten thousand devices by wheel and keys, and a frame makes no more rows than are seen', async (context) => {
    const { page, wrong, close } = await opened({ path: '/#betrieb' });
    await largeFleet(page);
    await page.reload();
    const fleet = page.locator(testid('devices'));
    const box = fleet.locator('.window');
    await eventually('all of them are counted', async () => /alle 10\.000/.test(await fleet.innerText()));
    await box.scrollIntoViewIfNeeded();
    await box.hover();
    await fleet.locator('tbody').evaluate(noteRows);
    const wheel = await framesDuring(page, async () => {
      for (let turn = 0; turn < 100; turn += 1) {
        await page.mouse.wheel(0, 240);
        await page.waitForTimeout(16);
      }
    });
    const scrolled = await box.evaluate((found) => found.scrollTop);
    const ground = await box.evaluate((found) => getComputedStyle(found).backgroundColor);
    assert.match(ground, /^rgb\(/, 'an opaque ground, without which the compositor does not scroll by itself');
    await box.focus();
    await page.keyboard.press('ArrowDown');
    const keys = await framesDuring(page, async () => {
      for (let press = 0; press < 40; press += 1) {
        await page.keyboard.press('PageDown');
        await page.waitForTimeout(30);
      }
    });
    const noted = await page.evaluate(() => globalThis.rowsNoted);
    const told = ({ frames_per_s: pace, longest_ms: longest, dropped, shown_per_s: shown, stuck }) =>
      `${pace.toFixed(1)} frames/s, the longest ${longest.toFixed(0)} ms, ${shown.toFixed(1)} shown/s, ${stuck} stuck, ${dropped} dropped or partial`;
    context.diagnostic(
      `wheel: ${told(wheel)}; keys: ${told(keys)}, which hangs on the load of this machine; at most ${noted.most} rows in the document, ${noted.made} made in a frame`,
    );
    assert.ok(scrolled > 10_000, `${scrolled} px`);
    assert.ok(noted.frames > 20 && noted.most < 60 && noted.made < 40, JSON.stringify(noted));
    assert.deepEqual(wrong, []);
    await close();
  });

  test('fits a phone and a small window: nothing lies upon another thing, and the fleet is not scrolled sideways', async () => {
    for (const [width, least] of [
      [375, 220],
      [1100, 160],
    ]) {
      const { page, wrong, close } = await opened({ path: '/#betrieb', viewport: { width, height: 800 } });
      const step = page.locator(`${testid('quarantine')} td.c-step`).last();
      await eventually('a step has room', async () => (await step.boundingBox()).width >= least);
      const [below, buttons] = [
        await step.boundingBox(),
        await page
          .locator(`${testid('quarantine')} td.c-repair`)
          .last()
          .boundingBox(),
      ];
      assert.ok(below.x + below.width <= buttons.x + 1 || below.y + below.height <= buttons.y + 1, JSON.stringify([below, buttons]));
      const wide = (selector) =>
        page.locator(selector).evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length);
      await eventually('rows of the fleet', async () => (await page.locator(`${testid('devices')} tbody tr`).count()) > 3);
      assert.equal(await wide(`${testid('devices')} .window`), 0);
      assert.equal(await wide(`${testid('devices')} .c-state .chip`), 0, 'a state is read to its end');
      assert.deepEqual(wrong, []);
      await close();
    }
  });

  test('prints causes and ledger on one sheet, and a panel without the foot of the page', async () => {
    const { page, close } = await opened({ path: '/#betrieb' });
    await eventually('the ledger', async () => (await page.locator('#ledger svg').count()) > 0);
    await page.emulateMedia({ media: 'print' });
    const printed = (selectors) => selectors.map((selector) => document.querySelector(selector).checkVisibility());
    assert.deepEqual(await page.evaluate(printed, ['#causes', '#ledger', '#devices', '#registry']), [true, true, false, false]);
    const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    assert.equal(paper.match(/\/Type\s*\/Page\b/g).length, 1);
    await page.evaluate(() => location.assign('#device=am-01-air'));
    await eventually('the panel alone', async () =>
      /true,false,false/.test((await page.evaluate(printed, ['#device', 'main', '#foot'])).join(',')),
    );
    await close();
  });

  test('leads through the fleet by keys alone', async () => {
    const { page, wrong, close } = await opened({ path: '/#betrieb' });
    await largeFleet(page);
    await page.reload();
    const at = () => page.evaluate(() => Number(document.activeElement.closest('tr')?.getAttribute('aria-rowindex') ?? 0));
    await page.waitForSelector(`${testid('devices')} tbody tr a`);
    await page.locator(`${testid('devices')} .window`).focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await at(), 2);
    await page.keyboard.press('End');
    await eventually('the last one', async () => (await at()) === FLEET + 1);
    await page.keyboard.press('ArrowUp');
    assert.equal(await at(), FLEET);
    await page.keyboard.press('Home');
    await page.keyboard.press('Tab');
    assert.match(
      await page.evaluate(() => document.activeElement.getAttribute('href')),
      /^#pole=/,
      'the links of a row, one after the other',
    );
    await page.keyboard.press('Shift+Tab');
    assert.equal(await at(), 2, 'and back');
    await picture(page, 'page-fleet');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows messages as they come, filtered, paused, and never more than fit', async () => {
    const { page, wrong, close } = await opened({ path: '/#betrieb' });
    const feed = page.locator(testid('feed'));
    const lines = feed.locator('.feed li');
    // what comes above it moves it out of sight, where it does not draw
    const seen = () => feed.scrollIntoViewIfNeeded().then(() => lines.count());
    await eventually(
      'messages with their values',
      async () => (await seen()) > 3 && /\d\d:\d\d:\d\d[\s\S]*(µg\/m³|Querungen)/.test(await lines.first().innerText()),
    );
    await feed.locator('[data-focus="feed pause"]').click();
    const held = await lines.allInnerTexts();
    const newer = await page.evaluate(() => import('/js/state.js').then(({ state }) => state.ledger.journalled));
    await eventually('others came meanwhile', () =>
      page.evaluate((before) => import('/js/state.js').then(({ state }) => state.ledger.journalled > before + 5), newer),
    );
    assert.deepEqual(await lines.allInnerTexts(), held, 'a list that is paused stays');
    await feed.locator('input[type=search]').fill('am-01-air');
    assert.equal(await lines.count(), 0);
    await feed.locator('[data-focus="feed pause"]').click();
    await eventually('of that device alone', async () => (await lines.count()) > 0);
    assert.ok((await lines.locator('code').allInnerTexts()).every((id) => id === 'am-01-air'));
    await feed.locator('input[type=search]').fill('');
    await page.evaluate(() =>
      import('/js/live.js').then(({ take }) => {
        for (let n = 0; n < 5000; n += 1)
          take({
            pole: 'AM-01',
            device: `flood-${n}`,
            property: 'pm2_5',
            channel: 0,
            unit: 'ug/m3',
            value: n,
            event_time: '2026-11-29T10:00:00Z',
            received_at: '2026-11-29T10:00:00Z',
            flags: [],
          });
      }),
    );
    await eventually('how many were left out', async () => /[45]\.\d{3} davon ausgelassen/.test(await feed.innerText()));
    assert.ok((await lines.count()) <= 40, `${await lines.count()} lines`);
    const told = () => import('/js/targets.js').then(({ count }) => [count('frame', 1), count('message', 2000)]);
    assert.deepEqual(await page.evaluate(told), ['1 Frame', '2.000 Nachrichten']);
    assert.deepEqual(wrong, []);
    await close();
  });
}
