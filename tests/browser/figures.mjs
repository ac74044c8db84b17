/** Figures that a reader opens: where they come from, why they were corrected, and how they are cited. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { mosquittoPub } from './demo.mjs';

const testid = (name) => `[data-testid=${name}]`;

export function figures({ demo, opened, eventually, picture, listed, patience }) {
  test('opens each figure by one click, and tells where it comes from', async () => {
    const { page, wrong, close } = await opened();
    const panel = page.locator(testid('figure-panel'));
    await page.waitForSelector(`${testid('tile-footfall')}[href^="#figure="]`);
    await page.locator(testid('tile-footfall')).focus();
    await page.keyboard.press('Enter');
    await eventually('value, coverage, state and method', async () =>
      /Querungen[\s\S]*\d[\s\S]*Abdeckung[\s\S]*%[\s\S]*Methode\s*footfall\.cross_section, Version 1/.test(await panel.innerText()),
    );
    await page.waitForSelector(`${testid('figure-parts')} svg`);
    await picture(page, 'page-figure', false);
    await page.locator(`${testid('figure-parts')} svg`).focus();
    await page.keyboard.press('Enter');
    await eventually(
      'its last hour is a figure of its own, made of poles',
      async () => /\/1h\//.test(page.url()) && (await page.locator(`${testid('figure-parts')} tbody tr`).count()) > 3,
    );
    await page.keyboard.press('Escape');
    await page.waitForSelector(testid('figure-panel'), { state: 'hidden' });
    await page.locator(testid('tile-air')).click();
    await eventually('a class by its pollutants', async () =>
      /Luftqualität, UBA-Schema 2025[\s\S]*Schadstoffe[\s\S]*µg\/m³/.test(await panel.innerText()),
    );
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows why a figure was corrected, and what held before', async () => {
    const start = `${new Date(Date.now() - 30 * 3_600_000).toISOString().slice(0, 13)}:00:00Z`;
    const file = join(mkdtempSync(join(tmpdir(), 'smartpole-late-')), 'late.json');
    const hour = async (asOf = '') => {
      const question = `zone=altstadt&property=pm2_5&step=1h&from=${start}${asOf}`;
      const { items } = await (await fetch(`${demo().url}/api/v1/series?${question}`)).json();
      return items.find((item) => item.start === start);
    };
    // until the demo's history is there, and its minute over, a reading corrects nothing
    let second = 10;
    const corrected = async () => {
      const known = await hour();
      if (known?.state === 'corrected') return known;
      writeFileSync(file, JSON.stringify({ time: start.replace('00:00Z', `07:${second}Z`), values: { pm2_5: 9 } }));
      second += 1;
      await mosquittoPub(demo().mqtt, 'smartpole/castrop-rauxel/AM-01/am-01-air/up', file);
      await new Promise((later) => setTimeout(later, 10_000));
      return null;
    };
    const found = await eventually('a corrected hour', corrected, 3 * patience);
    await eventually(
      'a minute that is over in which it was corrected, as such ones are quoted',
      async () => (await hour(`&as_of=${new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString()}`))?.revision === found.revision,
      2 * patience,
    );
    const { page, wrong, close } = await opened({ path: `/#figure=zone:altstadt/pm2_5/1h/${found.start}` });
    const panel = page.locator(testid('figure-panel'));
    const list = page.locator(`${testid('figure-revisions')} li[data-revision]`);
    await eventually(
      'each revision with its reason',
      async () =>
        (await list.count()) === Math.min(20, found.revision) &&
        /Revision 1[\s\S]*(verspätet eingetroffen|Zählerstand kam nach|Prüfung der Qualität)[\s\S]*Viertelstunde/.test(
          await list.first().innerText(),
        ),
    );
    await page.fill(`${testid('figure-as-of')} input`, '2026-01-01T12:00');
    await page.keyboard.press('Enter');
    await eventually('nothing was known long ago', async () =>
      /nichts bekannt[\s\S]*Heute gilt/.test(await page.locator(testid('figure-then')).innerText()),
    );
    assert.match(page.url(), /&as_of=2026-01-01T11:00:00Z$/, 'to be passed on');
    await eventually('quoted with revision and method', async () =>
      new RegExp(`Revision ${found.revision}, Methode window\\.mean/1`).test(await panel.locator(testid('figure-cite')).innerText()),
    );
    await picture(page, 'page-figure-corrected', false);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('quotes a figure that still grows as its link shows it', async () => {
    // an hour that has been running for some minutes, at whatever time of the day
    const hour = new Date(Math.floor((Date.now() - 180_000) / 3_600_000) * 3_600_000).toISOString().replace('.000', '');
    const { page, wrong, close } = await opened({ path: `/#figure=pole:AM-01/pm2_5/1h/${hour}` });
    const cited = page.locator(testid('figure-cite'));
    await eventually('a line with a value', async () => /: [\d.,]+ [\s\S]*Stand /.test(await cited.innerText()));
    const line = await cited.locator('p').first().innerText();
    const [, value] = /: ([\d.,]+) /.exec(line);
    const [link] = /http\S+$/.exec(line);
    assert.ok(Date.now() >= Date.parse(/as_of=(.*)$/.exec(link)[1]), 'as of a minute that is over');
    await page.goto('about:blank');
    await page.goto(link);
    const then = page.locator(`${testid('figure-then')} dd b`).first();
    await eventually('the link says the same', async () => (await then.innerText()).includes(value));
    assert.deepEqual(wrong, []);
    await close();
  });

  test('cites a chart: its address opens the same course as it was known', async () => {
    const { page, wrong, close } = await opened({ path: '/#pole=AM-01' });
    const chart = page.locator(testid('chart-30d'));
    await chart.locator('.cite-fold summary').click();
    await eventually('a line with method and instant', async () =>
      /Feinstaub PM2,5, AM-01[\s\S]*Stand [\s\S]*Methode window\.mean\/1/.test(await chart.locator('.cite p').innerText()),
    );
    const record = decodeURIComponent(await chart.locator('.cite a[download="smartpole.bib"]').getAttribute('href'));
    assert.match(record, /^data:text\/plain;charset=utf-8,@misc\{smartpole-/);
    const [link] = /http\S+$/.exec(await chart.locator('.cite p').innerText());
    const drawn = () => chart.locator('svg.chart path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
    const frozen = async () => {
      await page.goto('about:blank');
      await page.goto(link);
      await eventually(
        'the course is frozen',
        async () => /So war es bekannt am/.test(await page.locator(testid('frozen')).innerText()) && (await drawn()).length > 1,
      );
      return drawn();
    };
    assert.ok(Date.now() >= Date.parse(decodeURIComponent(/as_of=(.*)$/.exec(link)[1])), 'a minute that is over');
    assert.deepEqual(await frozen(), await frozen(), 'the same picture each time, while live data comes in');
    await picture(page, 'page-cited', false);
    await page.locator(`${testid('frozen')} button`).click();
    await eventually('back to today', async () => (await page.locator(testid('frozen')).count()) === 0 && !page.url().includes('as_of'));
    assert.deepEqual(wrong, []);
    await close();
  });

  test('draws days by law of a pole of which one sensor is silent', async () => {
    const { page, wrong, close } = await opened({ path: '/' });
    await page.route('**/api/v1/series?*property=pm2_5*step=1h*', async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      const items = answer.items.map((item) => ({ ...item, coverage: 0.5 }));
      await route.fulfill({ response, json: { ...answer, items } });
    });
    await page.goto(`${demo().url}/#pole=AM-01`);
    const days = page.locator(`${testid('chart-30d')} path.line:not(.thin)`);
    await eventually('a line through a week of days', async () => (await days.first().getAttribute('d')).split('L').length > 5);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows single readings, those that do not count among them', async () => {
    const { page, wrong, close } = await opened({ path: '/#pole=AM-01' });
    await page.route('**/api/v1/series?*step=raw*', async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      const items = answer.items.map((item, at) => (at === 0 ? { ...item, counted: null, flags: ['stuck'] } : item));
      await route.fulfill({ response, json: { ...answer, items } });
    });
    await page.waitForSelector(`${testid('chart-24h')} svg`);
    await page.locator('details.raw summary').click();
    await eventually(
      'a hollow point, counted in words',
      async () =>
        (await page.locator(`${testid('chart-raw')} .hollow`).count()) === 1 &&
        /1 von \d+ Messwerten zählt nicht: Wert hängt/.test(await page.locator(testid('chart-raw')).innerText()),
    );
    await picture(page, 'page-raw', false);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('explains every method of the interface, in German and English', async () => {
    const methods = await listed('methods');
    const { page, wrong, close } = await opened();
    await page.click('body > header nav a[href="#methode"]');
    const sheet = page.locator(testid('method-page'));
    await eventually('each with its version', async () => {
      const shown = await sheet.locator('[data-method] .method-id').allInnerTexts();
      return (
        methods.every(({ id, version }) => shown.some((text) => text.replace(/\s/g, '') === `${id}/${version}`)) &&
        shown.length === methods.length
      );
    });
    await picture(page, 'page-method', false);
    const german = await sheet.innerText();
    await page.click(testid('lang-en'));
    await eventually(
      'the words change',
      async () => /Windows and means/.test(await sheet.innerText()) && (await sheet.innerText()) !== german,
    );
    await page.goto(`${demo().url}/#methode=air.day`);
    await eventually('an address leads to its method', () => page.evaluate(() => document.activeElement.dataset.method === 'air.day'));
    assert.deepEqual(wrong, []);
    await close();
  });
}
