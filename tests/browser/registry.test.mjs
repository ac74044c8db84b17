/** The registry as operators edit it: a pole in its table, a mistake beside its row, the effect in words, saved, restored; rows by CSV; from a refusal to its cause. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { artefacts, mosquittoPub, openPage, startBrowser, startDemo } from './demo.mjs';

const testid = (name) => `[data-testid=${name}]`;
const cell = (page, row, column) => page.locator(`#register tr[data-row="${row}"] td[data-column=${column}] input`);

let demo;
let browser;
let former;

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  former = file('poles.csv');
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

function file(name) {
  return readFileSync(join(demo.registry, name), 'utf8');
}

/** Waits until `ask` gives something true. */
async function eventually(what, ask) {
  for (let end = Date.now() + 60_000; Date.now() < end; await new Promise((later) => setTimeout(later, 100))) {
    const found = await ask();
    if (found) return found;
  }
  throw new Error(what);
}

async function opened(hash, options = {}) {
  const { page, wrong, close } = await openPage(browser, `${demo.url}/${hash}`, options);
  page.setDefaultTimeout(60_000);
  await page.waitForSelector('#register .registry-editor');
  return { page, close, odd: () => wrong.filter((one) => !/422|412/.test(one)) }; // what is refused on purpose
}

describe('the registry', () => {
  test('shows a mistake beside its row, tells the effect before it saves, and puts a former text back', async () => {
    const { page, odd, close } = await opened('#register=poles.csv');
    await cell(page, 'AM-02', 'lat').fill('nördlich');
    await page.locator('[data-focus=try]').click();
    await page.waitForSelector('#register tr.told-wrong');
    assert.match(
      await page.locator('#register tr[data-row="AM-02"] + tr.told-wrong').innerText(),
      /„nördlich“ ist keine Zahl.*Dezimalgrad/s,
    );
    const field = cell(page, 'AM-02', 'lat');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.equal(
      await field.evaluate(
        (one) =>
          one === document.activeElement &&
          document.getElementById(one.getAttribute('aria-describedby')).textContent.includes('keine Zahl'),
      ),
      true,
      'who is led there hears why',
    );
    assert.equal(file('poles.csv'), former, 'nothing was written');

    await page.locator('[data-focus=discard]').click();
    await page.waitForFunction(() => !document.querySelector('#register .told-wrong'));
    await cell(page, 'AM-02', 'name').fill('Am Markt, am Brunnen');
    assert.match(await page.locator('.registry-bar').innerText(), /1 geändert/);
    await page.locator('[data-focus=try]').click();
    assert.match(await page.locator(testid('registry-effect')).innerText(), /1 Mast geändert: AM-02/);
    assert.equal(file('poles.csv'), former, 'a preview writes nothing');
    await page.keyboard.press('Enter');
    await page.waitForSelector(testid('registry-saved'));
    assert.equal(file('poles.csv'), former.replace('Am Markt 2', '"Am Markt, am Brunnen"'), 'all else is as it was');
    const poles = await (await fetch(`${demo.url}/api/v1/poles`)).json();
    assert.equal(poles.items.find(({ id }) => id === 'AM-02').name, 'Am Markt, am Brunnen', 'it is in force');

    await page.locator('[data-focus="part history"]').click();
    await page.locator(`[data-version="${createHash('sha256').update(former).digest('hex')}"] button`).click();
    const difference = await page.locator('.diff').innerText();
    assert.match(difference, /− AM-02,Am Markt 2,/);
    assert.match(difference, /\+ AM-02,"Am Markt, am Brunnen",/);
    await page.screenshot({ path: join(artefacts, 'page-registry-history.png') });
    await page.locator('[data-focus=restore]').click();
    await page.locator('[data-focus=save]').click();
    await page.waitForSelector(testid('registry-saved'));
    assert.equal(file('poles.csv'), former);
    assert.deepEqual(odd(), []);
    await close();
  });

  test('keeps what is not saved when the panel is closed, and loses nobody else’s change', async () => {
    const { page, odd, close } = await opened('#register=poles.csv');
    await cell(page, 'AM-03', 'name').fill('Anders');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#register', { state: 'hidden' });
    await page.evaluate(() => {
      location.hash = '#register=poles.csv';
    });
    assert.equal(await cell(page, 'AM-03', 'name').inputValue(), 'Anders');
    const other = former.replace('Am Markt 1', 'Am Markt eins');
    writeFileSync(join(demo.registry, 'poles.csv'), other);
    await page.locator('[data-focus=try]').click();
    await page.waitForSelector('[data-focus=reload]');
    assert.equal(file('poles.csv'), other);
    await page.locator('[data-focus=reload]').click();
    await page.waitForFunction(
      () => document.querySelector('#register tr[data-row="AM-01"] td[data-column=name] input')?.value === 'Am Markt eins',
    );
    writeFileSync(join(demo.registry, 'poles.csv'), former);
    assert.deepEqual(odd(), []);
    await close();
  });

  test('takes rows of a German inventory, and lists what is wrong with each', async () => {
    const { page, odd, close } = await opened('#register=poles.csv');
    await page.locator('[data-focus="part import"]').click();
    const send = (text) =>
      page.setInputFiles('#registry-file', { name: 'leuchten.csv', mimeType: 'text/csv', buffer: Buffer.from(text, 'latin1') });
    await send(
      'Mastnummer;Bezeichnung;Rechtswert;Hochwert\nAM-01;Am Markt 1;382950,27;5712089,19\nM\xDC-1;Neu;382950,27;5712089,19\nNEU-2;Neu;32382950,27;5712089,19\nNEU-2;Neu;1;1\n',
    );
    const mistakes = page.locator(`${testid('import-mistakes')} li`);
    await mistakes.first().waitFor();
    const told = (await mistakes.allInnerTexts()).join('\n');
    for (const expected of [/Zeile 3.*MÜ-1/s, /Zeile 4.*ohne die 32 der Zone/s, /Zeile 5.*steht schon auf Zeile 4/s])
      assert.match(told, expected);
    await page.screenshot({ path: join(artefacts, 'page-registry-import.png') });
    await send('Mastnummer;Ort;Leuchtstellennummer\nAM-01;M\xFCnsterplatz;99-0001\n');
    await page.waitForSelector('[data-focus=import]');
    assert.match(await page.locator('.registry-import').innerText(), /0 neue Zeilen, 1 geänderte.*Windows-1252.*1 Mast geändert: AM-01/s);
    await page.locator('[data-focus=import]').click();
    await page.waitForSelector(testid('registry-saved'));
    assert.match(file('poles.csv'), /^AM-01,Am Markt 1,Münsterplatz,.*99-0001/m);
    writeFileSync(join(demo.registry, 'poles.csv'), former);
    assert.deepEqual(odd(), []);
    await close();
  });

  test('leads from a refusal to the file that mends it, and from there to reading it again', async () => {
    const payload = join(mkdtempSync(join(tmpdir(), 'smartpole-registry-')), 'payload');
    writeFileSync(payload, JSON.stringify({ time: new Date(Date.now() - 60_000).toISOString(), values: { pm2_5: 9.1 } }));
    await mosquittoPub(demo.mqtt, 'smartpole/castrop-rauxel/AM-01/mended-01/up', payload);
    const devices = file('devices.csv');
    const unknown = async () =>
      (await (await fetch(`${demo.url}/api/v1/quarantine?reason=unknown_device&limit=10000`)).json()).items.find(({ detail }) =>
        detail.includes('mended-01'),
      );
    const message = await eventually('it is in quarantine', unknown);
    const { page, wrong, close } = await openPage(browser, `${demo.url}/#message=${message.seq}`);
    page.setDefaultTimeout(60_000);
    await page.locator(`${testid('message-panel')} [data-focus="mend unknown_device"]`).click();
    await page.waitForFunction(() => document.activeElement.closest('tr[data-row=mended-01] td[data-column=pole]'));
    await cell(page, 'mended-01', 'pole').fill('AM-01');
    await cell(page, 'mended-01', 'profile').fill('air-station');
    await page.locator('[data-focus=try]').click();
    assert.match(await page.locator(testid('registry-effect')).innerText(), /1 Gerät neu: mended-01.*würden danach zählen/s);
    const [row, told] = await Promise.all(['tr[data-row=mended-01]', '.registry-told'].map((one) => page.locator(one).boundingBox()));
    assert.ok(row.y + row.height <= told.y, 'the row is seen beside what it brings');
    await page.locator('[data-focus=save]').click();
    await page.locator(`${testid('registry-saved')} [data-focus=repair]`).click();
    await page.waitForSelector(`${testid('repair-panel')}:not([hidden])`);
    assert.equal(await page.locator('#repair-device').inputValue(), 'mended-01');
    await page.locator('[data-focus=try]').last().click();
    await page.locator('[data-focus=order]').click();
    await page.waitForSelector(testid('repair-done'));
    await eventually('it has left the quarantine', async () => !(await unknown()));
    assert.deepEqual(wrong, []);
    writeFileSync(join(demo.registry, 'devices.csv'), devices);
    await close();
  });

  test('adds a profile and takes it away again, and lists a file that is not there', async () => {
    const { page, wrong, close } = await openPage(browser, `${demo.url}/#betrieb`);
    page.setDefaultTimeout(60_000);
    await page.locator('[data-focus="new profile"]').fill('probe-1');
    await page.keyboard.press('Enter');
    await page.locator('#register textarea').fill('name = "Probe"\ncodec = "smartpole"\ninterval_s = 600\npayload_time = true\n');
    await page.locator('[data-focus=try]').click();
    assert.match(await page.locator(testid('registry-effect')).innerText(), /1 Profil neu: probe-1/);
    await page.locator('[data-focus=save]').click();
    await page.waitForSelector(testid('registry-saved'));
    assert.match(file('profiles/probe-1.toml'), /^name = "Probe"/);
    await page.locator('[data-focus=remove]').click();
    assert.match(await page.locator(testid('registry-effect')).innerText(), /1 Profil weniger: probe-1/);
    await page.locator('[data-focus=save]').click();
    await page.waitForSelector(testid('registry-saved'));
    assert.throws(() => file('profiles/probe-1.toml'), /ENOENT/);
    await page.evaluate(() => {
      location.hash = '#register=calibrations.csv';
    });
    await page.waitForSelector('#register .registry-table');
    assert.deepEqual(
      await page
        .locator('#register .registry-table th')
        .allInnerTexts()
        .then((all) => all.slice(0, 4)),
      ['device', 'property', 'offset', 'gain'],
    );
    assert.deepEqual(
      wrong.filter((one) => !one.includes('404')),
      [],
    ); // what is not there is asked for
    await close();
  });

  test('is used by keys alone, on a phone as well', async () => {
    const { page, odd, close } = await opened('#register=poles.csv', { viewport: { width: 375, height: 800 }, colorScheme: 'dark' });
    await cell(page, 'AM-01', 'name').focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement.closest('tr').dataset.row), 'AM-02');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.closest('td').dataset.column), 'place');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the screen');
    await page.screenshot({ path: join(artefacts, 'page-registry-phone.png') });
    assert.deepEqual(odd(), []);
    await close();
  });

  test('is nothing for the public', async () => {
    const { page, wrong, close } = await openPage(browser, `${demo.url}/#register=poles.csv`, {
      extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' },
    });
    await page.waitForSelector('[data-testid=map][data-drawn]');
    assert.equal(await page.locator('#register').isVisible(), false);
    assert.deepEqual(wrong, []);
    await close();
  });
});
