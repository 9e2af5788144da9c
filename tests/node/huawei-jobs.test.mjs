/** waitForJob: progress, the job's own error, what gets lost on the way, and every way to stop waiting. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, rejects } from '../support/expect.mjs';
import { job, newHuawei, plain } from '../support/huawei.mjs';
import { startRecorder } from '../support/recorder.mjs';

const QUICK = { intervalMs: 1 };

test('a job is asked for until it is done, by a path without a project', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url, { projectId: undefined });
  recorder.next(
    job('INIT', { entities: null }),
    job('RUNNING', { entities: { process_percent: '40%', current_task: 'download' } }),
    job('SOMETHING_NEW'),
    job('SUCCESS', { entities: { image_id: 'i-1', process_percent: 100, own: { words: 1 } } }),
  );
  const seen = [];
  const done = await ims.waitForJob(' j-1', {
    ...QUICK,
    onProgress({ status, entities }) {
      seen.push([status, entities?.process_percent]);
      throw new Error('what a callback throws is its own affair');
    },
  });
  assert.equal(done.entities.image_id, 'i-1');
  assert.deepEqual(done.entities.own, { words: 1 });
  assert.deepEqual(seen, [
    ['INIT', undefined],
    ['RUNNING', 40],
    ['SOMETHING_NEW', undefined],
    ['SUCCESS', 100],
  ]);
  const paths = new Set(recorder.take().map(({ method, path }) => `${method} ${path}`));
  assert.deepEqual([...paths], ['GET /v1/cloudimages/job/j-1']);
});

test('a job that failed rejects with its own code and reason', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url);
  const part = {
    job_id: 'j-2',
    status: 'FAIL',
    error_code: 'IMG.0098',
    fail_reason: 'the disk is too small',
  };
  for (const [more, code, message] of [
    [
      { error_code: 'IMG.0020', fail_reason: 'no such file' },
      'IMG.0020',
      /imsImportImageJob j-1 failed: no such/,
    ],
    [{ error_code: null, entities: { sub_jobs_result: [part] } }, 'IMG.0098', /the disk is too small/],
    [{ entities: { error_code: 'IMG.1', error: 'inside' } }, 'IMG.1', /inside/],
    [{}, undefined, /does not say why/],
  ]) {
    recorder.next(job('RUNNING'), job('FAIL', more));
    const expected = { kind: 'service', operation: 'waitForJob', code, message, retryable: false };
    await rejects(ims.waitForJob('j-1', QUICK), expected);
  }
});

test('looks that are lost on the way do not end it', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url, {
    timeoutMs: 200,
    retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 600_000 },
  });
  const lost = ['reset', 'reset', 'silence', plain({}, 503), plain({}, 502), plain({}, 429), 'reset'];
  recorder.next(...lost, job('RUNNING'), ...lost, job('SUCCESS'));
  assert.equal((await ims.waitForJob('j-1', QUICK)).status, 'SUCCESS');
  assert.equal(recorder.take().length, 16);
});

test('nothing but failures is put up with for a while only, and a refusal not at all', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(plain({ error: { code: 'IMG.9', message: 'later' } }, 503));
  const ims = newHuawei(t, recorder.url, { retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 50 } });
  await rejects(ims.waitForJob('j-1', QUICK), { status: 503, code: 'IMG.9', operation: 'waitForJob' });
  recorder.take();
  recorder.otherwise(plain({ error: { code: 'IMG.8', message: 'no such job' } }, 404));
  await rejects(ims.waitForJob('j-1', QUICK), { kind: 'service', status: 404, code: 'IMG.8' });
  assert.equal(recorder.take().length, 1);
});

test('a signal, the time given and close() end the waiting', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(job('RUNNING'));
  const ims = newHuawei(t, recorder.url);
  const late = await rejects(ims.waitForJob('j-1', { intervalMs: 5, timeoutMs: 60 }), {
    kind: 'timeout',
    operation: 'waitForJob',
  });
  assert.match(late.message, /has not ended within 60 ms \(last seen: RUNNING\)/);
  await rejects(ims.waitForJob('j-1', { signal: AbortSignal.abort() }), { kind: 'aborted' });
  // While it waits between two looks, and while a look gets no answer.
  for (const answer of [job('RUNNING'), 'silence']) {
    recorder.take();
    recorder.otherwise(answer);
    const stop = new AbortController();
    const waiting = ims.waitForJob('j-1', { intervalMs: 3_600_000, signal: stop.signal });
    const rejected = rejects(waiting, { kind: 'aborted', operation: 'waitForJob' });
    await eventually(() => recorder.requests.length > 0, 'it looks');
    stop.abort();
    await rejected;
  }
  for (const answer of [job('RUNNING'), 'silence']) {
    const other = newHuawei(t, recorder.url);
    recorder.take();
    recorder.otherwise(answer);
    const rejected = rejects(other.waitForJob('j-1', { intervalMs: 3_600_000 }), { kind: 'aborted' });
    await eventually(() => recorder.requests.length > 0, 'it looks');
    other.close();
    await rejected;
  }
});
