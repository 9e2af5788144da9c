/** Runs the local cloud as a process of its own: start, kill, start again on the same ports, spoil, look into. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { EMULATOR, temporaryFolder } from './places.mjs';

/** Nobody waits longer for the line that says it is ready. */
const READY_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 5_000;

/** The emulators of this process: none outlives it, however it ends. */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Emulator {
  #child;
  #arguments;
  #folder;
  #errors = '';

  constructor(folder, extra) {
    this.#folder = folder;
    this.#arguments = extra;
  }

  /** The folder with its database and objects. */
  get folder() {
    return this.#folder;
  }

  /** What it wrote to standard error. */
  get errors() {
    return this.#errors;
  }

  /** Starts it, the second time on the ports of the first. */
  async start() {
    assert.ok(
      existsSync(EMULATOR),
      `${EMULATOR} is not there: build it (npm test does), or set IMS_EMULATOR`,
    );
    const port = (url) => (url ? new URL(url).port : '0');
    const fixed = ['--port', port(this.ims), '--oss-port', port(this.oss), '--data', this.#folder];
    // The first start leaves the choice to the emulator.
    if (this.huawei) fixed.push('--huawei-port', port(this.huawei));
    const child = spawn(EMULATOR, [...fixed, ...this.#arguments], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors = (this.#errors + text).slice(-20_000);
    });
    const line = await this.#firstLine(child);
    Object.assign(this, line);
    return this;
  }

  async #firstLine(child) {
    const lines = createInterface({ input: child.stdout });
    const timer = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS);
    try {
      for await (const line of lines) {
        const ready = JSON.parse(line);
        assert.ok(ready.ims && ready.oss, `the emulator's line names both services: ${line}`);
        return ready;
      }
    } finally {
      clearTimeout(timer);
      // What it may print later must not fill the pipe.
      child.stdout.resume();
    }
    throw new Error(`the emulator ended before it was ready: ${this.#errors}`);
  }

  /** Ends it without a chance to tidy up, as a crash does. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Ends it, if it runs. */
  async stop() {
    await this.#end('SIGTERM');
  }

  async #end(signal) {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }

  /** Asks the emulator about itself: `GET /_emulator/requests` and so on. */
  async control(method, path, body) {
    const response = await fetch(`${this.ims}${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path} answers ${response.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  /** Adds fault rules; see the emulator's README. */
  async spoil(...rules) {
    await this.control('POST', '/_emulator/faults', rules);
  }

  /** The reports of all fault rules: { id, rule, matched, fired }. */
  async faults() {
    return (await this.control('GET', '/_emulator/faults')).rules;
  }

  /** Takes all fault rules away. */
  async heal() {
    await this.control('DELETE', '/_emulator/faults');
  }

  /** What arrived, oldest first; of one operation (`UploadPart`, `prepare_upload`) if it is named. */
  async arrived(operation) {
    const { requests } = await this.control('GET', '/_emulator/requests');
    return operation ? requests.filter((request) => request.operation === operation) : requests;
  }

  /** A plain call to the image service, made without the client that is being tested. */
  async call(method, path, { body, tenant, headers = {} } = {}) {
    const response = await fetch(`${this.ims}${path}`, {
      method,
      headers: {
        'x-regionid': 'region0',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(tenant ? { 'x-emulator-tenant': tenant } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return response.json();
  }

  /** What the service knows of a private image; undefined where there is none. */
  async image(imageId) {
    const filter = encodeURIComponent(`imageId:eq:${imageId}`);
    const answer = await this.call('GET', `/api/image/v1/private-images?current=1&size=10&filter=${filter}`);
    return answer.data.list.find((image) => image.imageId === imageId);
  }

  /** All private images of the default tenant. */
  async images() {
    const answer = await this.call('GET', '/api/image/v1/private-images?current=1&size=1000');
    return answer.data.list;
  }

  /** The stored file of an image, asked for without the client. */
  async file(imageId) {
    const url = `${this.ims}/api/image/v1/private-images/${imageId}/file`;
    const response = await fetch(url, { headers: { 'x-regionid': 'region0' } });
    assert.equal(response.status, 200, `the file of ${imageId} can be downloaded`);
    return response.body;
  }
}

/** A store that takes so many parts at once, and no further one before it is healed: an upload that stays under way. */
export function slowAfter(parts) {
  return { operation: 'UploadPart', skip: parts, delayMs: 600_000, times: 0 };
}

/** An emulator of its own for a test; ended, and its data removed, when the test ends. */
export async function startEmulator(context, ...extra) {
  const folder = await temporaryFolder();
  const emulator = new Emulator(folder, extra);
  context.after(async () => {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  await emulator.start();
  return emulator;
}
