/** Files of OpenStack images: what is sent and compared, what breaks off, what comes back. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { eventually, everyText, quickly, rejects } from '../support/expect.mjs';
import { glance, OpenStackImageClient } from '../support/openstack.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { startServer } from '../support/servers.mjs';

const BYTES = randomBytes(3 * 1024 * 1024 + 7);
const md5 = (bytes) => createHash('md5').update(bytes).digest('hex');
const MD5 = md5(BYTES);

/** An image as the service shows it before and after its file. */
const queued = { id: 'i', status: 'queued', name: 'n', disk_format: 'qcow2' };
const active = { ...queued, status: 'active', size: BYTES.length, checksum: MD5 };

async function* chunks(bytes, size = 100_000) {
  for (let at = 0; at < bytes.length; at += size) yield new Uint8Array(bytes.subarray(at, at + size));
}

test('a file goes out in one request, whatever it comes from, and is compared', async (context) => {
  const { recorder, images, token } = await glance(context);
  const path = join(await temporaryFolder(context), 'disk.qcow2');
  await writeFile(path, BYTES);
  const buffer = BYTES.buffer.slice(BYTES.byteOffset, BYTES.byteOffset + BYTES.length);
  const sources = [
    { path },
    new Blob([BYTES]),
    new Uint8Array(BYTES),
    buffer,
    { stream: chunks(BYTES), size: BYTES.length },
    { stream: new Blob([BYTES]).stream(), size: BYTES.length },
  ];
  for (const source of sources) {
    recorder
      .json(queued)
      .next({ status: 204 })
      .json({ ...active, status: 'saving' })
      .json(active);
    const seen = [];
    const task = images.upload('i', source, { onProgress: (progress) => seen.push(progress) });
    const result = await task.done;
    assert.deepEqual(result, { image: active, md5: MD5, verified: 'md5' });
    const [, put] = recorder.take();
    assert.equal(`${put.method} ${put.path}`, 'PUT /v2/images/i/file');
    assert.equal(put.headers['content-type'], 'application/octet-stream');
    assert.equal(put.headers['content-length'], String(BYTES.length));
    assert.equal(put.headers['x-auth-token'], token);
    assert.ok(put.body.equals(BYTES), 'byte for byte');
    assert.equal(task.state, 'done');
    assert.deepEqual(task.progress, seen.at(-1));
    assert.equal(seen.at(-1).phase, 'done');
    let last = 0;
    for (const { bytesSent, bytesTotal } of seen) {
      assert.ok(bytesSent >= last && bytesTotal === BYTES.length, 'the bar never falls');
      last = bytesSent;
    }
    assert.equal(last, BYTES.length);
  }
});

test('without a digest the size is compared; without waiting the image is given as it is', async (context) => {
  const { recorder, images } = await glance(context);
  recorder.json(queued).next({ status: 204 }).json(active);
  const { md5, verified } = await images.upload('i', new Blob([BYTES]), { checksum: 'none' }).done;
  assert.deepEqual([md5, verified], [undefined, 'size']);
  recorder.json(queued).next({ status: 204 }).json({ id: 'i', status: 'saving' });
  const { image, verified: none } = await images.upload('i', new Blob([BYTES]), { wait: false }).done;
  assert.deepEqual([image.status, none], ['saving', 'none']);
});

test('what arrived damaged or short is not called complete', async (context) => {
  const { recorder, images } = await glance(context);
  for (const [wrong, message] of [
    [{ checksum: md5('something else') }, /checksum is .* the MD5 of the file/],
    [{ size: 7 }, /the image has 7 bytes, the file/],
  ]) {
    recorder
      .json(queued)
      .next({ status: 204 })
      .json({ ...active, ...wrong });
    await rejects(images.upload('i', new Blob([BYTES])).done, { kind: 'integrity', message });
  }
  for (const status of ['killed', 'deactivated']) {
    recorder
      .json(queued)
      .next({ status: 204 })
      .json({ ...active, status });
    const message = new RegExp(`is ${status}`);
    await rejects(images.upload('i', new Blob([BYTES])).done, { kind: 'service', message });
  }
  recorder.json(queued).next({ status: 204 }).json(queued);
  await rejects(images.upload('i', new Blob([BYTES])).done, { kind: 'service', message: /thrown the bytes/ });
});

