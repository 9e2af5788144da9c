/** Programs and servers that the cloud is made of: run to their end or until stopped, always bounded in time. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Seconds after which a forgotten server ends by itself, even if this process was killed. */
const SERVER_LIFETIME = 3600;

/** Runs a program to its end; its output is in the error if it fails. */
export function run(command, args, { env, seconds = 300, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    child.on('error', reject);
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(output);
      reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}:\n${output.slice(-4000)}`));
    });
  });
}

/** A port that nobody listens on at the moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const running = new Set();
process.on('exit', () => {
  for (const server of running) server.signal('SIGKILL');
});
// Without this a signal would end the process without the event above.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** A server in a process group of its own, whose output goes to a file. */
export class Server {
  constructor(name, command, args, { env, log }) {
    this.name = name;
    this.log = log;
    const file = openSync(log, 'a');
    this.child = spawn('timeout', ['-k', '5', String(SERVER_LIFETIME), command, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', file, file],
      detached: true,
    });
    closeSync(file);
    running.add(this);
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error) => resolve(error.message));
      this.child.on('exit', (code, signal) => resolve(`${signal ?? code}`));
    });
    this.ended.then((how) => {
      this.how = how;
    });
  }

  signal(name) {
    try {
      process.kill(-this.child.pid, name);
    } catch {
      // The group has ended.
    }
  }

  /** Waits until the URL answers with the status; rejects with the end of the log if it does not. */
  async ready(url, status, seconds = 60) {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      if (this.how !== undefined) throw new Error(`${this.name} ended with ${this.how}:\n${this.tail()}`);
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.status === status) return;
      if (Date.now() > deadline) throw new Error(`${this.name} does not answer at ${url}:\n${this.tail()}`);
      await sleep(100);
    }
  }

  tail() {
    return readFileSync(this.log, 'utf8').slice(-4000);
  }

  /** Ends the server, kindly and then not. */
  async stop() {
    this.signal('SIGTERM');
    if ((await Promise.race([this.ended, sleep(5000, 'late')])) === 'late') this.signal('SIGKILL');
    await this.ended;
    // What timeout started may outlive it by a moment; the group must be gone.
    this.signal('SIGKILL');
    running.delete(this);
  }
}
