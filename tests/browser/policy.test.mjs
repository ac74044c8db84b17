/** The Content-Security-Policy allows no style and no script that stands in markup, and nothing on the page needs any. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { openPage, startBrowser, startDemo } from './demo.mjs';
import { DOCUMENTS, OPERATION, PUBLIC, VIEWS, WIDGETS } from './views.mjs';

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

/** Opens a page, and notes what the policy refused on it. */
async function watched(path, options = {}) {
  const { page, close } = await openPage(browser, 'about:blank', options);
  const refused = [];
  await page.exposeFunction('noteRefused', (said) => refused.push(said));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
      globalThis.noteRefused(`${location.pathname}${location.hash}: ${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
    });
  });
  await page.goto(demo.url + path);
  return { page, refused, close };
}

async function walk(views, options) {
  const { page, refused, close } = await watched('/', options);
  for (const [, hash, ready] of views) {
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    await page.waitForSelector(ready, { timeout: 30_000 });
  }
  await page.evaluate(() => {
    location.hash = '';
  });
  await page.locator('[data-testid=map]').hover({ position: { x: 5, y: 5 } }); // the map library comes when somebody reaches for it
  await page.waitForSelector('[data-testid=map][data-drawn=maplibre]', { timeout: 30_000 });
  await page.waitForTimeout(1000); // its tiles and its worker
  await close();
  return refused;
}

describe('the policy', () => {
  test('names no source but the service, and lets nothing in markup run or style', async () => {
    for (const path of ['/', '/plain', '/embed/map', '/js/main.js']) {
      const policy = (await fetch(demo.url + path)).headers.get('content-security-policy');
      assert.doesNotMatch(policy, /unsafe|\*|https?:/, path);
    }
  });

  test('refuses what markup says, and tells of it', async () => {
    const { page, refused, close } = await watched('/');
    await page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<p style="color: red"></p>'));
    await page.waitForTimeout(200);
    assert.equal(refused.length, 1, refused.join('\n'));
    assert.match(refused[0], /style-src/);
    await close();
  });

  test('refuses nothing of the views of the public', async () => {
    assert.deepEqual(await walk(VIEWS, PUBLIC), []);
  });

  test('refuses nothing of the views of operators and planners', async () => {
    assert.deepEqual(await walk([...OPERATION, ['the planning', '#planung', '[data-testid=planning-sentence]']], {}), []);
  });

  test('refuses nothing of documents and widgets', async () => {
    for (const path of [...DOCUMENTS, ...WIDGETS]) {
      const { page, refused, close } = await watched(path, PUBLIC);
      if (WIDGETS.includes(path)) await page.waitForSelector('#content > *');
      if (path.startsWith('/embed/map')) await page.waitForSelector('[data-drawn]');
      await page.waitForTimeout(300);
      assert.deepEqual(refused, [], path);
      await close();
    }
  });
});