test('an image that has a file takes no other, and nothing is sent', async (context) => {
  const { recorder, images } = await glance(context);
  recorder.json(active);
  await rejects(images.upload('i', new Blob([BYTES])).done, { kind: 'service', message: /is active: only/ });
  assert.equal(recorder.take().length, 1);
});

test('a refused file says why; a broken one is not sent twice', async (context) => {
  const { recorder, images } = await glance(context);
  const refusal = {
    message: 'Image exceeds the storage quota<br /><br />',
    code: '413 ',
    title: 'Too Large',
  };
  recorder.json(queued).json(refusal, 413);
  const operation = 'upload';
  await rejects(images.upload('i', new Blob([BYTES])).done, {
    kind: 'service',
    status: 413,
    operation,
    message: /quota$/,
  });
  recorder.take();
  // Cut off in the middle: the image is queued again.
  recorder.json(queued).next((request) => request.socket.resetAndDestroy());
  recorder.otherwise(recorder.answer(queued));
  const task = images.upload('i', new Blob([BYTES]));
  await rejects(task.done, { kind: 'network' });
  assert.equal(task.state, 'failed');
  assert.equal(recorder.take().filter(({ method }) => method === 'PUT').length, 1);
});

test('a lost answer to a file that arrived is not taken for a failure', async (context) => {
  const { recorder, images } = await glance(context);
  recorder.json(queued).next('reset').json(active).json(active);
  const { verified } = await images.upload('i', new Uint8Array(BYTES)).done;
  assert.equal(verified, 'md5');
});

test('a gateway that gives up, and a service that is away for a while, do not fail what is stored', async (context) => {
  const retry = { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 60_000 };
  const { recorder, images } = await glance(context, { retry });
  const page = { status: 504, headers: { 'content-type': 'text/html' }, body: '<h1>Gateway Time-out</h1>' };
  for (const put of [page, { status: 204 }]) {
    recorder.json(queued).next(put).next(page).json(active);
    // Once for the answer that was lost, once for who waits.
    if (put === page) recorder.json(active);
    const { verified } = await images.upload('i', new Uint8Array(BYTES)).done;
    assert.equal(verified, 'md5');
    assert.equal(recorder.take().filter(({ method }) => method === 'PUT').length, 1);
  }
  // It had nothing of it, or keeps nothing of it.
  recorder.json(queued).next(page).json(queued);
  await rejects(images.upload('i', new Uint8Array(BYTES)).done, { kind: 'service', status: 504 });
  recorder
    .json(queued)
    .next({ status: 204 })
    .json({ ...active, size: 0, checksum: null });
  await rejects(images.upload('i', new Uint8Array(BYTES)).done, {
    kind: 'integrity',
    message: /the image has 0 bytes/,
  });
});

test('a stream that was read is not sent again with another token', async (context) => {
  let asked = 0;
  const auth = { type: 'token', token: () => `token-${++asked}` };
  const { recorder, images } = await glance(context, { auth });
  recorder
    .json(queued)
    .json({ error: { code: 401, message: 'expired' } }, 401)
    .json(queued);
  const source = { stream: chunks(BYTES), size: BYTES.length };
  await rejects(images.upload('i', source).done, { kind: 'auth', status: 401, operation: 'upload' });
  await images.getImage('i');
  assert.deepEqual(
    recorder.take().map(({ method, headers }) => `${method} ${headers['x-auth-token']}`),
    ['GET token-1', 'PUT token-1', 'GET token-2'],
  );
});

