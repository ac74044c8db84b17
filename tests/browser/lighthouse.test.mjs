/** Google's Lighthouse on the public page, as a telephone on a slow network sees it and as a desk does. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { writeFileSync } from 'node:fs';

import { artefacts, freePort, modulesFolder, startBrowser, startDemo } from './demo.mjs';

/** Whoever comes by a proxy is the public. */
const PUBLIC = { 'X-Forwarded-For': '203.0.113.7' };
/** Of 1. */
const LEAST = 0.95;
/** Of the performance: what is worked out of what the page asks for before its first words, and of what moves. */
const SHOWN = {
  mobile: ['first-contentful-paint', 'largest-contentful-paint', 'cumulative-layout-shift'],
  desktop: ['first-contentful-paint', 'cumulative-layout-shift'],
};
/** A machine that is busy makes the page look slower than it is and never faster: the best of so many looks counts. */
const LOOKS = 3;

let demo;
let browser;
let port;
let lighthouse;

before(async () => {
  demo = await startDemo();
  port = await freePort();
  browser = await startBrowser([`--remote-debugging-port=${port}`]);
  const modules = createRequire(join(modulesFolder(), 'package.json'));
  lighthouse = await import(pathToFileURL(modules.resolve('lighthouse')).href);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** What a look at the page found: scores of the categories, and each audit that falls short of {@link LEAST}, in words. */
async function look(device, context) {
  const config = device === 'desktop' ? lighthouse.desktopConfig : undefined;
  const { lhr, report } = await lighthouse.default(demo.url, { port, output: 'html', extraHeaders: PUBLIC, logLevel: 'error' }, config);
  writeFileSync(join(artefacts, `lighthouse-${device}.html`), report);
  const words = (id) => `${id} ${lhr.audits[id].displayValue}`;
  const times = ['first-contentful-paint', 'largest-contentful-paint', 'interactive', 'total-blocking-time'].map(words);
  context.diagnostic(`performance ${lhr.categories.performance.score} (${times.join(', ')}), which hangs on the load of this machine`);
  const slow = SHOWN[device].filter((id) => lhr.audits[id].score < LEAST).map(words);
  return { slow, wrong: ['accessibility', 'best-practices', 'seo'].flatMap((id) => wrong(lhr, id)) };
}

/** A category that falls short, with the audits that make it so. */
function wrong(lhr, id) {
  const { score, auditRefs } = lhr.categories[id];
  const failed = auditRefs.map(({ id: audit }) => lhr.audits[audit]).filter((audit) => audit.score !== null && audit.score < 1);
  return score >= LEAST ? [] : [`${id} ${score}: ${failed.map((audit) => audit.id).join(', ')}`];
}

describe('Lighthouse', () => {
  for (const device of ['mobile', 'desktop']) {
    test(`finds a page that everybody can use, on ${device}`, async (context) => {
      const slow = [];
      for (let looks = 0; looks < LOOKS; looks += 1) {
        const found = await look(device, context);
        assert.deepEqual(found.wrong, []);
        if (found.slow.length === 0) return;
        slow.push(found.slow.join(', '));
      }
      assert.fail(`slow in each of ${LOOKS} looks: ${slow.join('; ')}`);
    });
  }
});
