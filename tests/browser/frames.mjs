/**
 * How the operators' view keeps up with a service: frames by the browser's own tracing, and how busy the page's thread was.
 * `node frames.mjs URL [SECONDS]` prints one line of JSON; smartpole-load runs it while messages come.
 */
import { openPage, startBrowser } from './demo.mjs';
import { framesDuring } from './tracing.mjs';

const [url, seconds = '5'] = process.argv.slice(2);

const browser = await startBrowser();
const { page } = await openPage(browser, `${url}/#betrieb`);
for (let tries = 0; tries < 100 && (await page.locator('[data-testid=feed] .feed li').count()) === 0; tries += 1) {
  await page.locator('[data-testid=feed]').scrollIntoViewIfNeeded(); // what comes above it moves it out of sight, where it does not draw
  await page.waitForTimeout(200);
}
console.log(JSON.stringify(await framesDuring(page, () => page.waitForTimeout(Number(seconds) * 1000))));
await browser.close();
