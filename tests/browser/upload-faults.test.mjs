/** Faults of service, store and line, one by one, met by real browsers: each upload ends with the same bytes stored. */
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { BROWSERS, launch } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { startProxy } from '../support/proxy.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { rawImage } from '../support/samples.mjs';
import { startSite } from '../support/site.mjs';
import { newProfile, openTab, partsOf, sentParts, shared, slowAfter } from '../support/tabs.mjs';

const MIB = 1024 * 1024;
/** Tests mostly wait, each for a cloud and a profile of its own. */
const SEVERAL = { concurrency: 3 };
const TIMEOUT = { timeout: 120_000 };
/** Seventeen MiB: four parts, two at once. */
const SIZE = 17 * MIB;
const OPTIONS = { partSize: 5 * MIB, concurrency: 2 };
const TARGET = rawImage({ name: 'faults' });

/** Faults: [what, rules, what else must be so, arguments of the emulator]. */
// What was reset on a used connection a browser sends again by itself, on the next one, without a word to the page.
// So there are more resets than idle connections, and the client has to do something about it.
const part = (rule) => ({ operation: 'UploadPart', ...rule });
const FAULTS = [
  ['a create of the image that is lost', [{ operation: 'create_image', reset: 'before', times: 3 }]],
  [
    'an image whose creation is not confirmed',
    // Cut off, not reset: a request that was reset the browser sends again by itself.
    [{ operation: 'create_image', truncate: 10 }],
    { warnings: ['image-found'], arrived: { create_image: 1 }, central: true },
  ],
  ['a prepare whose answer is lost', [{ operation: 'prepare_upload', reset: 'after', times: 4 }]],
  [
    'a create of the upload that is lost',
    [{ operation: 'CreateMultipartUpload', reset: 'before', times: 4 }],
  ],
  [
    'an upload whose creation is not confirmed',
    [{ operation: 'CreateMultipartUpload', reset: 'after', times: 4 }],
  ],
  ['parts that are lost', [part({ reset: 'before', times: 5 })]],
  ['parts that are lost half-way', [part({ reset: 'before', afterBytes: 2_000_000, times: 5 })]],
  ['stored parts whose answers are lost', [part({ reset: 'after', times: 5 })], { central: true }],
  [
    'a storm of errors',
    [
      part({ status: 500, code: 'InternalError', times: 2 }),
      part({ status: 502, body: '<h1>Bad Gateway</h1>', times: 2 }),
      part({ status: 503, code: 'ServiceUnavailable', times: 2 }),
      part({ status: 504, times: 2 }),
    ],
    { central: true },
  ],
  [
    'a store that wants less',
    [part({ status: 503, code: 'SlowDown', times: 2 }), part({ status: 429, code: 'TooManyRequests' })],
    { paced: true },
  ],
  [
    'a flipped bit in a part',
    [part({ query: 'partNumber=2', flipBit: 12_345 })],
    { sent: [1, 2, 2, 3, 4], central: true },
  ],
  [
    'credentials that expire',
    [part({ skip: 2, expireCredentials: true })],
    { credentials: ['first', 'expired'], central: true },
  ],
  [
    'credentials that are revoked',
    [part({ skip: 2, revokeCredentials: true })],
    { credentials: ['first', 'refused'] },
  ],
  [
    'a clock that is wrong by an hour',
    [{ operation: 'CreateMultipartUpload', clockSkewMs: 3_600_000 }],
    { warnings: ['clock-skew'], central: true },
  ],
  ['a store in another region', [], { warnings: ['region-corrected'] }, ['--oss-region', 'cn-test-7']],
  ['a hidden ETag', [], { warnings: ['etag-hidden'] }, ['--hide-etag']],
  [
    'a hidden ETag and a flipped bit',
    [part({ query: 'partNumber=3', flipBit: 9 })],
    { warnings: ['etag-hidden'], sent: [1, 2, 3, 3, 4] },
    ['--hide-etag'],
  ],
  [
    'an upload that the store forgets',
    [part({ skip: 1, status: 404, code: 'NoSuchUpload' })],
    { restarts: 1 },
  ],
  ['an error inside of a 200', [{ operation: 'CompleteMultipartUpload', errorIn200: true, times: 2 }]],
  ['a complete that is lost', [{ operation: 'CompleteMultipartUpload', reset: 'before', times: 4 }]],
  [
    'a complete whose answer is lost',
    [{ operation: 'CompleteMultipartUpload', reset: 'after', times: 4 }],
    { central: true },
  ],
  ['an upload-done that is lost', [{ operation: 'complete_upload', reset: 'before', times: 4 }]],
  ['an upload-done whose answer is lost', [{ operation: 'complete_upload', reset: 'after', times: 4 }]],
];