test('an expired token is renewed before a file, and in its middle', async (context) => {
  let asked = 0;
  const auth = { type: 'token', token: () => `token-${++asked}` };
  const { recorder, images } = await glance(context, { auth });
  const refused = { status: 401, body: '{"error":{"code":401,"message":"expired"}}' };
  recorder.next(refused).json(queued).next(refused).next({ status: 204 }).json(active);
  const { verified } = await images.upload('i', new Blob([BYTES])).done;
  assert.equal(verified, 'md5');
  const puts = recorder.take().filter(({ method }) => method === 'PUT');
  assert.deepEqual(
    puts.map(({ headers }) => headers['x-auth-token']),
    ['token-2', 'token-3'],
  );
  assert.ok(puts[1].body.equals(BYTES), 'from its start');
});

/**
 * A service that is told to its bytes what to do with a file: `puts` are called with request and response, one for each
 * time that it comes, and say in `state.status` what becomes of the image. A client of it, whose token is always renewed.
 */
async function wilful(context, ...puts) {
  const state = { status: 'queued', puts: 0 };
  const port = await startServer(context, (request, response) => {
    if (request.method === 'PUT') {
      state.puts += 1;
      puts.shift()(request, response, state);
      return;
    }
    const image = { ...queued, status: state.status, size: null, checksum: null };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(image));
  });
  let tokens = 0;
  const auth = { type: 'token', token: () => `token-${++tokens}` };
  const images = new OpenStackImageClient({ endpoint: `http://127.0.0.1:${port}`, auth, retry: quickly() });
  context.after(() => images.close());
  return { images, state };
}

/** A file of zeros that no socket takes at once. */
async function large(context) {
  const path = join(await temporaryFolder(context), 'large.raw');
  await writeFile(path, '');
  await truncate(path, 40 * 1024 * 1024);
  return path;
}

test('what was sent with an expired token does not make a cut-off file complete', async (context) => {
  const expired = (request, response) => {
    request.resume().on('end', () => response.writeHead(401).end());
  };
  const cut = (request, _response, state) => {
    state.status = 'saving';
    request.once('data', () => request.socket.resetAndDestroy());
  };
  const { images, state } = await wilful(context, expired, cut);
  const task = images.upload('i', { path: await large(context) }, { wait: false });
  await rejects(task.done, { kind: 'network', operation: 'upload' });
  assert.equal(state.puts, 2);
});

test('a service that has a file before it was sent is not believed, and not waited for', async (context) => {
  const path = await large(context);
  for (const checksum of ['none', 'md5']) {
    const { images } = await wilful(context, (_request, response, state) => {
      state.status = 'active';
      response.writeHead(204).end();
    });
    const { done } = images.upload('i', { path }, { checksum });
    await rejects(done, { kind: 'protocol', operation: 'upload', message: /before all of it was sent/ });
  }
});

test('abort() and signals end an upload; nothing is left open', async (context) => {
  const { recorder, images } = await glance(context);
  for (const end of ['abort', 'signal', 'close']) {
    recorder.json(queued).next('silence');
    const controller = new AbortController();
    const task = images.upload('i', new Blob([BYTES]), { signal: controller.signal });
    await eventually(() => recorder.requests.some(({ method }) => method === 'PUT'), 'the file is sent');
    if (end === 'abort') await task.abort();
    if (end === 'signal') controller.abort();
    if (end === 'close') images.close();
    await rejects(task.done, { kind: 'aborted', operation: 'upload' });
    assert.equal(task.state, 'aborted');
    recorder.take();
  }
});

test('a signal that is aborted already lets nothing begin', async (context) => {
  const { recorder, images } = await glance(context);
  const task = images.upload('i', new Blob([BYTES]), { signal: AbortSignal.abort() });
  await rejects(task.done, { kind: 'aborted', operation: 'upload' });
  assert.equal(task.state, 'aborted');
  assert.deepEqual(recorder.take(), []);
});

