/** Hostile text from outside (topics, payloads, names of the registry, addresses) on every screen: it is shown as text and runs nowhere. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { mosquittoPub, openPage, startBrowser, startDemo } from './demo.mjs';

/** Markup that would run in text, in an attribute, in a template, and in a script; each tells of itself. */
const ATTACKS = [
  '<img src=x onerror=hacked(1)>',
  '"><svg onload=hacked(2)>',
  "' onmouseover=hacked(3) x='",
  '</script><script>hacked(4)</script>',
  '{{hacked(5)}}${hacked(6)}',
  'javascript:hacked(7)',
];
const PUBLIC = { extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' } };

let demo;
let browser;

/** Puts a row at the end of a file of the registry, which the service reads anew. */
function register(file, row) {
  const path = join(demo.registry, file);
  const columns = readFileSync(path, 'utf8').split('\n', 1)[0].split(',').length;
  const cells = [...row, ...Array(columns - row.length).fill('')].map((cell) => `"${String(cell).replaceAll('"', '""')}"`);
  appendFileSync(path, `${cells.join(',')}\n`);
}

async function published(topic, payload) {
  const file = join(mkdtempSync(join(tmpdir(), 'smartpole-hostile-')), 'payload');
  writeFileSync(file, payload);
  await mosquittoPub(demo.mqtt, topic, file);
}

async function eventually(what, ask) {
  for (let end = Date.now() + 60_000; Date.now() < end; await new Promise((later) => setTimeout(later, 200))) if (await ask()) return;
  throw new Error(what);
}

const items = async (path) => (await (await fetch(`${demo.url}/api/v1/${path}`)).json()).items;

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  register('poles.csv', ['XSS-1', ATTACKS[0], ATTACKS[1], 51.5481, 7.3121]);
  register('devices.csv', ['xss-1-air', 'XSS-1', 'air-station']);
  register('gateways.csv', ['02ca57fffeff00ff', ATTACKS[2], 51.55, 7.31]);
  await eventually('the registry is in force', async () => (await items('poles')).some(({ id }) => id === 'XSS-1'));
  const now = new Date().toISOString();
  await published('smartpole/castrop-rauxel/XSS-1/xss-1-air/up', JSON.stringify({ time: now, values: { pm2_5: 7.3, [ATTACKS[1]]: 1 } }));
  await published(
    `smartpole/castrop-rauxel/AM-01/${ATTACKS[0].replaceAll(/[+#/]/g, '')}/up`,
    JSON.stringify({ time: now, values: { pm2_5: 7 } }),
  );
  await published('smartpole/castrop-rauxel/AM-01/am-01-air/up', `{"time":"${ATTACKS[3]}"${ATTACKS.join('')}`);
  await published('smartpole/castrop-rauxel/AM-01/xss-unknown/up', ATTACKS.join('\n'));
  await eventually(
    'they are in quarantine',
    async () => (await items('quarantine?reason=unknown_device')).length > 0 && (await items('quarantine?reason=decode_failed')).length > 0,
  );
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A page on which whatever runs is noted, and so is what would have run without the policy. */
async function watched(path, options) {
  const { page, wrong, close } = await openPage(browser, demo.url + path, options);
  const ran = [];
  await page.exposeFunction('hacked', (which) => {
    ran.push(which);
  });
  await page.evaluate(() => {
    globalThis.refused = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) =>
      globalThis.refused.push(`${violatedDirective} ${sample}`),
    );
  });
  return { page, wrong, close, ran };
}

/** Nothing ran, nothing was even tried, and no element of an attack is on the page. */
async function harmless(page, ran, where) {
  await page.waitForTimeout(300);
  assert.deepEqual(ran, [], where);
  assert.deepEqual(await page.evaluate(() => globalThis.refused), [], where);
  const made = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter(
        (one) =>
          [...one.attributes].some(({ name }) => name.startsWith('on')) ||
          one.matches('img[src=x], script:not([src])') ||
          /^javascript:/i.test(one.getAttribute('href') ?? ''),
      )
      .map((one) => one.outerHTML),
  );
  assert.deepEqual(
    made.filter((html) => !html.includes('application/ld+json')),
    [],
    where,
  );
}

describe('hostile text', () => {
  test('is text on every screen of operators', async () => {
    const { page, wrong, close, ran } = await watched('/');
    const [unread] = await items('quarantine?reason=decode_failed');
    const addresses = [
      '',
      '#pole=XSS-1',
      '#betrieb',
      '#device=xss-1-air',
      '#quarantine=',
      '#quarantine=unknown_device',
      `#message=${unread.seq}`,
      '#repair=unknown_device',
      '#register=poles.csv',
      '#register=devices.csv',
      '#register=gateways.csv',
      `#register=devices.csv&add=${encodeURIComponent(ATTACKS[0])}&of=${encodeURIComponent(ATTACKS[1])}`,
      '#gateway=02ca57fffeff00ff',
      '#count=messages/quarantined/unknown_device',
      '#trace=xss-1-air/pm2_5/0/2026-11-29T10:43:18Z',
      '#planung',
    ];
    let shown = '';
    for (const hash of addresses) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await page.waitForFunction(() => ![...document.querySelectorAll('.skeleton')].some((one) => one.checkVisibility()), null, {
        timeout: 30_000,
      });
      await harmless(page, ran, hash);
      shown += await page.evaluate(() => document.body.innerText);
    }
    for (const attack of [ATTACKS[0], ATTACKS[2]]) assert.ok(shown.includes(attack), `${attack} is shown as it is`);
    assert.deepEqual(
      wrong.filter((one) => !one.startsWith('404') && !one.includes('404')),
      [],
    );
    await close();
  });

  test('is text for the public, in widgets and in plain pages', async () => {
    for (const path of ['/#pole=XSS-1', '/embed/map', '/embed/chart', '/plain', '/plain?lang=en', '/datasets']) {
      const { page, close, ran } = await watched(path, PUBLIC);
      await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => {}); // a live stream never rests
      await harmless(page, ran, path);
      if (path.startsWith('/plain')) assert.ok((await page.evaluate(() => document.body.innerText)).includes(ATTACKS[0]), path);
      await close();
    }
  });

  test('is text when it comes by the address', async () => {
    for (const attack of ATTACKS) {
      const said = encodeURIComponent(attack);
      for (const [path, keys] of [
        [
          `/?zone=${said}&lang=${said}&map=${said}`,
          ['pole', 'figure', 'device', 'methode', 'bedeutung', 'quarantine', 'trace', 'register', 'planung&notes'],
        ],
        [`/embed/tile?zone=${said}&theme=${said}`, []],
      ]) {
        const { page, close, ran } = await watched(path);
        for (const key of [null, ...keys]) {
          if (key)
            await page.evaluate((to) => {
              location.hash = to;
            }, `#${key}=${said}`);
          await harmless(page, ran, `${path} ${key}`);
        }
        await close();
      }
    }
  });

  test('gets no page that reflects it', async () => {
    for (const path of ['/plain?lang=', '/datasets?lang=', '/datasets/', '/embed/', '/api/v1/footfall?zone=']) {
      const answer = await fetch(`${demo.url}${path}${encodeURIComponent(ATTACKS[0])}`);
      assert.ok(
        answer.status >= 400 &&
          answer.headers.get('content-type') === 'application/problem+json' &&
          answer.headers.get('x-content-type-options') === 'nosniff',
        path,
      );
    }
  });
});
