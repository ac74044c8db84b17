/** Checks the JSDoc types of the page's modules by TypeScript; of the vendored library nothing is said, as its types are not for its minified form. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { modulesFolder } from './demo.mjs';

const project = new URL('./types/tsconfig.json', import.meta.url).pathname;
const { stdout, stderr, error } = spawnSync(
  process.execPath,
  [join(modulesFolder(), 'node_modules/typescript/bin/tsc'), '--pretty', 'false', '-p', project],
  { encoding: 'utf8' },
);
if (error) throw error;
const own = stdout.split(/\n(?=\S)/).filter((said) => said.trim() && !said.includes('web/vendor/'));
for (const said of [...own, stderr.trim()].filter(Boolean)) console.error(said);
if (own.length || stderr.trim()) process.exitCode = 1;
else console.log('types of the page: nothing to say');
