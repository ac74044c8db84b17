/** The view Planung as a planner uses it: sentence, choices, figures to take along, paper. Pictures stay in tests/artefacts. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { artefacts, openPage, startBrowser, startDemo } from './demo.mjs';

const PATIENCE = 90_000;
/** A4 in points, upright. */
const A4 = [595, 842];

let demo;
let browser;

const testid = (name) => `[data-testid=${name}]`;

/** Waits until `ask` gives something true. */
async function eventually(what, ask) {
  const end = Date.now() + PATIENCE;
  let failure;
  while (Date.now() < end) {
    const found = await ask().catch((error) => {
      failure = error;
    });
    if (found) return found;
    await new Promise((later) => setTimeout(later, 200));
  }
  throw new Error(`${what}: not within ${PATIENCE} ms: ${failure ?? 'never'}`);
}

/** Words that stand out at a side of their drawing. It runs in the page. */
function standOut(drawings) {
  const outside = (drawing) => {
    const [box, words] = [drawing.getBoundingClientRect(), [...drawing.querySelectorAll('text')]];
    return words.filter((word) => {
      const { left, right } = word.getBoundingClientRect();
      return left < box.left - 1 || right > box.right + 1;
    });
  };
  return drawings.flatMap(outside).map((word) => word.textContent);
}

/** Words of a drawing that lie upon others. It runs in the page. */
function touching(drawings) {
  const found = (drawing) => {
    const words = [...drawing.querySelectorAll('text')].map((word) => ({ text: word.textContent, box: word.getBoundingClientRect() }));
    const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
    return words.flatMap(({ text, box }, at) =>
      words
        .slice(at + 1)
        .filter((other) => over(box, other.box))
        .map((other) => `${text} | ${other.text}`),
    );
  };
  return drawings.flatMap(found);
}

/** The view with all its cards drawn. */
async function opened(hash = '#planung', options = {}) {
  const { page, wrong, close } = await openPage(browser, `${demo.url}/${hash}`, options);
  page.setDefaultTimeout(PATIENCE);
  await drawn(page);
  return { page, wrong, close };
}

async function drawn(page) {
  await page.waitForSelector(`${testid('planning-report')} .report`);
  await page.waitForFunction(() => ![...document.querySelectorAll('#planning .skeleton')].some((one) => one.checkVisibility()));
}

