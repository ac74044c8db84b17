/** How much the public page weighs. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { openPage, startBrowser, startDemo } from './demo.mjs';

const PUBLIC = { 'x-forwarded-for': '203.0.113.7' };
/** Bytes that a first visit may take, headers included. */
const MOST_BYTES = 300_000;

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

describe('the public page', () => {
  test('takes no more than 300 kB, all answers of the interface included, and no map library before somebody reaches for the map', async () => {
    const { page, close } = await openPage(browser, 'about:blank', { extraHTTPHeaders: PUBLIC });
    const client = await page.context().newCDPSession(page);
    await client.send('Network.enable');
    const urls = new Map();
    let bytes = 0;
    client.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
    client.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(demo.url);
    await page.waitForSelector('[data-testid=map][data-drawn]');
    await page.waitForFunction(() => ![...document.querySelectorAll('.skeleton')].some((one) => one.checkVisibility()));
    await page.waitForTimeout(2_000); // what comes after the first screen
    assert.ok(bytes > 50_000 && bytes <= MOST_BYTES, `${bytes} bytes in ${urls.size} requests`);
    const loaded = () => [...urls.values()].some((url) => url.includes('/vendor/'));
    assert.equal(loaded(), false);
    await page.locator('[data-testid=map]').hover({ position: { x: 5, y: 5 } });
    await page.waitForSelector('[data-testid=map][data-drawn=maplibre]', { timeout: 30_000 });
    assert.equal(loaded(), true);
    await close();
  });
});
