/** How calls go in Node: by node:http where nobody wants it otherwise, by the global fetch where somebody does. */
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import https from 'node:https';
import { Socket } from 'node:net';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { newClient } from '../support/client.mjs';
import { quickly, rejects } from '../support/expect.mjs';
import { fixture, json, startRecorder } from '../support/recorder.mjs';
import { rawImage } from '../support/samples.mjs';
import { EXPIRED, OWN, startServer } from '../support/servers.mjs';

const IMAGE = fixture('1.04-get-image.response.json').data;
const PLAIN = json(IMAGE);
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/** The answer with its body compressed, and called that. */
function packed(encoding, pack, answer = PLAIN) {
  const headers = { ...answer.headers, 'content-encoding': encoding };
  return { ...answer, headers, body: pack(Buffer.from(answer.body)) };
}

/** Who asked, as the service sees it. */
async function askedBy(ims, recorder) {
  recorder.next(PLAIN);
  assert.equal((await ims.getImage('img-1')).name, IMAGE.name);
  return recorder.take().map(({ headers }) => headers['user-agent']);
}

const OURS = /^ims-client\/\d+\.\d+\.\d+/;

test('a call says who asks and what may be compressed, over one connection', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  const ports = new Set();
  for (let calls = 0; calls < 3; calls++) {
    recorder.next((request, response) => {
      ports.add(request.socket.remotePort);
      response.writeHead(200, PLAIN.headers).end(PLAIN.body);
    });
    await ims.getImage('img-1');
  }
  const { headers } = recorder.take()[0];
  assert.match(headers['user-agent'], OURS);
  assert.equal(headers['accept-encoding'], 'gzip, deflate, br');
  assert.equal(ports.size, 1);
  const named = newClient(t, recorder.url, { headers: { 'user-agent': 'console/7' } });
  assert.deepEqual(await askedBy(named, recorder), ['console/7']);
});

test('an agent is used for addresses of its scheme, and must be one', async (t) => {
  const recorder = await startRecorder(t);
  const secure = new https.Agent({ rejectUnauthorized: false });
  t.after(() => secure.destroy());
  assert.match(
    (await askedBy(newClient(t, recorder.url, { agent: secure }), recorder))[0],
    OURS,
    'a cloud whose services are of both schemes',
  );
  // An agent of a proxy takes both, and says so only when it is asked by a request.
  const proxy = Object.create(new Agent({ keepAlive: true }), {
    protocol: { get: () => 'http:' },
    addRequest: {
      value(...parameters) {
        proxied += 1;
        return Agent.prototype.addRequest.apply(this, parameters);
      },
    },
  });
  let proxied = 0;
  await askedBy(newClient(t, recorder.url, { agent: proxy }), recorder);
  assert.equal(proxied, 1);
  await rejects(newClient(t, recorder.url, { agent: {} }).getImage('img-1'), {
    kind: 'validation',
    field: 'agent',
  });
});

for (const [how, options] of [
  ['of its own', () => ({})],
  [
    'with an agent',
    (t) => {
      const agent = new Agent({ keepAlive: true });
      t.after(() => agent.destroy());
      return { agent };
    },
  ],
]) {
  test(`an answer may be compressed: a client ${how}`, async (t) => {
    const recorder = await startRecorder(t);
    const ims = newClient(t, recorder.url, { retry: quickly(2), ...options(t) });
    for (const [encoding, pack] of [
      ['gzip', zlib.gzipSync],
      ['X-GZIP', zlib.gzipSync],
      ['deflate', zlib.deflateSync],
      ['deflate', zlib.deflateRawSync],
      ['gzip, br', (body) => zlib.brotliCompressSync(zlib.gzipSync(body))],
      ['br', zlib.brotliCompressSync],
      ['identity', (body) => body],
    ]) {
      recorder.next(packed(encoding, pack));
      assert.equal((await ims.getImage('img-1')).name, IMAGE.name, encoding);
    }
    const many = json({
      list: Array.from({ length: 3000 }, () => IMAGE),
      total: 3000,
      current: 1,
      size: 3000,
    });
    recorder.next(packed('gzip', zlib.gzipSync, many));
    assert.equal((await ims.listPrivateImages()).list.length, 3000);
    recorder.next({ status: 204, headers: { 'content-encoding': 'gzip' } });
    await rejects(ims.getImage('img-1'), { kind: 'protocol', status: 204 });
    for (const status of [200, 403]) {
      recorder.next({ status, headers: { 'content-encoding': 'br' } });
      const kind = status === 200 ? 'protocol' : 'auth';
      // Nothing, and called compressed.
      await rejects(ims.getImage('img-1'), { kind, status });
    }
    const refusal = { ...json(null, 404), body: '{"code":"IMG.0404","message":"gone","requestId":"r"}' };
    recorder.next(packed('gzip', zlib.gzipSync, refusal));
    await rejects(ims.getImage('img-1'), { kind: 'service', code: 'IMG.0404', status: 404 });
  });
}

