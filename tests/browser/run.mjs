/** Runs the tests of the page, one file after another, against one demo: `node tests/browser/run.mjs [file…]`, all `*.test.mjs` without any. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

import { ownDemo } from './demo.mjs';

const folder = new URL('./', import.meta.url).pathname;
const named = process.argv.slice(2).map((file) => basename(file));
/** It leaves a pole of a hostile name behind. */
const LAST = 'hostile.test.mjs';
const all = readdirSync(folder).filter((name) => name.endsWith('.test.mjs') && name !== LAST);
const files = named.length ? named : [...all.sort(), LAST];

const { stop, ...demo } = await ownDemo();
const args = ['--test', '--test-reporter=spec', '--test-concurrency=1', ...files.map((name) => `${folder}${name}`)];
const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, SMARTPOLE_DEMO: JSON.stringify(demo) } });
const [status] = await once(child, 'exit');
await stop();
process.exitCode = status ?? 1;