test('a stream that is too short or too long is an error of the source', async (context) => {
  const { recorder, images } = await glance(context);
  for (const size of [BYTES.length + 1, BYTES.length - 1]) {
    recorder.json(queued);
    await rejects(images.upload('i', { stream: chunks(BYTES), size }).done, { kind: 'source' });
    recorder.take();
  }
});

test('a download is resumed by ranges, named by the format, compared with the checksum', async (context) => {
  const { recorder, images } = await glance(context);
  const path = join(await temporaryFolder(context), 'disk.qcow2');
  const half = BYTES.length >> 1;
  recorder.json(active);
  recorder.next((_request, response) => {
    response.writeHead(200, { 'content-length': BYTES.length });
    response.write(BYTES.subarray(0, half), () => response.destroy());
  });
  recorder.next((request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range)[1]);
    const range = `bytes ${from}-${BYTES.length - 1}/${BYTES.length}`;
    response.writeHead(206, { 'content-range': range, 'content-length': BYTES.length - from });
    response.end(BYTES.subarray(from));
  });
  const result = await images.download('i', { path }).done;
  assert.deepEqual(result, { bytes: BYTES.length, md5: MD5, verified: 'md5' });
  assert.ok((await readFile(path)).equals(BYTES));
  assert.deepEqual(
    recorder.take().map(({ path }) => path),
    ['/v2/images/i', '/v2/images/i/file', '/v2/images/i/file'],
  );
});

test('where a range is not let through, the file is taken from its start again', async (context) => {
  const { recorder, images } = await glance(context);
  const path = join(await temporaryFolder(context), 'disk.qcow2');
  recorder.json(active);
  recorder.next((_request, response) => {
    response.writeHead(200, { 'content-length': BYTES.length });
    response.write(BYTES.subarray(0, BYTES.length >> 1), () => response.destroy());
  });
  // Browsers do not say that a header was not allowed: the request is lost.
  const lost = ['reset', 'reset', 'reset', 'reset'];
  recorder.next(...lost).next({ headers: { 'content-length': BYTES.length }, body: BYTES });
  assert.equal((await images.download('i', { path }).done).verified, 'md5');
  assert.ok((await readFile(path)).equals(BYTES));
  const asked = recorder.take().filter(({ path }) => path.endsWith('/file'));
  const ranges = asked.map(({ headers }) => headers.range);
  assert.ok(
    asked.every(({ headers }) => headers['accept-encoding'] === 'identity'),
    'its bytes as they are kept',
  );
  assert.match(ranges.at(-2), /^bytes=/);
  assert.equal(ranges.at(-1), undefined);
});

test('a download that is damaged, refused or of nothing fails, and leaves nothing', async (context) => {
  const { recorder, images, token } = await glance(context);
  const path = join(await temporaryFolder(context), 'disk.qcow2');
  recorder.json({ ...active, checksum: md5('other') }).next({ body: BYTES });
  await rejects(images.download('i', { path }).done, { kind: 'integrity', operation: 'download' });
  // Who reads the stream hears the same.
  recorder.json({ ...active, checksum: md5('other') }).next({ body: BYTES });
  const { stream, done } = images.download('i', 'stream');
  const ended = rejects(done, { kind: 'integrity', operation: 'download', message: /^download: the MD5/ });
  const read = rejects(new Response(stream).arrayBuffer(), { kind: 'integrity', operation: 'download' });
  assert.equal((await read).message, (await ended).message);
  recorder.json(queued);
  await rejects(images.download('i', { path }).done, {
    kind: 'service',
    message: /no file yet: it is queued/,
  });
  recorder
    .json({ ...active, status: 'deactivated' })
    .json({ message: `no ${token}`, code: '403 Forbidden' }, 403);
  const error = await rejects(images.download('i', { path }).done, { kind: 'auth', status: 403 });
  assert.ok(!everyText(error).includes(token), 'no secret in an error');
  await assert.rejects(readFile(path), { code: 'ENOENT' });
});