test('a compressed answer that is cut off or spoilt is asked for again, and ends in an error', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { retry: quickly(2) });
  const short = packed('gzip', (body) => zlib.gzipSync(body).subarray(0, -12));
  const spoilt = packed('gzip', (body) => Buffer.concat([Buffer.from('no gzip '), body]));
  const cut = (_request, response) => {
    const { body, headers } = packed('gzip', zlib.gzipSync);
    response.writeHead(200, { ...headers, 'content-length': body.length });
    response.write(body.subarray(0, 40), () => response.destroy());
  };
  for (const broken of [short, spoilt, cut]) {
    recorder.next(broken, PLAIN);
    assert.equal((await ims.getImage('img-1')).name, IMAGE.name);
    recorder.next(broken, broken);
    await rejects(ims.getImage('img-1'), { kind: 'network' });
  }
  assert.equal(recorder.take().length, 12);
});

test('bytes behind the end of a compressed answer are passed over, wherever they come', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { retry: quickly(1) });
  const body = Buffer.from(PLAIN.body);
  const twice = (pack) => Buffer.concat([pack(body.subarray(0, 9)), pack(body.subarray(9))]);
  const padding = Buffer.alloc(16);
  for (const [encoding, whole] of [
    ['gzip', zlib.gzipSync(body)],
    // Several members, one after the other, are one answer.
    ['gzip', twice(zlib.gzipSync)],
    ['deflate', zlib.deflateSync(body)],
    ['deflate', zlib.deflateRawSync(body)],
    ['br', zlib.brotliCompressSync(body)],
    ['br, gzip', zlib.gzipSync(Buffer.concat([zlib.brotliCompressSync(body), padding]))],
  ]) {
    for (const chunks of [
      [whole, padding],
      [Buffer.concat([whole, padding])],
      [Buffer.concat([whole, padding]), padding, padding],
      [whole.subarray(0, 11), whole.subarray(11), padding, padding],
    ]) {
      recorder.next((_request, response) => {
        response.writeHead(200, { ...PLAIN.headers, 'content-encoding': encoding });
        for (const chunk of chunks) response.write(chunk);
        response.end();
      });
      assert.equal((await ims.getImage('img-1')).name, IMAGE.name, `${encoding}, ${chunks.length} chunks`);
    }
  }
});

test('whoever replaces the global fetch is called, before and after the client is made', async (t) => {
  const recorder = await startRecorder(t);
  const own = globalThis.fetch;
  t.after(() => {
    globalThis.fetch = own;
  });
  const called = [];
  const other = (...input) => {
    called.push(input[0].url ?? String(input[0]));
    return own(...input);
  };
  const before = newClient(t, recorder.url);
  assert.match((await askedBy(before, recorder))[0], OURS);
  globalThis.fetch = other;
  const after = newClient(t, recorder.url);
  for (const ims of [before, after]) assert.deepEqual(await askedBy(ims, recorder), ['node']);
  assert.equal(called.length, 2);
  globalThis.fetch = own;
  for (const ims of [before, after]) assert.match((await askedBy(ims, recorder))[0], OURS);
  assert.equal(called.length, 2);
});

