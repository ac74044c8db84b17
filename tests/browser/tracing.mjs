/** Frames of a page by the browser's own tracing, and how busy its thread was. */

const CATEGORIES = ['devtools.timeline.frame', 'disabled-by-default-devtools.timeline.frame', 'viz'];

/** Frames in which something was to move on the screen and nothing did. */
function stuck(events) {
  const reports = events.filter(({ name }) => name === 'PipelineReporter').map(({ args }) => args.frame_reporter);
  return reports.filter((report) => report?.state === 'STATE_DROPPED' && report.affects_smoothness).length;
}

/** Notes the times between frames as the page sees them, in ms, until it is stopped. It runs in the page. */
function noteFrames() {
  const times = [];
  let last = performance.now();
  let isOver = false;
  const next = (now) => {
    times.push(now - last);
    last = now;
    if (!isOver) requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  globalThis.endFrames = () => {
    isOver = true;
    return times;
  };
}

/** Seconds in which the page's thread had work to do, since it began. */
async function busy(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value;
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/**
 * What the page draws while `act` goes on.
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<void>} act
 */
export async function framesDuring(page, act) {
  const browser = page.context().browser();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await browser.startTracing(page, { categories: CATEGORIES });
  await page.evaluate(noteFrames);
  const [before, start] = [await busy(session), Date.now()];
  await act();
  const times = await page.evaluate(() => globalThis.endFrames());
  const seconds = (Date.now() - start) / 1000;
  const share = ((await busy(session)) - before) / seconds;
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const named = (wanted) => traceEvents.filter(({ name }) => name === wanted).length;
  const sorted = times.slice(1).sort((a, b) => a - b);
  return {
    frames_per_s: sorted.length / seconds,
    p50_ms: quantile(sorted, 0.5),
    p99_ms: quantile(sorted, 0.99),
    longest_ms: sorted.at(-1),
    shown_per_s: named('Display::DrawAndSwap') / seconds, // what the screen got, scrolled by the compositor alone as well
    stuck: stuck(traceEvents),
    dropped: named('DroppedFrame'), // frames of which a part came late, or all
    busy: share,
  };
}
