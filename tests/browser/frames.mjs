/**
 * How the operators' view keeps up with a service: frames by the browser's own tracing, and how busy the page's thread was.
 * `node frames.mjs URL [SECONDS]` prints one line of JSON; smartpole-load runs it while messages come.
 */
import { openPage, startBrowser } from './demo.mjs';

const CATEGORIES = ['devtools.timeline.frame', 'disabled-by-default-devtools.timeline.frame'];
const [url, seconds = '5'] = process.argv.slice(2);

/** Times between frames as the page sees them, in ms. */
function frameTimes(millis) {
  return new Promise((resolve) => {
    const times = [];
    let last = performance.now();
    const end = last + millis;
    const next = (now) => {
      times.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(next); else resolve(times);
    };
    requestAnimationFrame(next);
  });
}

/** Seconds in which the page's thread had work to do, since it began. */
async function busy(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value;
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

const browser = await startBrowser();
const { page } = await openPage(browser, `${url}/#betrieb`);
const session = await page.context().newCDPSession(page);
await session.send('Performance.enable');
for (let tries = 0; tries < 100 && await page.locator('[data-testid=feed] .feed li').count() === 0; tries += 1) {
  await page.locator('[data-testid=feed]').scrollIntoViewIfNeeded(); // what comes above it moves it out of sight, where it does not draw
  await page.waitForTimeout(200);
}
await browser.startTracing(page, { categories: CATEGORIES });
const before = await busy(session);
const times = await page.evaluate(frameTimes, Number(seconds) * 1000);
const share = (await busy(session) - before) / Number(seconds);
const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
const dropped = traceEvents.filter(({ name }) => name === 'DroppedFrame').length;
await browser.close();

const sorted = times.slice(1).sort((a, b) => a - b);
console.log(JSON.stringify({ frames_per_s: sorted.length / Number(seconds), p50_ms: quantile(sorted, 0.5), p99_ms: quantile(sorted, 0.99), longest_ms: sorted.at(-1), dropped, busy: share }));
