/** What is repeated and what is not; timeouts, aborts, redirects, and what a client tells about its requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { quickly, rejects } from '../support/expect.mjs';
import { failure, fixture, json, startRecorder } from '../support/recorder.mjs';
import * as samples from '../support/samples.mjs';

const IMAGE = fixture('1.04-get-image.response.json').data;
const CREDENTIALS = fixture('1.07-prepare-upload.response.json').data;
const PAGE = { list: [], total: 0, current: 1, size: 10 };
const BUSY = { status: 503, headers: { 'retry-after': '0' } };

/** Safe to repeat: what they do is the same however often it is done. */
const REPEATED = {
  listImages: [(ims) => ims.listImages(), PAGE],
  getImage: [(ims) => ims.getImage('i'), IMAGE],
  listPrivateImages: [(ims) => ims.listPrivateImages(), PAGE],
  listImageShares: [(ims) => ims.listImageShares('i'), PAGE],
  listSharedImages: [(ims) => ims.listSharedImages(), PAGE],
  listExportBuckets: [(ims) => ims.listExportBuckets('i'), []],
  prepareUpload: [(ims) => ims.prepareUpload('i', { size: 1 }), CREDENTIALS],
};

/** Not safe: doing them twice makes two, or another error. */
const ONCE = {
  createImage: (ims) => ims.createImage(samples.createImage()),
  shareImage: (ims) => ims.shareImage('i', ['1']),
  importImage: (ims) => ims.importImage(samples.importImage()),
  exportImage: (ims) => ims.exportImage('i', { name: 'n', azId: 'a', cellId: 'c' }),
  copySharedImage: (ims) => ims.copySharedImage('i', samples.copySharedImage()),
};

for (const [name, [call, data]] of Object.entries(REPEATED)) {
  test(`${name} is repeated after a reset, 429, 500, 502, 503 and 504`, async (t) => {
    const recorder = await startRecorder(t);
    const ims = newClient(t, recorder.url, { retry: quickly(7) });
    const tired = { status: 429, headers: { 'retry-after': '0' } };
    recorder.next('reset', tired, { status: 500 }, { status: 502 }, BUSY, { status: 504 }, json(data));
    await call(ims);
    assert.equal(recorder.requests.length, 7);
  });
}

for (const [name, call] of Object.entries(ONCE)) {
  test(`${name} is not repeated once it may have reached the server`, async (t) => {
    const recorder = await startRecorder(t);
    const ims = newClient(t, recorder.url);
    recorder.next('reset');
    await rejects(call(ims), { kind: 'network', operation: name });
    assert.equal(recorder.take().length, 1, 'after a reset');
    recorder.next({ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway</h1>' });
    await rejects(call(ims), { status: 502, operation: name });
    assert.equal(recorder.take().length, 1, 'after a 502');
    recorder.next('silence');
    await rejects(call(newClient(t, recorder.url, { timeoutMs: 100 })), { kind: 'timeout', operation: name });
    assert.equal(recorder.take().length, 1, 'after a timeout');
  });
}

test('a create that never reached a server is repeated: nothing can be there twice', async (t) => {
  const recorder = await startRecorder(t);
  const closed = await startRecorder(t);
  await closed.stop();
  const attempts = [];
  const ims = newClient(t, closed.url, { onRequest: (event) => attempts.push(event) });
  const error = await rejects(ims.createImage(samples.createImage()), { kind: 'network', retryable: true });
  assert.equal(attempts.length, error.attempts.length);
  assert.equal(recorder.requests.length, 0);
});

test('a create is repeated only where Node says that there was no connection', async (t) => {
  const failed = (code, syscall, message = `${syscall} ${code}`) =>
    Object.assign(new Error(message), { code, syscall });
  const wrapped = (cause) => Object.assign(new TypeError('fetch failed'), { cause });
  const several = (errors) => Object.assign(new AggregateError(errors, ''), { code: errors[0].code });
  let error;
  const fetch = async () => {
    throw error;
  };
  const ims = newClient(t, 'http://service.invalid', { fetch, retry: quickly(3) });
  const tries = async () =>
    (await rejects(ims.createImage(samples.createImage()), { kind: 'network' })).attempts.length;
  for (const code of ['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']) {
    const before = failed(code, 'connect');
    for (error of [before, wrapped(before), several([before, before]), wrapped(several([before]))])
      assert.equal(await tries(), 3, `${code} of connecting`);
    for (const syscall of ['read', 'write']) {
      const after = failed(code, syscall);
      for (error of [after, wrapped(after)]) assert.equal(await tries(), 1, `${code} of ${syscall}`);
    }
    error = Object.assign(new Error('lost'), { code });
    assert.equal(await tries(), 1, `${code} of nobody knows what`);
  }
  for (const [code, syscall] of [
    ['ECONNREFUSED', 'connect'],
    ['ENOTFOUND', 'getaddrinfo'],
    ['EAI_AGAIN', 'getaddrinfo'],
  ]) {
    error = wrapped(failed(code, syscall));
    assert.equal(await tries(), 3, code);
  }
});

test('an update and a delete are repeated, and a delete that had worked is no error', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  recorder.next('reset', json(null));
  await ims.updateImage('i', samples.updateImage());
  assert.equal(recorder.take().length, 2);
  recorder.next('reset', failure('IMG.DBGet.NoData'));
  await ims.deleteImage('i');
  assert.equal(recorder.take().length, 2, 'the first had reached the service');
  recorder.next(failure('IMG.Internal.Error'), failure('IMG.DBGet.NoData'));
  await ims.deleteImage('i');
  assert.equal(recorder.take().length, 2, 'what went wrong inside went wrong after it');
  recorder.next({ status: 429 }, failure('IMG.DBGet.NoData'));
  await rejects(ims.deleteImage('i'), { kind: 'service', code: 'IMG.DBGet.NoData' });
  assert.equal(recorder.take().length, 2, 'the first was turned away');
  recorder.next(failure('IMG.DBGet.NoData'));
  await rejects(ims.deleteImage('i'), { kind: 'service', code: 'IMG.DBGet.NoData' });
});

test('a read is tried as often as the options say, and the error tells of each attempt', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise({ status: 503 });
  for (const maxAttempts of [1, 2, 5]) {
    const ims = newClient(t, recorder.url, { retry: quickly(maxAttempts) });
    const error = await rejects(ims.getImage('i'), { status: 503, retryable: true });
    assert.equal(recorder.take().length, maxAttempts);
    assert.equal(error.attempts.length, maxAttempts);
    for (const attempt of error.attempts) {
      assert.equal(attempt.status, 503);
      assert.ok(!Number.isNaN(Date.parse(attempt.at)), `a date: ${attempt.at}`);
      assert.ok(attempt.message);
    }
  }
});

