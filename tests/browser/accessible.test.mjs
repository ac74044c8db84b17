/** Accessibility as axe-core finds it (WCAG 2.2 A and AA), on every view, panel, theme and language, and by the keyboard alone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { modulesFolder, openPage, ownDemo, startBrowser, startDemo } from './demo.mjs';
import { DOCUMENTS, OPERATION, PUBLIC, VIEWS, WIDGETS } from './views.mjs';

const axe = readFileSync(createRequire(join(modulesFolder(), 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };

let demo;
let browser;

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** What axe finds, a line an element. */
async function found(page) {
  await page.waitForFunction(() => ![...document.querySelectorAll('.skeleton')].some((one) => one.checkVisibility()));
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
        .map((one) => one.finished.catch(() => {})),
    ),
  );
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe); // a page's policy lets no script in; the driver is no script
  const { violations } = await page.evaluate((rules) => globalThis.axe.run(document, rules), RULES);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.split('\n').slice(1).join(' ').trim()}`),
  );
}

/** Opens each address in turn on one page, and tells what axe finds. */
async function look(views, options, path = '/') {
  const { page, close } = await openPage(browser, `${demo.url}${path}`, options);
  const all = [];
  for (const [name, hash, ready] of views) {
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    await page.waitForSelector(ready, { timeout: 30_000 });
    all.push(...(await found(page)).map((line) => `${name}: ${line}`));
  }
  await close();
  return all;
}

describe('the page', () => {
  // contrast hangs on the theme, names on the language: each is seen once
  for (const [colorScheme, language] of [
    ['light', 'de'],
    ['dark', 'en'],
  ]) {
    test(`has nothing that axe finds for the public (${colorScheme}, ${language})`, async () => {
      assert.deepEqual(await look(VIEWS, { ...PUBLIC, colorScheme }, `/?lang=${language}`), []);
    });
    test(`has nothing that axe finds for operators (${colorScheme}, ${language})`, async () => {
      assert.deepEqual(await look(OPERATION, { colorScheme }, `/?lang=${language}`), []);
    });
  }

  test('has nothing that axe finds on a phone', async () => {
    assert.deepEqual(await look(VIEWS, { ...PUBLIC, viewport: { width: 375, height: 800 } }), []);
  });

  test('has nothing that axe finds where the first account is made, and on its own page', async () => {
    const own = await ownDemo(0);
    const { page, wrong, close } = await openPage(browser, own.first);
    assert.deepEqual(await found(page), []);
    await page.fill('input[name=name]', 'erika');
    await page.fill('input[name=password]', 'kurz');
    await page.click('form button');
    await page.waitForSelector('.wrong');
    assert.deepEqual(await found(page), [], 'with what was wrong');
    await page.fill('input[name=name]', 'erika');
    await page.fill('input[name=password]', 'vier worte sind genug');
    await page.click('form button');
    await page.waitForURL('**/account');
    assert.deepEqual(await found(page), []);
    assert.deepEqual(
      wrong.filter((line) => !line.includes('/first/') && !line.startsWith('console')),
      [],
    );
    await close();
    await own.stop();
  });

  test('has nothing that axe finds on its documents and widgets', async () => {
    for (const path of [...DOCUMENTS, ...WIDGETS]) {
      const { page, close } = await openPage(browser, demo.url + path, PUBLIC);
      if (WIDGETS.includes(path)) await page.waitForSelector('#content > *');
      assert.deepEqual(
        (await found(page)).map((line) => `${path}: ${line}`),
        [],
      );
      await close();
    }
  });
});

/** The element that has the focus, as a reader would name it. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    return {
      name: element === document.body ? '' : (element.getAttribute('aria-label') ?? element.textContent).trim(),
      pole: element.dataset.pole ?? null,
      meaning: element.classList.contains('meaning'),
      seen: box.width > 0 && box.height > 0 && getComputedStyle(element).outlineStyle !== 'none',
    };
  });
}

describe('the keyboard alone', () => {
  test('reaches every control of the city, each with a name and a ring, and opens and leaves a pole and an explanation', async () => {
    const { page, wrong, close } = await openPage(browser, demo.url, PUBLIC);
    await page.waitForSelector('[data-testid=map][data-drawn]');
    await page.waitForFunction(() => ![...document.querySelectorAll('.skeleton')].some((one) => one.checkVisibility()));
    const poles = await page.locator('button.pole').count();
    const reached = new Set();
    let explained = 0;
    for (let step = 0; step < 200; step += 1) {
      await page.keyboard.press('Tab');
      const at = await focused(page);
      if (at.name === '' && reached.size) break; // out of the page again
      assert.ok(at.seen && at.name, JSON.stringify(at));
      if (at.pole) reached.add(at.pole);
      const selector =
        at.pole && reached.size === 1 ? '[data-testid=pole-panel]' : at.meaning && explained === 0 ? '[data-testid=explain]' : null;
      if (!selector) continue;
      if (at.meaning) explained += 1;
      await page.keyboard.press('Enter');
      await page.waitForSelector(`${selector}:not([hidden]) h2`);
      await page.keyboard.press('Escape');
      await page.waitForSelector(selector, { state: 'hidden' });
      assert.equal((await focused(page)).name, at.name, 'the focus is back where it was');
    }
    assert.deepEqual([reached.size, explained], [poles, 1]);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('moves nothing for those who want it still', async () => {
    const { page, close } = await openPage(browser, demo.url, { ...PUBLIC, reducedMotion: 'reduce' });
    await page.waitForSelector('[data-testid=map][data-drawn]');
    await page.evaluate(() => {
      location.hash = '#pole=AM-01';
    });
    await page.waitForSelector('[data-testid=pole-panel]:not([hidden])');
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
    await close();
  });
});