async function* concatenated(...files) {
  for (const file of files) yield* createReadStream(file);
}

const sorted = (numbers) => [...numbers].sort((one, other) => one - other);

/** What must be true besides the identical object. */
async function assertMet(emulator, seen, expected) {
  for (const { fired, rule } of await emulator.faults()) {
    assert.ok(fired > 0, `never fired: ${JSON.stringify(rule)}`);
  }
  const { warnings = expected.restarts ? ['started-over'] : [], credentials, sent, arrived = {} } = expected;
  const of = (type) => seen.events.filter((event) => event.type === type);
  const codes = of('warning').map((event) => event.code);
  assert.deepEqual(codes, warnings, 'each warning once');
  if (credentials) {
    const reasons = of('credentials').map((event) => event.reason);
    assert.deepEqual(reasons, credentials);
    assert.equal((await emulator.arrived('prepare_upload')).length, credentials.length);
  }
  if (sent) assert.deepEqual(sorted(await sentParts(emulator)), sent);
  for (const [operation, count] of Object.entries(arrived)) {
    assert.equal((await emulator.arrived(operation)).length, count, operation);
  }
  // Hidden headers are no failure; everything else a client meets as one, or finds out by comparing.
  const unfailing = isDeepStrictEqual(expected, { warnings: ['etag-hidden'] });
  assert.ok(unfailing || seen.failures + seen.shown.retries > 0, 'the client noticed');
  if (expected.paced) assert.ok(of('paced').length > 0, 'fewer parts at once');
}