async function ask(path, params) {
  const response = await fetch(`${demo.url}/api/v1/${path}?${new URLSearchParams(params)}`);
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

const digits = (text) => Number(text.replace(/\D/g, ''));

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  await eventually('a week is counted', async () => {
    const { items } = await ask('footfall', { zone: 'altstadt', step: '1d', from: new Date(Date.now() - 10 * 86_400_000).toISOString() });
    return items.filter(({ coverage, state }) => coverage > 0.9 && state !== 'open').length >= 7;
  });
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

describe("the planner's view", () => {
  test('is reached from the head and says first what is the case', async () => {
    const { page, wrong, close } = await openPage(browser, demo.url);
    page.setDefaultTimeout(PATIENCE);
    await page.click('body > header nav a[href="#planung"]');
    await drawn(page);
    assert.match(await page.locator(testid('planning-sentence')).innerText(), /^Castroper Altstadt: .*Querungen.*\d{4}/);
    assert.match(await page.title(), /^Planung · /);
    const days = () => import('/js/format.js').then((format) => format.days(Date.UTC(2026, 7, 27), Date.UTC(2026, 7, 30)));
    assert.equal(await page.evaluate(days), '27.–30. Aug.', 'a month is named once');
    assert.equal(await page.locator(`${testid('map')}`).isVisible(), false);
    await page.screenshot({ path: join(artefacts, 'planning.png'), fullPage: true, animations: 'disabled' });
    assert.deepEqual(wrong, []);
    await close();
  });

  test('shows every day as the interface tells it, and a day opens its figure and leads back to the same choices', async () => {
    const { page, wrong, close } = await opened('#planung&zone=am-markt&hours=open&compare=previous_week');
    const days = page.locator(`${testid('planning-days')} a[data-date]`);
    const day = days.last();
    // the day before, but of a Sunday on which shops are closed there is nothing to open
    const earlier = await days.nth(-2).getAttribute('data-date');
    const start = Date.parse(decodeURIComponent(await day.getAttribute('href')).split('/1d/')[1]);
    const { items } = await ask('footfall', {
      zone: 'am-markt',
      step: '1d',
      hours: 'open',
      from: new Date(start).toISOString(),
      to: new Date(start + 1000).toISOString(),
    });
    const told = await day.getAttribute('aria-label');
    assert.equal(digits(/: ([\d.]+) Querungen/.exec(told)[1]), items[0].crossings, told);
    await day.focus();
    await page.keyboard.press('ArrowUp');
    const before = await page.evaluate(() => document.activeElement.dataset.date);
    assert.equal(before, earlier, 'arrow keys go from day to day');
    assert.ok(
      (await page.locator(`${testid('planning-days')} .readout-line`).innerText()).includes('Querungen'),
      'what has the focus is read beside it',
    );
    await page.keyboard.press('Enter');
    await page.waitForSelector(`${testid('figure-panel')}:not([hidden])`);
    await page.keyboard.press('Escape');
    await page.waitForSelector(testid('figure-panel'), { state: 'hidden' });
    assert.match(page.url(), /#planung&zone=am-markt&hours=open&compare=previous_week$/);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('puts each choice into the address, and the address repeats them', async () => {
    const { page, wrong, close } = await opened();
    await page.selectOption(testid('choice-zone'), 'am-markt');
    await page.selectOption(testid('choice-compare'), 'previous_week');
    await page.selectOption(testid('choice-days'), 'saturdays');
    await page.selectOption(testid('choice-what'), 'pm2_5');
    await page.waitForSelector(testid('choice-pole'));
    await page.selectOption(testid('choice-asOf'), 'then');
    await drawn(page);
    assert.match(page.url(), /#planung&zone=am-markt&what=pm2_5&days=saturdays&compare=previous_week&as_of=20\d\d-[\dT:-]+Z$/);
    const chosen = () => page.locator('.choice select').evaluateAll((all) => all.map(({ value }) => value).join(' '));
    const before = await chosen();
    await page.reload();
    await drawn(page);
    await page.waitForSelector(testid('choice-pole'));
    assert.equal(await chosen(), before);
    assert.match(await page.locator(`${testid('planning-days')} h2`).innerText(), /^Feinstaub PM2,5/);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('compares windows as the interface does, and says in words what must not be compared', async () => {
    const { page, wrong, close } = await opened('#planung&compare=previous_week');
    const { items, totals } = await page.evaluate(async () => {
      const csv = document.querySelector('[data-testid=planning-bars] a[href*="format=csv"]');
      const url = new URL(csv.href);
      url.searchParams.delete('format');
      url.searchParams.delete('csv');
      return (await fetch(url, { headers: { accept: 'application/json' } })).json();
    });
    const bars = page.locator(`${testid('planning-bars')} a[data-at]`);
    assert.equal(await bars.count(), items.length);
    const labels = await bars.evaluateAll((all) => all.map((bar) => bar.getAttribute('aria-label')));
    for (const [at, { crossings }] of items.entries())
      if (crossings !== null) assert.ok(labels[at].includes(`${crossings.toLocaleString('de-DE')} Querungen`), labels[at]);
    const reasons = items.filter(({ not_comparable: not }) => not).length;
    assert.ok(reasons > 0 && totals.windows === items.length, 'nine days of history have some without a week before');
    assert.match(await page.locator('#planning-top').innerText(), /nicht vergleichbar, weil: /);
    await page.locator(`${testid('planning-bars')} summary`).click();
    const rows = page.locator(`${testid('planning-bars')} tbody tr`);
    await eventually('the same as a table', async () => (await rows.count()) === items.length);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('tells of any corrected bar why, when a reader rests on it', async () => {
    const { page, wrong, close } = await openPage(browser, `${demo.url}/plain`);
    page.setDefaultTimeout(PATIENCE);
    await page.route('**/api/v1/footfall?*', async (route) => {
      const answer = await (await route.fetch()).json();
      await route.fulfill({ json: { ...answer, items: answer.items.map((item) => ({ ...item, state: 'corrected' })) } });
    });
    const asked = new Set();
    await page.route('**/api/v1/revisions?*', async (route) => {
      asked.add(new URL(route.request().url()).searchParams.get('start'));
      const side = { value: 3, count: 3, excluded: 0, flags: [] };
      await route.fulfill({
        json: {
          items: [{ revision: 1, received_at: '2026-11-29T10:00:00Z', reason: 'late', former: side, after: { ...side, value: 8 } }],
          revisions: 1,
          next: null,
        },
      });
    });
    await page.goto(`${demo.url}/#planung&compare=previous_week`);
    await drawn(page);
    const before = asked.size;
    const oldest = page.locator(`${testid('planning-bars')} a[data-at]`).first();
    await oldest.hover();
    const readout = page.locator(`${testid('planning-bars')} .readout-line`);
    await eventually('the reason', async () => /korrigiert.* · korrigiert: verspätet/.test(await readout.innerText()));
    assert.deepEqual([before, asked.size], [8, 9], 'the newest were asked for beforehand, this one now');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('gives the paragraph, the citation and a link whose figures stay', async () => {
    const { page, wrong, close } = await opened('#planung&zone=am-markt&compare=none');
    const paper = await page.locator(testid('planning-paper')).innerText();
    const link = await page.locator(testid('planning-link')).getAttribute('href');
    assert.match(link, /#planung&zone=am-markt&from=[\d-]+&to=[\d-]+&compare=none&as_of=/);
    assert.ok(
      paper.includes(link) &&
        /gezählt wurden [\d.]+ Querungen .*Abdeckung .*Stand der Daten: .*nicht amtlich; Methode footfall\./.test(paper),
      paper,
    );
    assert.ok((await page.locator(`${testid('planning-qr')} .qr-dark`).getAttribute('d')).length > 1000);
    await page.goto(link);
    await page.reload();
    await drawn(page);
    const again = await page.locator(testid('planning-paper')).innerText();
    const figures = (text) => /gezählt wurden ([\d.]+) .*Abdeckung ([\d,]+)/.exec(text).slice(1).join();
    assert.equal(figures(again), figures(paper));
    assert.equal(await page.locator(testid('planning-link')).getAttribute('href'), link, 'the link repeats itself');
    assert.deepEqual(wrong, []);
    await close();
  });

  test('keeps notes in the address and views in the browser, whatever is written into them', async () => {
    const { page, wrong, close } = await opened();
    const hostile = '<img src=x onerror=alert(1)> & „Fest“ #1';
    await page.click(`${testid('planning-notes')} summary`);
    const day = await page
      .locator(`${testid('planning-days')} a[data-date]`)
      .last()
      .getAttribute('data-date');
    await page.fill(`${testid('planning-notes')} input[type=date]`, day);
    await page.fill(`${testid('planning-notes')} input[type=text]`, hostile);
    await page.keyboard.press('Enter');
    await eventually('it stands in the calendar', async () =>
      (await page.locator(`${testid('planning-days')} .note-label`).innerHTML()).includes('&lt;img'),
    );
    await page.click(`${testid('planning-views')} summary`);
    await page.fill(`${testid('planning-views')} input`, hostile);
    await page.keyboard.press('Enter');
    await page.goto(`${demo.url}/#stadt`);
    await page.goto(`${demo.url}/#planung`);
    await page.reload();
    await drawn(page);
    await page.click(`${testid('planning-views')} summary`);
    await page.locator(`${testid('planning-views')} a`, { hasText: hostile }).click();
    await eventually('the view comes back with its note', async () =>
      (await page.locator(`${testid('planning-notes')} li`).innerText()).includes(hostile),
    );
    assert.deepEqual(wrong, []);
    await close();
  });

  test('saves figures as SVG and PNG and data as CSV', async () => {
    const { page, wrong, close } = await opened();
    const saved = async (button) => {
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
      return readFileSync(await download.path());
    };
    const card = page.locator(testid('planning-days'));
    const drawing = (await saved(card.getByRole('button', { name: /als SVG/ }))).toString();
    assert.match(drawing, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"[\s\S]*Castroper Altstadt: Jeder Tag[\s\S]*<\/svg>$/);
    assert.ok(drawing.includes('fill="rgb(') && !drawing.includes('class='), 'its colours are in it');
    writeFileSync(join(artefacts, 'planning-figure.svg'), drawing);
    const picture = await saved(card.getByRole('button', { name: /als PNG/ }));
    assert.equal(picture.subarray(1, 4).toString(), 'PNG');
    assert.ok(picture.readUInt32BE(16) > 3000, 'three times as wide as it is drawn');
    writeFileSync(join(artefacts, 'planning-figure.png'), picture);
    const table = (await saved(card.getByRole('link', { name: /als CSV/ }))).toString();
    assert.match(table, /^\ufeff?[^\n]*crossings/);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('prints a report on A4 pages with its figures, and the sites alone on one', async () => {
    const { page, wrong, close } = await opened('#planung&compare=previous_week');
    const pages = async (name) => {
      const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
      writeFileSync(join(artefacts, `${name}.pdf`), pdf);
      const boxes = [...pdf.toString('latin1').matchAll(/\/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, width, height]) => [
        Math.round(width),
        Math.round(height),
      ]);
      for (const box of boxes) assert.deepEqual(box, A4);
      return boxes.length;
    };
    await page.emulateMedia({ media: 'print' });
    for (const shown of [
      'planning-sentence',
      'planning-days',
      'planning-bars',
      'planning-week',
      'planning-sites',
      'planning-paper',
      'planning-qr',
    ])
      assert.ok(await page.locator(testid(shown)).isVisible(), shown);
    for (const hidden of ['body > header nav', '.choice-row', '.acts', '.saves'])
      assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
    const whole = await pages('planning');
    assert.ok(whole >= 2 && whole <= 4, `${whole} pages`);
    await page.evaluate(() => {
      document.body.dataset.print = 'sites';
    });
    assert.equal(await pages('planning-sites'), 1);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('says in the row of a place that has no rank why', async () => {
    const { page, close } = await openPage(browser, 'about:blank');
    await page.route('**/footfall/ranking?*', async (route) => {
      const answer = await (await route.fetch()).json();
      Object.assign(answer.items[0], { rank: null, crossings_per_day: null, not_comparable: { reason: 'no_data' } });
      await route.fulfill({ json: answer });
    });
    await page.goto(`${demo.url}/#planung`);
    await drawn(page);
    const row = page.locator(`${testid('planning-ranking')} tbody tr`, {
      hasText: 'ohne Rang: in dieser Zeit ist kein ganzer Tag vorbei, der genug Daten hat.',
    });
    assert.deepEqual((await row.locator('td').allInnerTexts()).slice(0, 3), ['–', '–', ''], 'and its cells stand under their heads');
    await close();
  });

  test('puts two to six sites side by side, as the interface tells of them', async () => {
    const { page, wrong, close } = await opened('#planung&sites=am-markt,lange-strasse');
    const card = page.locator(testid('planning-sites'));
    assert.match(await card.locator('.source').innerText(), /; Sensordaten, nicht amtlich; Stand .*; Methoden .*\.$/);
    const heads = () => card.locator('thead th').allInnerTexts();
    assert.deepEqual((await heads()).slice(1), ['Am Markt', 'Lange Straße']);
    await card.locator('[data-focus="site neuroder-platz"]').check();
    await eventually('a third one', async () => (await heads()).includes('Neuroder Platz'));
    assert.match(page.url(), /sites=am-markt,lange-strasse,neuroder-platz/);
    const { items } = await page.evaluate(async () =>
      (
        await fetch(document.querySelector('[data-testid=planning-sites] a[href*="format=csv"]').href.replace(/&format=csv&csv=\w+/, ''))
      ).json(),
    );
    const value = items[0].figures.find(({ figure }) => figure === 'pm2_5').value;
    assert.ok(
      (await card.locator('tr', { hasText: 'Feinstaub PM2,5' }).locator('td').first().innerText()).startsWith(
        value.toLocaleString('de-DE', { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
      ),
    );
    assert.match(await card.innerText(), /nicht vergleichbar, weil einer der Orte diese Größe nicht hat/);
    assert.deepEqual(wrong, []);
    await close();
  });

  test('has its states: loading, nothing known, failed with a way on, and is not for the public', async () => {
    const { page, close } = await openPage(browser, `${demo.url}/#planung`);
    page.setDefaultTimeout(PATIENCE);
    await page.route('**/api/v1/footfall/ranking?*', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        json: { title: 'Busy', status: 503, detail: 'come back later' },
      }),
    );
    await page.reload();
    const ranking = page.locator(testid('planning-ranking'));
    await eventually('it says what failed', async () => /Busy: come back later/.test(await ranking.innerText()));
    await page.unroute('**/api/v1/footfall/ranking?*');
    await ranking.getByRole('button', { name: 'Noch einmal versuchen' }).click();
    await eventually('and then the places', async () => /Am Markt/.test(await ranking.innerText()));
    await page.goto(`${demo.url}/#planung&from=2020-01-01&to=2020-02-01`);
    await eventually('nothing was counted then', async () =>
      /keine Zählung, 1\. Januar bis 1\. Februar 2020/.test(await page.locator(testid('planning-sentence')).innerText()),
    );
    await page.goto(`${demo.url}/#planung&zone=nowhere`);
    await eventually('no such place', async () =>
      /Einen Ort „nowhere“ gibt es hier nicht/.test(await page.locator('#planning').innerText()),
    );
    await close();
    const visitor = await openPage(browser, `${demo.url}/#planung`, { extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' } });
    await visitor.page.waitForSelector('body[data-role=public][data-view=stadt]');
    assert.equal(await visitor.page.locator('nav a[href="#planung"]').isVisible(), false);
    assert.deepEqual(visitor.wrong, [], 'it asks for nothing that it would be refused');
    await visitor.close();
  });

  for (const [width, colorScheme, language] of [
    [1440, 'dark', 'en'],
    [768, 'light', 'de'],
    [375, 'light', 'en'],
  ]) {
    test(`fits ${width} pixels, ${colorScheme}, ${language}`, async () => {
      const { page, wrong, close } = await opened('#planung', { viewport: { width, height: 900 }, colorScheme });
      await page.click(testid(`lang-${language}`));
      await drawn(page);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, 'nothing stands out at the side');
      assert.doesNotMatch(await page.locator('#planning').innerText(), /planning\.\w|undefined|NaN|\[object/);
      assert.deepEqual(await page.locator('#planning svg.chart').evaluateAll(standOut), [], 'words of a chart are inside it');
      assert.deepEqual(await page.locator('#planning svg.chart').evaluateAll(touching), [], 'none lies upon another');
      const [day, seen] = await page
        .locator(`${testid('planning-days')} a[data-date]`)
        .last()
        .evaluate((newest) => [newest, newest.closest('.scroll')].map((one) => one.getBoundingClientRect().right));
      assert.ok(day <= seen + 1, 'the newest day is seen first');
      await page.screenshot({
        path: join(artefacts, `planning-${width}-${colorScheme}-${language}.png`),
        fullPage: true,
        animations: 'disabled',
      });
      assert.deepEqual(wrong, []);
      await close();
    });
  }
});
