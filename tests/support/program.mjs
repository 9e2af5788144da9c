/** Programs that use the package, run as users run them: with the package found from where they lie. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { CLIENT_DIR, ROOT } from './places.mjs';

/** Beside node_modules with the installed package. */
const BESIDE = path.join(CLIENT_DIR, '..', '..');

export const CLI = path.join(CLIENT_DIR, 'cli.mjs');

/** A copy of an example where `ims-client` means the installed package; gone after the test. */
export async function example(context, name) {
  const folder = await mkdtemp(path.join(BESIDE, 'example-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  await cp(path.join(ROOT, 'examples', name), file);
  return file;
}

/** Starts a program; `ended` gives its exit code and what it wrote, `until` waits for text on standard error. */
export function start(file, parameters, { env = {}, seconds = 100, cwd } = {}) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('IMS_')));
  const child = spawn(process.execPath, [file, ...parameters], { env: { ...clean, ...env }, cwd });
  child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  const said = { stdout: '', stderr: '' };
  const watching = new Set();
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text;
      for (const look of watching) look();
    });
  }
  const ended = new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...said });
    });
  });
  const until = (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => pattern.test(said.stderr + said.stdout) && resolve();
      watching.add(look);
      look();
      ended.then((end) => reject(new Error(`it ended before ${pattern}: ${JSON.stringify(end)}`)));
    });
  return { child, ended, until };
}

/** Runs a program to its end. */
export function run(file, parameters, options) {
  return start(file, parameters, options).ended;
}
