/**
 * `npm run test:openstack`: starts a real OpenStack, runs the tests of this folder against it, and ends it.
 * Arguments are passed on to `node --test`; the tests find the cloud in the environment variable IMS_OPENSTACK. How many
 * passed and failed stands in .cache/test/openstack afterwards, as `npm test` leaves its own in .cache/test/summary.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startOpenStack } from './cloud.mjs';

/** A run that takes longer hangs. */
const LIMIT_MS = 15 * 60 * 1000;

const folder = fileURLToPath(new URL('.', import.meta.url));
const results = join(folder, '../../.cache/test');
const summary = join(results, 'openstack');
const report = join(results, 'openstack.tap');
mkdirSync(results, { recursive: true });
for (const file of [summary, report]) rmSync(file, { force: true });
const begun = Date.now();
const cloud = await startOpenStack();
console.error(`openstack: ready after ${((Date.now() - begun) / 1000).toFixed(1)} s`);

const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));
const reporters = ['spec', 'stdout', 'tap', report].flatMap((value, index) => [
  index % 2 ? '--test-reporter-destination' : '--test-reporter',
  value,
]);
const args = ['--test', ...reporters, ...process.argv.slice(2), ...files.map((name) => join(folder, name))];
const child = spawn(process.execPath, args, {
  stdio: 'inherit',
  // A group of its own: the runner's own children must end with it.
  detached: true,
  env: { ...process.env, IMS_OPENSTACK: JSON.stringify(cloud) },
});
const end = () => {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group has ended.
  }
};
const timer = setTimeout(end, LIMIT_MS);
process.on('exit', end);
const code = await new Promise((resolve) => {
  child.on('exit', (status, signal) => resolve(signal ? 1 : status));
});
clearTimeout(timer);
writeFileSync(summary, `${counted(report, code)}\n`);
if (code !== 0) console.error(cloud.logs());
await cloud.stop();
process.exitCode = code;

/** `12 passed, 0 failed`: the totals at the margin of a TAP report. A run that failed without naming a test counts as one. */
function counted(file, code) {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // The runner did not come so far.
  }
  const total = (...kinds) =>
    [...text.matchAll(/^# (\w+) (\d+)$/gm)]
      .filter(([, kind]) => kinds.includes(kind))
      .reduce((sum, [, , number]) => sum + Number(number), 0);
  const passed = total('pass');
  const failed = total('fail', 'cancelled', 'skipped', 'todo');
  return `${passed} passed, ${failed || (code === 0 && passed > 0 ? 0 : 1)} failed`;
}