test('the mistakes of the caller are not repeated', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  for (const code of ['IMG.InvalidParameter', 'IMG.DBGet.NoData', 'IMG.OperationDenied.Identity']) {
    recorder.next(failure(code));
    await rejects(ims.getImage('i'), { kind: 'service', code, retryable: false });
    assert.equal(recorder.take().length, 1, code);
  }
});

test('Retry-After is waited for, as seconds and as a date', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 } });
  const order = [];
  const wait = async (value) => {
    recorder.next({ status: 503, headers: { 'retry-after': value } }, json(IMAGE));
    let timer;
    // Less than what the server asks for, much more than what the options alone would wait.
    const tick = new Promise((resolve) => {
      timer = setTimeout(() => resolve(order.push('tick')), 300);
    });
    await ims.getImage('i').then(() => order.push('answer'));
    await tick;
    clearTimeout(timer);
    assert.equal(recorder.take().length, 2);
  };
  await wait('1');
  // A date has whole seconds: two ahead are at least one.
  await wait(new Date(Date.now() + 2000).toUTCString());
  assert.deepEqual(order, ['tick', 'answer', 'tick', 'answer']);
  recorder.next({ status: 503, headers: { 'retry-after': 'soon' } }, json(IMAGE));
  // However slow the machine is: its own time limit would end a call that waits.
  await ims.getImage('i', { timeoutMs: 20_000 });
  assert.equal(recorder.take().length, 2, 'what cannot be read is ignored');
});

test('a date to wait for is one of the clock that its server tells', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 } });
  for (const skew of [600_000, -600_000]) {
    const now = Date.now() + skew;
    const [date, until] = [now, now + 2_000].map((moment) => new Date(moment).toUTCString());
    recorder.next({ status: 503, headers: { date, 'retry-after': until } }, json(IMAGE));
    const started = performance.now();
    await ims.getImage('i');
    assert.ok(performance.now() - started > 1_900, `a clock that is ${skew} ms ahead`);
    assert.equal(recorder.take().length, 2);
  }
});

test('a redirect may be relative to what was asked', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { auth: { type: 'token', token: 'the-token' } });
  const { host } = new URL(recorder.url);
  for (const [location, url] of [
    ['j?x=1', '/api/image/v1/images/j?x=1'],
    ['?moved=1', '/api/image/v1/images/i?moved=1'],
    [`//${host}/there`, '/there'],
    [`HTTP://${host}/there`, '/there'],
  ]) {
    recorder.next({ status: 307, headers: { location } }, json(IMAGE));
    await ims.getImage('i');
    const { path, query, headers } = recorder.take()[1];
    assert.equal(`${path}${query ? `?${query}` : ''}`, url, location);
    assert.equal(headers['x-auth-token'], 'the-token', location);
  }
});

test('a Retry-After of days is not slept through', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  recorder.otherwise({ status: 503, headers: { 'retry-after': '864000' } });
  await rejects(ims.getImage('i'), { status: 503 });
  assert.equal(recorder.requests.length, 1);
});

