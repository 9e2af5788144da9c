/** `createUploadWorker()` in the browsers, under a strict policy: the tasks of a client, whose work is done elsewhere. */
import assert from 'node:assert/strict';
import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { STRICT, serve } from '../bundlers/support.mjs';
import { BROWSERS, launch, openPage } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually } from '../support/expect.mjs';
import { CLIENT_DIR, importClient, temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';
import { newProfile, shared } from '../support/tabs.mjs';

const MIB = 1024 * 1024;
const TIMEOUT = { timeout: 120_000 };
const PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title></html>';

/** A cloud and an empty page; `ask` runs a function in it, which finds what it needs in `tools`. */
async function prepare(t, browser, { without = [], cloud = [], policy = STRICT } = {}) {
  const emulator = await startEmulator(t, ...cloud);
  const folder = await temporaryFolder(t);
  await cp(CLIENT_DIR, path.join(folder, 'ims-client'), { recursive: true });
  await writeFile(path.join(folder, 'index.html'), PAGE);
  for (const file of without) await rm(path.join(folder, 'ims-client', file));
  const site = await serve(t, folder, policy);
  const { page, complaints } = await openPage(await newProfile(t, browser), `${site}/`);
  await page.evaluate(
    async (endpoint, metadata) => {
      const { createUploadWorker, ImsError } = await import('/ims-client/worker.js');
      const main = await import('/ims-client/index.js');
      const told = (promise) =>
        promise.then(
          (result) => ({ result }),
          (error) => ({
            ...error,
            isImsError: error instanceof ImsError && error instanceof main.ImsError,
            message: error.message,
          }),
        );
      const noise = (bytes) => new File([new Uint8Array(bytes).fill(7)], 'disk.raw', { lastModified: 1 });
      const options = { endpoint, region: 'region0' };
      globalThis.tools = { createUploadWorker, noise, told, options, metadata, MIB: 1024 * 1024 };
    },
    emulator.ims,
    rawImage({ name: 'in a worker' }),
  );
  const ask = (work) => page.evaluate(work);
  return { emulator, page, complaints, ask };
}

for (const name of Object.keys(BROWSERS)) {
  describe(name, () => {
    const common = shared(async (context) => ({ browser: await launch(context, name) }));

    test('an upload is shown, held, gone on with; the page itself sends no part', TIMEOUT, async (t) => {
      const { emulator, complaints, ask } = await prepare(t, common.browser);
      await emulator.spoil({ operation: 'UploadPart', delayMs: 500, times: 0 });
      const seen = await ask(async () => {
        const { createUploadWorker, noise, options, metadata, MIB } = globalThis.tools;
        const uploads = createUploadWorker(options);
        const [progress, events, states] = [[], [], []];
        const task = uploads.upload(noise(30 * MIB), metadata, {
          partSize: 5 * MIB,
          concurrency: 1,
          onEvent: (event) => events.push(event.type),
          onProgress: ({ phase, bytesSent }) => {
            progress.push([phase, bytesSent]);
            if (states.length || bytesSent < 5 * MIB) return;
            task.pause();
            states.push(task.state);
            setTimeout(() => {
              states.push(task.state);
              task.resume();
              states.push(task.state);
            }, 300);
          },
        });
        const { image, verified } = await task.done;
        const sent = performance.getEntriesByType('resource').map((entry) => entry.name);
        uploads.close();
        const { state, imageId } = task;
        return { image, verified, progress, events, states, sent, state, imageId, shown: task.progress };
      });
      assert.deepEqual([seen.image.status, seen.image.size, seen.verified], ['active', 30 * MIB, 'md5']);
      assert.deepEqual(seen.states, ['paused', 'paused', 'running']);
      assert.deepEqual([seen.state, seen.imageId], ['done', seen.image.imageId]);
      assert.deepEqual([seen.shown.phase, seen.shown.bytesSent], ['done', 30 * MIB]);
      assert.deepEqual(seen.progress.at(-1), ['done', 30 * MIB]);
      assert.ok(seen.events.includes('part') && seen.events.includes('credentials'), seen.events.join());
      const parts = seen.sent.filter((url) => url.startsWith(emulator.oss) || url.startsWith(emulator.ims));
      assert.deepEqual(parts, [], 'the page sent nothing itself');
      assert.ok((await emulator.arrived('UploadPart')).length >= 6);
      assert.deepEqual(complaints, []);
    });

    test(
      'a stopped upload is pending, and resumed by another worker; abort leaves nothing',
      TIMEOUT,
      async (t) => {
        const { emulator, complaints, ask } = await prepare(t, common.browser);
        await emulator.spoil({ operation: 'UploadPart', delayMs: 500, times: 0 });
        const seen = await ask(async () => {
          const { createUploadWorker, noise, told, options, metadata, MIB } = globalThis.tools;
          const file = noise(20 * MIB);
          const begin = (uploads, ending) =>
            new Promise((resolve) => {
              const task = uploads.upload(file, metadata, {
                partSize: 5 * MIB,
                concurrency: 1,
                onProgress: ({ bytesSent }) =>
                  bytesSent >= 5 * MIB && task[ending]().then(() => resolve(task)),
              });
            });
          const first = createUploadWorker(options);
          const stopped = await begin(first, 'stop');
          const outcome = await told(stopped.done);
          first.close();
          const second = createUploadWorker(options);
          const [pending, ...others] = await second.pendingUploads();
          const { name, fileName, needsFile } = pending;
          const resumed = await pending.resume(file).done;
          const none = (await second.pendingUploads()).length;
          const aborted = await begin(second, 'abort');
          const end = await told(aborted.done);
          second.close();
          return {
            state: stopped.state,
            outcome,
            pending: { name, fileName, needsFile },
            others: others.length,
            verified: resumed.verified,
            none,
            aborted: aborted.state,
            end,
          };
        });
        assert.equal(seen.state, 'stopped');
        assert.deepEqual(
          [seen.outcome.isImsError, seen.outcome.kind, seen.outcome.resumable],
          [true, 'aborted', true],
        );
        assert.deepEqual(seen.pending, { name: 'in a worker', fileName: 'disk.raw', needsFile: true });
        assert.deepEqual([seen.others, seen.verified, seen.none], [0, 'md5', 0]);
        assert.deepEqual([seen.aborted, seen.end.kind], ['aborted', 'aborted']);
        assert.deepEqual(
          (await emulator.images()).map(({ status }) => status),
          ['active'],
        );
        assert.deepEqual(complaints, []);
      },
    );

    test('what a worker found that broke is not taken for what the next one finds', TIMEOUT, async (t) => {
      const { emulator, complaints, ask } = await prepare(t, common.browser);
      await emulator.spoil({ operation: 'UploadPart', skip: 1, delayMs: 600_000, times: 0 });
      const seen = await ask(async () => {
        const { createUploadWorker, noise, told, options, metadata, MIB } = globalThis.tools;
        const workers = [];
        const worker = () => {
          workers.push(new Worker('/ims-client/upload-worker.js', { type: 'module' }));
          return workers.at(-1);
        };
        const uploads = createUploadWorker({ ...options, worker });
        const file = noise(11 * MIB);
        for (const name of ['first', 'second']) {
          const more = { partSize: 5 * MIB, concurrency: 1 };
          const task = uploads.upload(file, { ...metadata, name }, more);
          while (!task.imageId) await new Promise((resolve) => setTimeout(resolve, 20));
          await task.stop();
        }
        const before = await uploads.pendingUploads();
        workers[0].dispatchEvent(new ErrorEvent('error', { message: 'it broke' }));
        // The next one finds them too, and what it found first is discarded.
        const [gone, left] = await uploads.pendingUploads();
        await gone.discard();
        const outcomes = [];
        for (const pending of before)
          outcomes.push(await told(pending.discard()), await told(pending.resume(file).done));
        const after = (await uploads.pendingUploads()).map(({ imageId }) => imageId);
        const refused = await told(left.discard({ partsize: 7 }));
        await left.discard();
        uploads.close();
        return {
          before: before.length,
          outcomes,
          left: left.imageId,
          after,
          refused,
          workers: workers.length,
        };
      });
      assert.deepEqual([seen.before, seen.workers], [2, 2]);
      assert.equal(seen.outcomes.length, 4);
      for (const { kind, message } of seen.outcomes) {
        assert.equal(kind, 'source', message);
        assert.match(message, /ask for the pending uploads again/);
      }
      assert.deepEqual(seen.after, [seen.left], 'nothing else was discarded or gone on with');
      assert.deepEqual([seen.refused.kind, seen.refused.field], ['validation', 'partsize']);
      assert.deepEqual(complaints, []);
    });

    test('functions stay in the page: token, store, signal, stream', TIMEOUT, async (t) => {
      const { complaints, ask } = await prepare(t, common.browser, { cloud: ['--token', 'of-the-page'] });
      const seen = await ask(async () => {
        const { createUploadWorker, noise, told, options, metadata, MIB } = globalThis.tools;
        const asked = [];
        const token = async () => {
          asked.push('token');
          return 'of-the-page';
        };
        class Store {
          kept = new Map();
          async load(key) {
            asked.push('load');
            return this.kept.get(key);
          }
          save(key, value) {
            asked.push('save');
            this.kept.set(key, value);
          }
          remove(key) {
            asked.push('remove');
            this.kept.delete(key);
          }
          list() {
            return [...this.kept.keys()];
          }
        }
        const requests = [];
        const uploads = createUploadWorker({
          ...options,
          auth: { type: 'token', token },
          onRequest: ({ operation }) => requests.push(operation),
        });
        const checkpoint = new Store();
        const stored = await uploads.upload(noise(11 * MIB), metadata, { checkpoint, partSize: 5 * MIB })
          .done;
        const controller = new AbortController();
        const held = uploads.upload(
          noise(11 * MIB),
          { ...metadata, name: 'held' },
          {
            checkpoint,
            partSize: 5 * MIB,
            signal: controller.signal,
            onProgress: ({ bytesSent }) => bytesSent > 0 && controller.abort(),
          },
        );
        const outcome = await told(held.done);
        const pending = await uploads.pendingUploads(checkpoint);
        await pending[0].discard();
        async function* chunks() {
          for (let at = 0; at < 3; at += 1) yield new Uint8Array(MIB).fill(at);
        }
        const stream = { stream: chunks(), size: 3 * MIB };
        const streamed = await uploads.upload(stream, { ...metadata, name: 'streamed' }).done;
        const failing = createUploadWorker({
          ...options,
          auth: { type: 'token', token: () => Promise.reject(new Error('no token today')) },
        });
        const failed = await told(failing.upload(noise(10), metadata).done);
        uploads.close();
        failing.close();
        const sizes = [stored.image.size, streamed.image.size];
        return {
          asked: [...new Set(asked)].sort(),
          outcome,
          pending: pending.length,
          sizes,
          failed,
          requests,
        };
      });
      assert.deepEqual(seen.asked, ['load', 'remove', 'save', 'token']);
      assert.deepEqual([seen.outcome.kind, seen.outcome.resumable, seen.pending], ['aborted', true, 1]);
      assert.deepEqual(seen.sizes, [11 * MIB, 3 * MIB]);
      assert.equal(seen.failed.kind, 'auth', JSON.stringify(seen.failed));
      assert.ok(seen.requests.includes('createImage'), seen.requests.join());
      assert.deepEqual(complaints, []);
    });

    test('a worker that ends without a word ends what waits for it', TIMEOUT, async (t) => {
      const { emulator, complaints, ask } = await prepare(t, common.browser);
      await emulator.spoil({ operation: 'UploadPart', delayMs: 600_000, times: 0 });
      const seen = await ask(async () => {
        const { createUploadWorker, noise, told, options, metadata, MIB } = globalThis.tools;
        const start = () => new Worker('/ims-client/upload-worker.js', { type: 'module' });
        let made;
        const spawned = () => {
          made = start();
          return made;
        };
        const outcomes = [];
        for (const given of [start(), spawned]) {
          const uploads = createUploadWorker({ ...options, worker: given });
          const begun = new Promise((resolve) => {
            outcomes.push(
              uploads.upload(noise(11 * MIB), metadata, {
                partSize: 5 * MIB,
                onEvent: ({ type }) => type === 'part' && resolve(),
              }),
            );
          });
          await begun;
          (typeof given === 'function' ? made : given).terminate();
        }
        const ends = await Promise.all(outcomes.map((task) => told(task.done)));
        await outcomes[0].abort();
        const odd = createUploadWorker({ ...options, region: Symbol('x') });
        return { ends, odd: await told(odd.pendingUploads()) };
      });
      for (const end of [...seen.ends, seen.odd]) assert.equal(end.isImsError, true, JSON.stringify(end));
      for (const { kind, resumable, message } of seen.ends) {
        assert.deepEqual([kind, resumable], ['aborted', true]);
        assert.match(message, /it was ended$/);
      }
      assert.equal(seen.odd.kind, 'validation');
      assert.deepEqual(complaints, []);
    });

    test('what is refused is refused as by a client; close() ends it', TIMEOUT, async (t) => {
      const { emulator, complaints, ask } = await prepare(t, common.browser);
      const seen = await ask(async () => {
        const { createUploadWorker, noise, told, options, metadata } = globalThis.tools;
        const uploads = createUploadWorker(options);
        const outcome = (source, target, more) => told(uploads.upload(source, target, more).done);
        const refused = {
          metadata: await outcome(noise(10), { ...metadata, minDisk: -1 }),
          callback: await outcome(noise(10), metadata, { onProgress: 'often' }),
          options: await outcome(noise(10), metadata, 'fast'),
          symbol: await outcome(noise(10), { ...metadata, description: Symbol('x') }),
          source: await outcome(undefined, metadata),
          fetch: await told(createUploadWorker({ ...options, fetch }).upload(noise(10), metadata).done),
          worker: await told(createUploadWorker({ ...options, worker: 7 }).upload(noise(10), metadata).done),
          region: await told(
            createUploadWorker({ endpoint: options.endpoint }).upload(noise(10), metadata).done,
          ),
        };
        const open = uploads.upload(noise(10), { imageId: 'x'.repeat(10) });
        uploads.close();
        const closed = await told(uploads.upload(noise(10), metadata).done);
        return { refused, closed, open: await told(open.done) };
      });
      const short = Object.fromEntries(
        Object.entries(seen.refused).map(([what, { isImsError, kind, field }]) => [
          what,
          [isImsError, kind, field],
        ]),
      );
      assert.deepEqual(short, {
        metadata: [true, 'validation', 'minDisk'],
        callback: [true, 'validation', 'onProgress'],
        options: [true, 'validation', 'options'],
        symbol: [true, 'validation', undefined],
        source: [true, 'validation', 'source'],
        fetch: [true, 'validation', undefined],
        worker: [true, 'validation', undefined],
        region: [true, 'validation', 'region'],
      });
      assert.deepEqual([seen.closed.kind, seen.open.kind], ['aborted', 'aborted']);
      assert.deepEqual(await emulator.images(), []);
      assert.deepEqual(complaints, []);
    });

    test('a worker that is not there is an error that says what to do', TIMEOUT, async (t) => {
      const { ask } = await prepare(t, common.browser, { without: ['upload-worker.js'] });
      const seen = await ask(async () => {
        const { createUploadWorker, noise, told, options, metadata } = globalThis.tools;
        const uploads = createUploadWorker(options);
        const missing = await told(uploads.upload(noise(10), metadata).done);
        const worker = () => new Worker('/ims-client/upload-worker-inline.js', { type: 'module' });
        const given = createUploadWorker({ ...options, worker });
        const { verified } = await given.upload(noise(10), metadata).done;
        given.close();
        return { missing, verified };
      });
      assert.deepEqual([seen.missing.isImsError, seen.missing.kind], [true, 'unsupported']);
      assert.match(
        seen.missing.message,
        /worker cannot be used: .*upload-worker\.js.*worker-src.*TrustedScriptURL/,
      );
      assert.equal(seen.verified, 'md5');
    });

    test('its address may be a TrustedScriptURL, and goes to the browser as it is', TIMEOUT, async (t) => {
      const { complaints, ask } = await prepare(t, common.browser, {
        policy: `${STRICT}; require-trusted-types-for 'script'; trusted-types mine`,
      });
      const seen = await ask(async () => {
        const { createUploadWorker, noise, told, options, metadata } = globalThis.tools;
        // A browser that knows no such types is given what looks like one.
        if (!globalThis.trustedTypes) {
          class TrustedScriptURL {
            toString = () => '/ims-client/upload-worker.js';
          }
          const isScriptURL = (value) => value instanceof TrustedScriptURL;
          globalThis.trustedTypes = {
            isScriptURL,
            createPolicy: () => ({ createScriptURL: () => new TrustedScriptURL() }),
          };
        }
        const policy = globalThis.trustedTypes.createPolicy('mine', { createScriptURL: (url) => url });
        const worker = policy.createScriptURL('/ims-client/upload-worker.js');
        const uploads = createUploadWorker({ ...options, worker });
        const { result } = await told(uploads.upload(noise(10), metadata).done);
        uploads.close();
        return result?.verified;
      });
      assert.equal(seen, 'md5');
      assert.deepEqual(complaints, []);
    });

    // Only it collects when it is told to.
    if (name === 'chromium') {
      test('what was found is forgotten when nobody refers to it any more', TIMEOUT, async (t) => {
        const { emulator, page, ask } = await prepare(t, common.browser);
        await emulator.spoil({ operation: 'UploadPart', delayMs: 600_000, times: 0 });
        // Made by itself: functions that are made together hold on to all that any of them refers to.
        await ask(() => {
          const map = new Map();
          globalThis.store = {
            load: async (key) => map.get(key),
            save: async (key, value) => void map.set(key, value),
            remove: async (key) => void map.delete(key),
            list: async () => [...map.keys()],
          };
        });
        await ask(async () => {
          const { createUploadWorker, options } = globalThis.tools;
          const sent = [];
          const worker = new Worker('/ims-client/upload-worker.js', { type: 'module' });
          const { postMessage } = worker;
          worker.postMessage = (message) => {
            sent.push(message.message?.name);
            postMessage.call(worker, message);
          };
          globalThis.uploads = createUploadWorker({ ...options, worker });
          globalThis.sent = sent;
        });
        await ask(async () => {
          const { noise, told, metadata, MIB } = globalThis.tools;
          const { uploads } = globalThis;
          const task = uploads.upload(noise(11 * MIB), metadata, {
            checkpoint: globalThis.store,
            partSize: 5 * MIB,
            onEvent: ({ type }) => type === 'part' && task.stop(),
          });
          await told(task.done);
          globalThis.pending = await uploads.pendingUploads(globalThis.store);
        });
        const session = await page.createCDPSession();
        const forgotten = async () => {
          await session.send('HeapProfiler.collectGarbage');
          return ask(() => globalThis.sent.filter((name) => name === 'forget').length);
        };
        assert.equal(await forgotten(), 0);
        await ask(async () => {
          const { pending } = globalThis;
          if (pending.length !== 1) throw new Error(`${pending.length} uploads were found`);
          await pending[0].discard();
          delete globalThis.pending;
          globalThis.weak = new WeakRef(globalThis.store);
          delete globalThis.store;
        });
        await eventually(forgotten, 'what was found is given back');
        const gone = async () => {
          await session.send('HeapProfiler.collectGarbage');
          return ask(() => globalThis.weak.deref() === undefined);
        };
        await eventually(gone, 'the store is not lent any more');
      });
    }
  });
}

test('in Node it says that it is for browsers', async () => {
  const { createUploadWorker } = await importClient('./worker');
  const uploads = createUploadWorker({ endpoint: 'https://ims.example.com', region: 'region0' });
  const task = uploads.upload(new Uint8Array(10), rawImage());
  const error = await task.done.catch((thrown) => thrown);
  assert.deepEqual([error.kind, task.state], ['unsupported', 'failed']);
  assert.match(error.message, /CecloudImsClient/);
});
