/** Options of clients and calls: a bad one is refused by name, never ignored and never half used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CecloudImsClient, newClient, REGION } from '../support/client.mjs';
import { rejects } from '../support/expect.mjs';
import { startRecorder } from '../support/recorder.mjs';

/** Constructors are synchronous: a bad option may be refused there or by the first call, but always by name. */
const BAD_OPTIONS = {
  'no endpoint': [{ endpoint: undefined }, 'endpoint'],
  'an empty endpoint': [{ endpoint: '' }, 'endpoint'],
  'an endpoint that is no URL': [{ endpoint: 'http://' }, 'endpoint'],
  'an endpoint of another kind': [{ endpoint: 'ftp://example.com' }, 'endpoint'],
  'an endpoint that is no text': [{ endpoint: 7 }, 'endpoint'],
  'no region': [{ region: undefined }, 'region'],
  'an empty region': [{ region: '' }, 'region'],
  'a region that would end the header': [{ region: 'a\r\nx-evil: 1' }, 'region'],
  'an unknown auth': [{ auth: { type: 'magic' } }, /^auth/],
  'a token that is no text': [{ auth: { type: 'token', token: 7 } }, /^auth\.token/],
  'a sign that is no function': [{ auth: { type: 'sign', sign: 'x' } }, /^auth\.sign/],
  'a header that would end the header': [{ headers: { 'x-a': 'a\r\nx-evil: 1' } }, /^headers/],
  'a negative timeout': [{ timeoutMs: -1 }, 'timeoutMs'],
  'a timeout that is no number': [{ timeoutMs: 'soon' }, 'timeoutMs'],
  'no attempts': [{ retry: { maxAttempts: 0 } }, /^retry\.maxAttempts/],
  'a broken delay': [{ retry: { baseDelayMs: Number.NaN } }, /^retry\.baseDelayMs/],
  'a fetch that is no function': [{ fetch: 'fetch' }, 'fetch'],
  'an onRequest that is no function': [{ onRequest: 7 }, 'onRequest'],
};

for (const [what, [change, field]] of Object.entries(BAD_OPTIONS)) {
  test(`a client with ${what} says so`, async (t) => {
    const recorder = await startRecorder(t);
    const attempt = async () => {
      const ims = new CecloudImsClient({ endpoint: recorder.url, region: REGION, ...change });
      try {
        await ims.listImages();
      } finally {
        ims.close();
      }
    };
    await rejects(attempt(), { kind: 'validation', field, rule: /\S/ });
    assert.equal(recorder.requests.length, 0);
  });
}

const BAD_CALL_OPTIONS = {
  'a negative timeout': [{ timeoutMs: -1 }, /timeoutMs/],
  'a signal that is none': [{ signal: {} }, /signal/],
  'a header that would end the header': [{ headers: { 'x-a': 'a\nb' } }, /headers/],
};

for (const [what, [options, field]] of Object.entries(BAD_CALL_OPTIONS)) {
  test(`a call with ${what} is refused before a request is made`, async (t) => {
    const recorder = await startRecorder(t);
    await rejects(newClient(t, recorder.url).listImages({}, options), { kind: 'validation', field });
    assert.equal(recorder.requests.length, 0);
  });
}
