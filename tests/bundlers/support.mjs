/** What building and running the small apps takes: folders with the package in them, a web server, a browser. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { openPage } from '../support/browsers.mjs';
import { CLIENT_DIR, ROOT } from '../support/places.mjs';

export const HERE = path.join(ROOT, 'tests/bundlers');
export const APPS = path.join(HERE, 'apps');
/** What each app says of the image that it uploads. */
export const METADATA = 'metadata.mjs';
const run = promisify(execFile);

/** As strict as a page with WebAssembly and a worker can be. */
export const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src *; img-src data:";

/** Where an app is built: below the tools of this folder, which it finds as any project finds its own. */
export async function workFolder(name) {
  const folder = path.join(HERE, '.work', name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A folder with an app's sources and the package, copied as npm would put it there. */
export async function project(name, app) {
  const folder = await workFolder(name);
  await cp(path.join(APPS, app), folder, { recursive: true });
  await cp(path.join(APPS, METADATA), path.join(folder, METADATA));
  await cp(CLIENT_DIR, path.join(folder, 'node_modules/ims-client'), { recursive: true });
  return folder;
}

/** Runs a program to its end, within a time limit; gives what it printed. */
export async function program(file, parameters, folder, { seconds = 120, env = {} } = {}) {
  const options = { cwd: folder, timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 };
  try {
    return (await run(file, parameters, { ...options, env: { ...process.env, ...env } })).stdout;
  } catch (error) {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim().slice(-2000);
    const ended = error.killed ? `did not end within ${seconds} s` : `failed (${error.code})`;
    throw new Error(`${path.basename(file)} ${parameters.join(' ')} ${ended}: ${said}`);
  }
}

/** Runs a tool that is installed here or at the root. */
export function tool(name, bin, parameters, folder, options) {
  const manifest = toolManifest(name);
  const about = createRequire(manifest)(manifest);
  const script = path.join(
    path.dirname(manifest),
    typeof about.bin === 'string' ? about.bin : about.bin[bin],
  );
  return program(process.execPath, [script, ...parameters], folder, options);
}

/** What a bundler that is a library exports. */
export async function library(name) {
  const entry = createRequire(path.join(HERE, 'here.cjs')).resolve(name);
  const module_ = await import(pathToFileURL(entry).href);
  return module_.default ?? module_;
}

/** The package.json of a tool. */
export function toolManifest(name) {
  const places = [HERE, ROOT].map((folder) => path.join(folder, 'node_modules', name, 'package.json'));
  const found = places.find(existsSync);
  assert.ok(found, `${name} is not installed: npm run test:matrix installs it`);
  return found;
}

/** Its version, for the table. */
export function versionOf(name) {
  return createRequire(toolManifest(name))('./package.json').version;
}

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Serves a folder on a port of its own, with a policy for its pages. */
export async function serve(t, folder, policy = STRICT) {
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://site').pathname);
    const file = path.join(folder, name.endsWith('/') ? `${name}index.html` : name);
    const bytes = file.startsWith(folder + path.sep) && (await readFile(file).catch(() => undefined));
    if (!bytes) return response.writeHead(404, { 'content-type': 'text/plain' }).end('not here');
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    const headers = { 'content-type': type, 'x-content-type-options': 'nosniff' };
    if (policy) headers['content-security-policy'] = policy;
    return response.writeHead(200, headers).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** A server that is a program: gives the address it prints, and ends it with the test. */
export async function startProgram(t, parameters, folder, pattern, { seconds = 60, env = {} } = {}) {
  const child = spawn(process.execPath, parameters, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  process.once('exit', end);
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      end();
      await ended;
    }
  });
  let said = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not ready within ${seconds} s: ${said}`)),
      seconds * 1000,
    );
    const heard = (text) => {
      said += text;
      const found = said.match(pattern);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1]);
    };
    child.stdout.setEncoding('utf8').on('data', heard);
    child.stderr.setEncoding('utf8').on('data', heard);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
}

/** Opens an app's page and gives its outcome, with what the browser complained about. */
export async function visit({ browser, emulator }, address) {
  const { page, complaints } = await openPage(
    browser,
    `${address}?endpoint=${encodeURIComponent(emulator.ims)}`,
  );
  try {
    await page.waitForFunction(() => globalThis.outcome, { timeout: 60_000 });
    const outcome = await page.evaluate(() => globalThis.outcome);
    return { ...outcome, complaints };
  } catch (error) {
    throw new Error(`${error.message}; the page complains: ${complaints.join('; ')}`);
  } finally {
    await page.close();
  }
}
