/** The end of a client: close() ends what is under way, and later calls say so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { fixture, json, startRecorder } from '../support/recorder.mjs';
import * as samples from '../support/samples.mjs';

const IMAGE = fixture('1.04-get-image.response.json').data;

// Its own time limit would end the call as well, but only after ten minutes.
test('close() ends what is under way, and later calls say so', { timeout: 20_000 }, async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { timeoutMs: 600_000 });
  recorder.otherwise('silence');
  const pending = rejects(ims.getImage('i'), { kind: 'aborted', message: /closed/i });
  // It has to be on its way.
  await eventually(() => recorder.requests.length === 1, 'the request arrives');
  ims.close();
  await pending;
  await rejects(ims.getImage('i'), { kind: 'aborted', message: /closed/i, operation: 'getImage' });
  await rejects(ims.createImage(samples.createImage()), { message: /closed/i });
  ims.close();
  assert.equal(recorder.requests.length, 1);
});

test('close() is also what Symbol.dispose does, where the platform has it', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  const ims = newClient(t, recorder.url);
  await ims.getImage('i');
  assert.ok(Symbol.dispose, 'Node 20 has it');
  ims[Symbol.dispose]();
  await rejects(ims.getImage('i'), { message: /closed/i });
});

test('a client that is closed before its first call says so too', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  ims.close();
  await rejects(ims.getImage('i'), { message: /closed/i });
  assert.equal(recorder.requests.length, 0);
});

test('close() in the same moment as the first call ends that call', async (t) => {
  const emulator = await startRecorder(t);
  const ims = newClient(t, emulator.url);
  const closed = { kind: 'aborted', message: /closed/i };
  const ended = [rejects(ims.getImage('i'), closed), rejects(ims.upload(new Uint8Array(1), {}).done, closed)];
  ims.close();
  await Promise.all(ended);
  assert.deepEqual(emulator.requests, []);
});
