/** Causes first, as an operator's morning has them; alerts are those of a fixture, as nothing is wrong in the demo. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

const testid = (name) => `[data-testid=${name}]`;
const hours = (n) => new Date(Date.now() - n * 3_600_000).toISOString();
const pole = (id, name, lamp, point) => ({ id, name, lamp, switch_point: point, lat: 51.5477, lon: 7.311 });
const alert = (id, more) => ({
  id,
  severity: 'watch',
  state: 'active',
  since: hours(6),
  until: null,
  part_of: null,
  figures: {},
  acknowledged: null,
  muted_until: null,
  deliveries: [
    { target: { kind: 'email', name: 'betrieb@example.org' }, event: 'opened', state: 'sent', attempts: 2, at: hours(6), error: null },
  ],
  ...more,
});

/** What is wrong: a gateway with its poles, a sensor that drifts, a clock. */
function morning() {
  const poles = ['AM-01', 'AM-02', 'AM-03', 'AM-04'].map((id, at) => pole(id, `Am Markt ${at + 1}`, `041${at + 2}`, '118'));
  return [
    alert('clock-1', {
      rule: 'clock',
      severity: 'note',
      cause: { kind: 'device', id: 'im-05-air', name: 'im-05-air' },
      devices: ['im-05-air'],
      poles: [pole('IM-05', 'Ickerner Markt 5', null, null)],
      next_step: { code: 'fix_clock', part: null, trip: false },
    }),
    alert('drift-1', {
      rule: 'drift',
      cause: { kind: 'device', id: 'am-03-air', name: 'am-03-air' },
      devices: ['am-03-air'],
      poles: [pole('LS-01', 'Lönsstraße 1', '0387', '117')],
      next_step: { code: 'clean', part: 'SPS30', trip: true },
    }),
    alert('gateway-1', {
      rule: 'gateway_silent',
      severity: 'act',
      cause: { kind: 'gateway', id: '02ca57fffeff0001', name: '<b>Rathaus</b>' },
      devices: ['a', 'b', 'c', 'd', 'e'],
      poles,
      figures: { last_received_at: hours(6) },
      next_step: { code: 'check_power', part: null, trip: true },
    }),
  ];
}

/** The alerts' side of the interface, which remembers what it is told. */
async function alertsOf(page, now) {
  const kept = { orders: [], maintenance: [], visits: [] };
  await page.route(/\/api\/v1\/(alerts|maintenance|visits)/, (route) => {
    const [method, { pathname, searchParams }] = [route.request().method(), new URL(route.request().url())];
    const sent = method === 'POST' ? route.request().postDataJSON() : null;
    if (method !== 'GET') kept.orders.push([method, pathname.replace('/api/v1/', ''), sent]);
    const said = now.find(({ id }) => pathname.includes(`/alerts/${id}/`));
    if (said && pathname.endsWith('acknowledge')) said.acknowledged = { by: 'operator', at: new Date().toISOString(), note: sent.note };
    if (said && pathname.endsWith('mute')) said.muted_until = sent.until;
    if (method === 'POST' && pathname.endsWith('maintenance')) kept.maintenance.push({ id: '7', ...sent });
    if (method === 'DELETE') kept.maintenance = [];
    if (method === 'POST' && pathname.endsWith('visits')) kept.visits.push(sent);
    if (pathname.endsWith('summary'))
      return route.fulfill({
        json: { as_of: hours(0), since: searchParams.get('since'), causes: now.length, trips: 1, devices: 7, reporting: 85, expected: 92 },
      });
    const items = {
      alerts:
        searchParams.get('state') === 'all'
          ? [
              ...now,
              alert('old', {
                ...now[0],
                id: 'old',
                rule: 'disk',
                state: 'closed',
                until: hours(1),
                part_of: now.at(-1).cause,
                deliveries: [],
                devices: [],
              }),
            ]
          : now,
      maintenance: kept.maintenance,
      visits: kept.visits.filter((visit) => visit.pole === searchParams.get('pole')),
    };
    return route.fulfill({ json: method === 'GET' ? { as_of: hours(0), items: items[pathname.split('/').at(-1)], next: null } : {} });
  });
  return kept;
}

