/**
 * Builds and runs every small app on the installed package: `node tests/bundlers/run.mjs [--write] [NAME…]`. A NAME is a part
 * of an environment's. `--write` puts the table into README.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { launch } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { ENVIRONMENTS, SIZE, tryOut, versions } from './environments.mjs';
import { HERE } from './support.mjs';
import { writeTable } from './table.mjs';

/** A name that only this browser knows. */
const HOST = 'insecure.example.test';
/** No environment takes longer. */
const LIMIT_MS = 300_000;

const parameters = process.argv.slice(2);
const wanted = parameters.filter((name) => !name.startsWith('--')).map((name) => name.toLowerCase());
const chosen = ENVIRONMENTS.filter(
  ({ name }) => !wanted.length || wanted.some((part) => name.toLowerCase().includes(part)),
);
if (!chosen.length) throw new Error(`no environment is called ${wanted.join(', ')}`);

const { dependencies } = JSON.parse(readFileSync(path.join(HERE, 'package.json'), 'utf8'));
if (Object.keys(dependencies).some((name) => !existsSync(path.join(HERE, 'node_modules', name)))) {
  console.error('installing the tools of the matrix');
  // Not `npm ci`: some registries lack the programs for other systems, and it insists on all of them.
  const install = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', install, { cwd: HERE, stdio: 'inherit', timeout: 600_000 });
}

const ended = [];
const t = { after: (work) => ended.push(work) };
const results = [];
let version;
try {
  const emulator = await startEmulator(t);
  const browser = await launch(t, 'chromium', { args: [`--host-resolver-rules=MAP ${HOST} 127.0.0.1`] });
  // Without its build number.
  version = (await browser.version())
    .replace(/^Headless/, '')
    .split('.')[0]
    .replace('/', ' ');
  const file = path.join(await temporaryFolder(t), 'disk.raw');
  await makeRandomRaw(file, SIZE);
  for (const environment of chosen) {
    const started = performance.now();
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error('it took too long')), LIMIT_MS).unref();
    });
    const work = tryOut(environment, { t, emulator, browser, file, host: HOST });
    const error = await Promise.race([work, late]).then(
      () => undefined,
      (thrown) => thrown,
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${error ? 'FAIL' : 'ok  '} ${environment.name} (${versions(environment).join(', ')}), ${seconds} s`,
    );
    if (error) console.log(error.message.replaceAll(/^/gm, '       '));
    results.push({ environment, error });
  }
} finally {
  for (const work of ended.reverse()) await work();
}

const failed = results.filter(({ error }) => error);
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
if (failed.length) process.exitCode = 1;
else if (parameters.includes('--write')) {
  await writeTable(
    results.map(({ environment }) => environment),
    version,
  );
}
process.exit();
