/** A plain HTTP server that writes down what arrives, byte for byte, and answers as it is told. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const FIXTURES = new URL('../fixtures/cecloud/', import.meta.url);

/** The text of a fixture. */
export function fixtureText(name) {
  return readFileSync(new URL(name, FIXTURES), 'utf8');
}

/** A fixture, parsed. */
export function fixture(name) {
  return JSON.parse(fixtureText(name));
}

/** The answer that means success and nothing else. */
export const SUCCESS = { requestId: 'recorded', code: 'Success', message: '调用成功', data: null };

/** An answer in the service's envelope. */
export function json(data, status = 200, headers = {}) {
  const body = JSON.stringify({ requestId: 'recorded', code: 'Success', message: '调用成功', data });
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** An error of the service, as its envelope says it. */
export function failure(code, status = 400, headers = {}) {
  const body = JSON.stringify({ requestId: 'recorded', code, message: `the code ${code}` });
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

export class Recorder {
  /** Everything that arrived: { method, path, query, headers, rawHeaders, body }, the path and query as sent. */
  requests = [];
  #server;
  #answers = [];
  #otherwise = json(null);

  constructor() {
    this.#server = createServer((request, response) => this.#handle(request, response));
  }

  async start() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /**
   * Answers the next requests with these, in order: { status, headers, body }, 'reset' (the connection is cut),
   * 'silence' (no answer ever), or a function (request, response, record).
   */
  next(...answers) {
    this.#answers.push(...answers);
    return this;
  }

  /** Answers everything else with this. */
  otherwise(answer) {
    this.#otherwise = answer;
    return this;
  }

  /** What arrived, and from now on an empty list. */
  take() {
    return this.requests.splice(0);
  }

  async #handle(request, response) {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // The client went away in the middle: that is what some tests are about.
    }
    const [path, query = ''] = splitOnce(request.url, '?');
    const { method, headers, rawHeaders } = request;
    const record = { method, path, query, headers, rawHeaders, body: Buffer.concat(chunks) };
    this.requests.push(record);
    const answer = this.#answers.shift() ?? this.#otherwise;
    if (typeof answer === 'function') return answer(request, response, record);
    if (answer === 'silence') return undefined;
    if (answer === 'reset') return request.socket.resetAndDestroy();
    response.writeHead(answer.status ?? 200, answer.headers ?? {});
    return response.end(answer.body ?? '');
  }
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A recorder for a test; ends with it. */
export async function startRecorder(context) {
  const recorder = await new Recorder().start();
  context.after(() => recorder.stop());
  return recorder;
}

/** The pairs of a raw query, decoded and sorted: the order says nothing. */
export function queryPairs(query) {
  return [...new URLSearchParams(query)].sort(([a], [b]) => (a < b ? -1 : 1));
}