/** Its tests, with what all tests of the page use. */
export function causes({ opened, eventually, picture }) {
  test('tells causes first: what, whom, the next step, and what operators did about it', async () => {
    const { page, wrong, close } = await opened();
    const kept = await alertsOf(page, morning());
    await page.click('body > header nav a[href="#betrieb"]');
    const rows = page.locator(`${testid('causes')} tr[data-alert]`);
    await eventually(
      'the sentence',
      async () => (await page.locator('#causes-sentence').innerText()) === 'Seit gestern 16 Uhr: drei Ursachen, eine Fahrt.',
    );
    const line = /\d+ von \d+ Masten melden · letzte Nachricht \d\d:\d\d:\d\d · .*Nachrichten\/s/; // the ledger's rate comes when it comes
    await eventually('the line', async () => line.test(await page.locator('#causes-line').innerText()));
    assert.deepEqual(
      await rows.evaluateAll((all) => all.map((row) => row.dataset.alert)),
      ['gateway-1', 'drift-1', 'clock-1'],
      'the worst first',
    );
    assert.match(
      await rows.first().innerText(),
      /Gateway <b>Rathaus<\/b> schweigt[\s\S]*4 Masten, seit[\s\S]*Schaltstelle 118[\s\S]*5[\s\S]*Fahren: Strom prüfen, Mast 0412/,
      'words from outside are words',
    );
    await picture(page, 'page-causes');
    await rows.first().locator('a').focus();
    await page.keyboard.press('Enter');
    const panel = page.locator(testid('alert-panel'));
    await eventually('whom it concerns', async () => /Am Markt 1[\s\S]*Mast 0412 · Schaltstelle 118/.test(await panel.innerText()));
    await panel.locator('#seen-note').fill('Stadtwerke angerufen');
    await page.keyboard.press('Enter');
    await eventually('seen', async () =>
      /Gesehen von operator[\s\S]*„Stadtwerke angerufen“/.test(await panel.locator(testid('alert-seen')).innerText()),
    );
    await panel.locator('#mute-until').selectOption('hour');
    await panel.locator('[data-focus="mute send"]').click();
    await eventually('muted', async () => /stumm bis/.test(await panel.locator(testid('alert-mute')).innerText()));
    await panel.locator('#maintenance-to').fill('2026-01-01T10:00');
    await panel.locator('[data-focus="maintenance send"]').click();
    await eventually('a mistake is named', async () => /„Bis“ liegt nicht nach „Von“/.test(await panel.innerText()));
    await panel.locator('#maintenance-from').fill('2026-01-01T08:00');
    await panel.locator('[data-focus="maintenance send"]').click();
    await panel.locator('[data-focus="unplan 7"]').click();
    await eventually('a window taken back', async () => (await panel.locator('[data-focus="unplan 7"]').count()) === 0);
    await panel.locator('#visit-note').fill('Sicherung getauscht');
    await panel.locator('[data-focus="visit send"]').click();
    await eventually('a visit', async () =>
      /Am Markt 1 · Sicherung getauscht/.test(await panel.locator(testid('alert-visits')).innerText()),
    );
    const [seen, mute, plan, drop, visit] = kept.orders;
    assert.deepEqual(
      [seen, plan, drop],
      [
        ['POST', 'alerts/gateway-1/acknowledge', { note: 'Stadtwerke angerufen' }],
        [
          'POST',
          'maintenance',
          {
            cause: { kind: 'gateway', id: '02ca57fffeff0001' },
            from: '2026-01-01T07:00:00.000Z',
            to: '2026-01-01T09:00:00.000Z',
            note: '',
          },
        ],
        ['DELETE', 'maintenance/7', null],
      ],
    );
    assert.deepEqual([mute[1], visit[2].pole, visit[2].part, kept.orders.length], ['alerts/gateway-1/mute', 'AM-01', null, 5]);
    await picture(page, 'page-cause', false);
    await page.keyboard.press('Escape');
    await eventually(
      'what is seen and muted comes last',
      async () => (await rows.evaluateAll((all) => all.at(-1).dataset.alert)) === 'gateway-1',
    );
    await page.locator('[data-focus="past causes"]').click();
    await eventually('what closed itself', async () =>
      /Platz auf der Platte[\s\S]*\t–\t[\s\S]*erledigt/.test(await page.locator('.past-causes').innerText()),
    );
    await page.locator('.past-causes a').first().click();
    await eventually('what it was part of, and that nobody was told', async () =>
      /Gehört zu: Gateway <b>Rathaus<\/b> schweigt[\s\S]*Niemand wurde benachrichtigt/.test(await panel.innerText()),
    );
    await panel.locator('[data-focus="alert gateway-1"]').click();
    await eventually('the larger one', async () => /zugestellt/.test(await panel.locator(testid('alert-deliveries')).innerText()));
    assert.deepEqual(
      wrong.filter((one) => !one.includes('/api/v1/')),
      [],
    );
    await close();
  });

  test('prints the list of a drive: lamp, place, task and spare part', async () => {
    const { page, close } = await opened();
    await alertsOf(page, morning());
    await page.click('body > header nav a[href="#betrieb"]');
    await page.locator('[data-focus=drive]').click();
    const sheet = page.locator(testid('drive-list'));
    await eventually('stop by stop', async () =>
      /Mitnehmen: 1 × SPS30[\s\S]*0387[\s\S]*Lönsstraße 1[\s\S]*Sensor reinigen[\s\S]*SPS30[\s\S]*0412[\s\S]*Am Markt 1[\s\S]*Strom prüfen[\s\S]*Masten außerdem: 3/.test(
        await sheet.innerText(),
      ),
    );
    assert.equal(await sheet.locator('tr[data-stop]').count(), 2, 'a clock is set from the desk');
    await page.emulateMedia({ media: 'print' });
    assert.deepEqual(
      await page.evaluate(() =>
        ['main', '[data-testid=drive-list] tr[data-stop]', '[data-focus=print]'].map((selector) =>
          document.querySelector(selector).checkVisibility(),
        ),
      ),
      [false, true, false],
    );
    const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    assert.equal(paper.match(/\/Type\s*\/Page\b/g).length, 1, 'on one sheet');
    assert.match(paper, /\/MediaBox\s*\[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/, 'of A4');
    await close();
  });
}