test('no answer in time is a timeout; a read is repeated, and the options of the call come first', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { timeoutMs: 60_000, retry: quickly(2) });
  recorder.next('silence', json(IMAGE));
  // Long enough for the second answer on a machine that has a lot to do.
  await ims.getImage('i', { timeoutMs: 3_000 });
  assert.equal(recorder.take().length, 2);
  recorder.otherwise('silence');
  const error = await rejects(ims.getImage('i', { timeoutMs: 50 }), { kind: 'timeout', retryable: true });
  assert.equal(error.attempts.length, 2);
});

test('a body that stops in the middle is a timeout too', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { timeoutMs: 100, retry: quickly(1) });
  recorder.otherwise((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"code":');
  });
  await rejects(ims.getImage('i'), { kind: 'timeout' });
});

test('a signal ends a call before it starts, while it waits, and between attempts', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, {
    retry: { maxAttempts: 5, baseDelayMs: 60_000, maxDelayMs: 60_000 },
  });
  await rejects(ims.getImage('i', { signal: AbortSignal.abort() }), {
    kind: 'aborted',
    operation: 'getImage',
  });
  assert.equal(recorder.requests.length, 0, 'nothing was sent');

  const during = new AbortController();
  recorder.next(() => during.abort());
  await rejects(ims.getImage('i', { signal: during.signal }), { kind: 'aborted' });

  const between = new AbortController();
  recorder.next((_request, response) => {
    response.writeHead(503).end();
    setTimeout(() => between.abort(), 50);
  });
  await rejects(ims.getImage('i', { signal: between.signal }), { kind: 'aborted' });
  assert.equal(recorder.requests.length, 2);

  const unused = new AbortController();
  recorder.next(json(IMAGE));
  await ims.getImage('i', { signal: unused.signal });
  unused.abort();
});

test('onRequest hears of every attempt, in order', async (t) => {
  const recorder = await startRecorder(t);
  const events = [];
  const ims = newClient(t, recorder.url, { onRequest: (event) => events.push(event) });
  recorder.next('reset', { status: 503 }, json(IMAGE));
  await ims.getImage('img-1');
  assert.deepEqual(
    events.map((event) => event.attempt),
    [1, 2, 3],
  );
  assert.deepEqual(
    events.map((event) => event.status),
    [undefined, 503, 200],
  );
  for (const [index, event] of events.entries()) {
    assert.equal(event.operation, 'getImage');
    assert.equal(event.method, 'GET');
    assert.equal(event.url, `${recorder.url}/api/image/v1/images/img-1`);
    assert.ok(event.durationMs >= 0);
    assert.equal(typeof event.error, index < 2 ? 'string' : 'undefined');
  }
});

test('an onRequest that throws does not spoil the call', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, {
    onRequest() {
      throw new Error('the observer has a defect');
    },
  });
  recorder.otherwise(json(IMAGE));
  assert.equal((await ims.getImage('i')).imageId, IMAGE.imageId);
  assert.equal((await ims.getImage('i')).imageId, IMAGE.imageId);
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect ${status} to another origin never carries the credentials there`, async (t) => {
    const [recorder, elsewhere] = [await startRecorder(t), await startRecorder(t)];
    elsewhere.otherwise(json(IMAGE));
    recorder.otherwise({ status, headers: { location: `${elsewhere.url}/caught` } });
    const secrets = { 'x-secret-header': 'secret-1', authorization: 'Basic secret-2', cookie: 'secret-3' };
    const ims = newClient(t, recorder.url, {
      retry: quickly(1),
      auth: { type: 'token', token: 'secret-token' },
      headers: secrets,
    });
    await ims.getImage('i').catch(() => {});
    await ims.createImage(samples.createImage()).catch(() => {});
    assert.equal(recorder.requests.length, 2);
    for (const record of elsewhere.requests) {
      assert.equal(record.headers['x-auth-token'], undefined);
      assert.doesNotMatch(record.rawHeaders.join('\n'), /secret/);
      assert.equal(record.body.length, 0, 'no body of a write either');
    }
  });
}

test('a redirect of a read on the same origin is followed, with the token; circles end', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { retry: quickly(1), auth: { type: 'token', token: 'the-token' } });
  recorder.next({ status: 307, headers: { location: '/moved/image' } }, json(IMAGE));
  assert.equal((await ims.getImage('i')).imageId, IMAGE.imageId);
  const [, second] = recorder.take();
  assert.equal(second.path, '/moved/image');
  assert.equal(second.headers['x-auth-token'], 'the-token');
  recorder.otherwise({ status: 302, headers: { location: '/again' } });
  await rejects(ims.getImage('i'), { kind: 'protocol', message: /redirect/i });
  assert.ok(recorder.requests.length <= 25, `${recorder.requests.length} hops`);
});

test('a write that is redirected is refused, not turned into a read', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  for (const status of [301, 302, 303]) {
    recorder.next({ status, headers: { location: '/elsewhere' } });
    await rejects(ims.createImage(samples.createImage()), { operation: 'createImage' });
    assert.deepEqual(
      recorder.take().map((record) => record.method),
      ['POST'],
    );
  }
});