for (const name of Object.keys(BROWSERS)) {
  describe(name, SEVERAL, () => {
    const common = shared(async (context) => ({
      file: await makeRandomRaw(path.join(await temporaryFolder(context), 'disk.raw'), SIZE),
      site: await startSite(context),
      browser: await launch(context, name),
    }));

    /** A cloud with these faults, and a tab with the file. */
    const ready = async (t, rules = [], extra = []) => {
      const emulator = await startEmulator(t, ...extra);
      await emulator.spoil(...rules);
      const profile = await newProfile(t, common.browser);
      const tab = await openTab(profile, common.site, emulator);
      await tab.pick(common.file);
      return { emulator, tab };
    };

    for (const [what, rules, expected = {}, extra] of FAULTS) {
      if (name === 'firefox' && !expected.central) continue;
      test(what, TIMEOUT, async (t) => {
        const { emulator, tab } = await ready(t, rules, extra);
        const upload = await tab.begin(TARGET, OPTIONS);
        const seen = await upload.endsWell(common.file);
        await assertMet(emulator, seen, expected);
        await tab.assertQuiet({ failures: true });
      });
    }

    test('a part that takes long holds up no other', TIMEOUT, async (t) => {
      const { emulator, tab } = await ready(t, [part({ query: 'partNumber=1', delayMs: 600_000 })]);
      const upload = await tab.begin(TARGET, OPTIONS);
      await upload.untilParts(3);
      await emulator.heal();
      const seen = await upload.endsWell(common.file);
      assert.deepEqual(partsOf(seen, 'stored').at(-1), 1, 'the others went by');
      assert.deepEqual(sorted(await sentParts(emulator)), [1, 2, 3, 4]);
      await tab.assertQuiet();
    });

    test('two uploads of a page share six connections', TIMEOUT, async (t) => {
      const { emulator, tab } = await ready(t, [slowAfter(0)]);
      const proxy = await startProxy(t, emulator.oss);
      await tab.act('measure', { origin: proxy.url });
      const options = { partSize: 5 * MIB, concurrency: 6, oss: { endpoint: proxy.url } };
      const targets = ['one', 'other'].map((name) => rawImage({ name }));
      const uploads = await Promise.all(targets.map((target) => tab.begin(target, options, 'twice')));
      // Held until as many as may be are open, however long the page takes for that.
      await eventually(async () => (await tab.act('measured')).open >= 6, 'six requests are open');
      await emulator.heal();
      const ends = uploads.map((upload) => upload.ended());
      for (const { outcome } of await Promise.all(ends)) {
        assert.equal(outcome.result?.verified, 'md5', JSON.stringify(outcome.error));
      }
      for (const upload of uploads) {
        const { imageId } = await upload.look();
        await assertSameBytes(concatenated(common.file, common.file), await emulator.file(imageId));
      }
      assert.deepEqual(await tab.act('measured'), { open: 0, most: 6 }, 'requests of the page at a time');
      assert.ok(
        proxy.most > 1 && proxy.most <= 6,
        `${proxy.most} connections to the store were open at once`,
      );
      assert.equal((await sentParts(emulator)).length, 14);
      await tab.assertQuiet();
    });

    test(
      'a store that redirects parts elsewhere is not believed, and says so at once',
      TIMEOUT,
      async (t) => {
        const { tab } = await ready(t);
        const [store, elsewhere] = [await startRecorder(t), await startRecorder(t)];
        // Both let the page in with everything: else the browser itself stops it.
        const open = ({ headers }) => ({
          'access-control-allow-origin': '*',
          'access-control-allow-methods': '*',
          'access-control-allow-headers': headers['access-control-request-headers'] ?? '*',
          'access-control-expose-headers': '*',
        });
        elsewhere.otherwise((request, response) => {
          response.writeHead(200, { ...open(request), etag: `"${'0'.repeat(32)}"` }).end();
        });
        store.otherwise((request, response) => {
          if (request.method === 'PUT') {
            const location = `${elsewhere.url}/caught?by=nobody`;
            return response.writeHead(307, { ...open(request), location }).end();
          }
          const begins = request.method === 'POST' && /[?&]uploads/.test(request.url);
          const body = begins ? '<Result><UploadId>the-upload</UploadId></Result>' : '';
          return response.writeHead(request.method === 'GET' ? 404 : 200, open(request)).end(body);
        });
        const upload = await tab.begin(TARGET, { ...OPTIONS, oss: { endpoint: store.url } });
        const error = await upload.endsBadly({ kind: 'protocol', retryable: false });
        assert.match(error.message, /redirect/);
        assert.ok(error.message.includes(elsewhere.url), error.message);
        assert.doesNotMatch(error.message, /caught|nobody/, 'where it leads, and no more');
        const parts = ({ requests }) => requests.filter(({ method }) => method === 'PUT');
        assert.ok(parts(store).length <= OPTIONS.concurrency, 'nothing is tried again');
        assert.ok(parts(elsewhere).length > 0, 'the browser has followed: else nothing is tested here');
      },
    );

    // Firefox cannot be taken off the line from outside.
    if (name === 'chromium') {
      test('off the line an upload waits, and goes on when it is back', TIMEOUT, async (t) => {
        const { emulator, tab } = await ready(t, [slowAfter(1)]);
        const upload = await tab.begin(TARGET, OPTIONS);
        await upload.untilParts(1);
        await tab.page.setOfflineMode(true);
        await upload.until(({ events }) => events.some(({ type }) => type === 'offline'), 'it is offline');
        await emulator.heal();
        const arrived = async () => (await emulator.arrived()).length;
        // Whatever was on its way has arrived; then nothing more does, many retries long.
        const before = await eventually(async () => {
          const count = await arrived();
          await new Promise((resolve) => setTimeout(resolve, 400));
          return count === (await arrived()) && count;
        }, 'silence');
        const { state, outcome, events } = await upload.look();
        assert.deepEqual([outcome, state], [undefined, 'running']);
        assert.ok(!events.some(({ type }) => type === 'online'));
        assert.equal(await arrived(), before);
        await tab.page.setOfflineMode(false);
        const seen = await upload.endsWell(common.file);
        const line = seen.events.map(({ type }) => type).filter((type) => /line$/.test(type));
        assert.deepEqual(line, ['offline', 'online']);
        await tab.assertQuiet({ failures: true });
      });
    }

    test('without checkpoints nothing is written into the database', TIMEOUT, async (t) => {
      const { emulator, tab } = await ready(t, [part({ delayMs: 100, times: 0 })]);
      const upload = await tab.begin(TARGET, { ...OPTIONS, checkpoint: false });
      await upload.untilParts(2);
      assert.deepEqual(await tab.act('databases'), []);
      await emulator.heal();
      await upload.endsWell(common.file, { listed: false });
      assert.deepEqual(await tab.act('databases'), []);
      const kept = await tab.begin({ ...TARGET, name: 'kept' }, OPTIONS);
      const { outcome } = await kept.ended();
      assert.equal(outcome.result.verified, 'md5');
      assert.deepEqual(await tab.act('databases'), ['ims-client'], 'with checkpoints there is one');
      await tab.assertQuiet();
    });

    test(
      'where the database is broken the upload runs, and says once what is missing',
      TIMEOUT,
      async (t) => {
        const { tab } = await ready(t);
        await tab.act('breakDatabase');
        const upload = await tab.begin(TARGET, OPTIONS);
        const seen = await upload.endsWell(common.file, { listed: false });
        const warnings = seen.events.filter((event) => event.type === 'warning');
        assert.deepEqual(
          warnings.map((event) => event.code),
          ['checkpoint-failed'],
        );
        assert.match(warnings[0].message, /the database is broken/);
        assert.equal(seen.outcome.result.warnings.length, 1);
        await tab.assertQuiet();
      },
    );
  });
}
