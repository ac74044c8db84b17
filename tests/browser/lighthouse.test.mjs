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
/** Of 1: what does not hang on how busy this machine is. */
const LEAST = 0.95;
/** Of the performance: what is worked out of what the page asks for before its first words, and of what moves. */
const SHOWN = {
  mobile: ['first-contentful-paint', 'largest-contentful-paint', 'cumulative-layout-shift'],
  desktop: ['first-contentful-paint', 'cumulative-layout-shift'],
};

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

describe('Lighthouse', () => {
  for (const device of ['mobile', 'desktop']) {
    test(`finds a page that everybody can use, on ${device}`, async (context) => {
      const config = device === 'desktop' ? lighthouse.desktopConfig : undefined;
      const { lhr, report } = await lighthouse.default(demo.url, { port, output: 'html', extraHeaders: PUBLIC, logLevel: 'error' }, config);
      writeFileSync(join(artefacts, `lighthouse-${device}.html`), report);
      const scores = Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, score]));
      const shown = ['first-contentful-paint', 'largest-contentful-paint', 'interactive', 'total-blocking-time'].map(
        (id) => `${id} ${lhr.audits[id].displayValue}`,
      );
      context.diagnostic(`performance ${scores.performance} (${shown.join(', ')}), which hangs on the load of this machine`);
      for (const id of SHOWN[device]) assert.ok(lhr.audits[id].score >= LEAST, `${id} ${lhr.audits[id].displayValue}`);
      for (const id of ['accessibility', 'best-practices', 'seo']) {
        const wrong = lhr.categories[id].auditRefs
          .map(({ id: audit }) => lhr.audits[audit])
          .filter(({ score }) => score !== null && score < 1)
          .map(({ id: audit }) => audit);
        assert.ok(scores[id] >= LEAST, `${id} ${scores[id]}: ${wrong.join(', ')}`);
      }
    });
  }
});
