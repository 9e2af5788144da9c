/**
 * `npm run test:openstack`: starts a real OpenStack, runs the tests of this folder against it, and ends it.
 * Arguments are passed on to `node --test`; the tests find the cloud in the environment variable IMS_OPENSTACK.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startOpenStack } from './cloud.mjs';

/** A run that takes longer hangs. */
const LIMIT_MS = 15 * 60 * 1000;

const folder = fileURLToPath(new URL('.', import.meta.url));
const begun = Date.now();
const cloud = await startOpenStack();
console.error(`openstack: ready after ${((Date.now() - begun) / 1000).toFixed(1)} s`);

const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));
const args = ['--test', ...process.argv.slice(2), ...files.map((name) => join(folder, name))];
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
if (code !== 0) console.error(cloud.logs());
await cloud.stop();
process.exitCode = code;