test('what somebody has put behind fetch is gone through: a mock, own certificates, a proxy', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { retry: quickly(1) });
  await (await fetch(recorder.url)).text();
  recorder.take();
  assert.match((await askedBy(ims, recorder))[0], OURS, 'its own Agent is nothing to go through');
  const kept = Object.getOwnPropertyDescriptor(globalThis, DISPATCHER);
  t.after(() => Object.defineProperty(globalThis, DISPATCHER, kept));
  const asked = [];
  const dispatch = ({ path }) => {
    asked.push(path);
    throw new Error('the mock says no');
  };
  const nodes = kept.value;
  class MockAgent {
    dispatch = dispatch;
  }
  const Agent = nodes.constructor;
  const connecting = new Agent({ connect: { rejectUnauthorized: false } });
  connecting.dispatch = dispatch;
  // As undici composes interceptors.
  const composed = new Proxy(nodes, { get: (of, name) => (name === 'dispatch' ? dispatch : of[name]) });
  for (const dispatcher of [new MockAgent(), connecting, composed]) {
    Object.defineProperty(globalThis, DISPATCHER, { ...kept, value: dispatcher });
    await rejects(ims.getImage('img-1'), { kind: 'network' });
    assert.equal(asked.splice(0).length, 1);
  }
  delete connecting.dispatch;
  assert.equal(Object.getPrototypeOf(connecting).dispatch, connecting.dispatch);
  Object.defineProperty(globalThis, DISPATCHER, { ...kept, value: connecting });
  assert.deepEqual(await askedBy(ims, recorder), ['node'], 'an Agent that was told how to connect');
  Object.defineProperty(globalThis, DISPATCHER, kept);
  process.env.NODE_USE_ENV_PROXY = '1';
  t.after(() => delete process.env.NODE_USE_ENV_PROXY);
  assert.deepEqual(await askedBy(ims, recorder), ['node']);
});

/** Goes on with virtual time, a second at a time, until this is settled. */
async function inVirtualTime(t, promise) {
  let settled = false;
  const end = () => {
    settled = true;
  };
  promise.then(end, end);
  while (!settled) {
    t.mock.timers.tick(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}

test('what gets no connection within ten seconds was not sent, and is sent again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  // The network swallows every packet: a socket that never connects.
  const sockets = [];
  const agent = new Agent();
  agent.createConnection = () => {
    const socket = new Socket();
    socket.connecting = true;
    sockets.push(socket);
    return socket;
  };
  const ims = newClient(t, 'http://service.invalid', { agent, retry: { maxAttempts: 3 }, timeoutMs: 60_000 });
  const created = inVirtualTime(t, ims.createImage(rawImage({ name: 'unsent' })));
  const error = await rejects(created, { kind: 'network' });
  assert.match(error.message, /there is no connection after 10000 ms \(ETIMEDOUT\)/);
  assert.equal(sockets.length, 3, 'a POST was tried as often as anything else');
  assert.ok(
    sockets.every(({ destroyed }) => destroyed),
    'none is left',
  );
});

test('a certificate that nobody trusts is told at once: nothing was sent, and nothing is repeated', async (t) => {
  for (const [certificate, code] of [
    [OWN, /DEPTH_ZERO_SELF_SIGNED_CERT/],
    [EXPIRED, /CERT_HAS_EXPIRED|SELF_SIGNED_CERT/],
  ]) {
    const port = await startServer(t, () => assert.fail('it was asked'), certificate);
    for (const options of [{}, { fetch: globalThis.fetch }]) {
      const ims = newClient(t, `https://localhost:${port}`, options);
      const told = { kind: 'network', retryable: false };
      const errors = [
        await rejects(ims.getImage('img-1'), told),
        await rejects(ims.createImage(rawImage({ name: 'unsent' })), told),
        await rejects(ims.upload(new Uint8Array(1_000), rawImage({ name: 'unsent' })).done, told),
      ];
      for (const { message, attempts } of errors) {
        assert.match(message, code);
        assert.doesNotMatch(message, /may have been created/);
        assert.ok(attempts.length <= 1, message);
      }
    }
  }
});

test('what breaks before a connection is secure was not sent, and is sent again', async (t) => {
  // It does not speak TLS.
  const { port } = new URL((await startRecorder(t)).url);
  const ims = newClient(t, `https://localhost:${port}`, { retry: quickly(3) });
  const error = await rejects(ims.createImage(rawImage({ name: 'unsent' })), { kind: 'network' });
  assert.equal(error.attempts.length, 3);
});

test('who has a connection may take longer to answer', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { timeoutMs: 60_000 });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  recorder.next((_, response) => {
    t.mock.timers.tick(30_000);
    response.writeHead(200, PLAIN.headers).end(PLAIN.body);
  });
  assert.equal((await ims.getImage('img-1')).name, IMAGE.name);
});
