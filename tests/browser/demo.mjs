/** A demo of the service and a browser to look at it with; both end with the tests. */
import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const repository = new URL('../../', import.meta.url).pathname;
export const artefacts = process.env.SMARTPOLE_ARTEFACTS ?? join(repository, 'tests/artefacts');
mkdirSync(artefacts, { recursive: true });

/** The release binary. */
function binary() {
  const path = process.env.SMARTPOLE_BIN ?? join(repository, 'target/release/smartpole');
  if (!existsSync(path)) throw new Error(`no ${path}: cargo build --release, or use tests/run`);
  return path;
}

/** A port that nobody listens on, below those that the kernel gives to whoever connects. */
export async function freePort() {
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  const server = createServer().listen(port, '127.0.0.1');
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!isFree) return freePort();
  server.close();
  await once(server, 'close');
  return port;
}

/** The demo that `run.mjs` shares, else one of its own. */
export async function startDemo() {
  const shared = process.env.SMARTPOLE_DEMO;
  return shared ? { ...JSON.parse(shared), stop: async () => {} } : ownDemo();
}

/** Starts `smartpole demo` with so many days of history (enough for comparisons: more than a week) in a new folder. */
export async function ownDemo(days = 9) {
  const folder = mkdtempSync(join(tmpdir(), 'smartpole-page-'));
  const data = join(folder, 'data');
  const mqtt = await freePort();
  const args = [
    'demo',
    '--data',
    data,
    '--http',
    '127.0.0.1:0',
    '--mqtt',
    `127.0.0.1:${mqtt}`,
    '--udp',
    '127.0.0.1:0',
    '--days',
    String(days),
  ];
  const child = spawn(binary(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.pipe(createWriteStream(join(artefacts, 'page-demo.log')));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (!value?.startsWith('dashboard http://')) throw new Error(`the demo's first line is ${value}`);
  let first = null; // the way to the first account is the last line
  while (!first) first = (await lines.next()).value.match(/^first\s+(\S+)/)?.[1] ?? null;
  const stop = async () => {
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: value.slice('dashboard '.length).trim().replace(/\/$/, ''), first, mqtt, registry: join(data, 'registry'), stop };
}

/** Publishes a file with the real `mosquitto_pub`, QoS 1. */
export async function mosquittoPub(port, topic, file) {
  await promisify(execFile)('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(port), '-q', '1', '-t', topic, '-f', file]);
}

/** Where tests/run installed what package.json names. */
export function modulesFolder() {
  const folder = process.env.SMARTPOLE_BROWSER ?? join(process.env.HOME, '.cache/smartpole/browser');
  if (!existsSync(join(folder, 'node_modules/playwright-core'))) throw new Error(`no playwright-core in ${folder}: use tests/run`);
  return folder;
}

/** The Chromium of this machine. */
export function chromiumPath() {
  const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
  if (!found) throw new Error('no Chromium here: apt-get install chromium');
  return found;
}

/** Headless Chromium by playwright-core, which tests/run installs outside the checkout. */
export async function startBrowser(more = []) {
  const { chromium } = createRequire(join(modulesFolder(), 'package.json'))('playwright-core');
  const executablePath = chromiumPath();
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--enable-unsafe-swiftshader',
    ...more,
  ];
  return chromium.launch({ executablePath, headless: true, args });
}

/** A page that notes what goes wrong on it: console errors, failed requests, requests to other hosts. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 1000 },
    locale: 'de-DE',
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`exception: ${error.stack ?? error}`));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (!['data:', 'blob:'].includes(asked.protocol) && asked.origin !== new URL(url).origin) wrong.push(`other host: ${asked}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) wrong.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  /** What a test answers itself may still be under way. */
  const close = async () => {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  };
  return { page, wrong, close };
}
