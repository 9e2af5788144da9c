/** Downloads of pages: targets that do not answer, what is left of those that were ended, what 'download' keeps and how long. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSERS, launch, openPage } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { rawImage } from '../support/samples.mjs';
import { startSite } from '../support/site.mjs';
import { newProfile, shared } from '../support/tabs.mjs';

const TIMEOUT = { timeout: 120_000 };
const STALL = { operation: 'download_image', stallMs: 600_000, stallIn: 'response', times: 0 };

/** A page with an image of 12 MiB; `ask` runs a function in it, which finds what it needs in `tools`. */
async function prepare(t, { browser, site }) {
  const emulator = await startEmulator(t);
  const { page, complaints } = await openPage(await newProfile(t, browser), `${site}/uploads.html`);
  await page.evaluate(
    async (endpoint, metadata) => {
      const { CecloudImsClient } = await import('/ims-client/index.js');
      const open = () => new CecloudImsClient({ endpoint, region: 'region0' });
      const ims = open();
      const { image } = await ims.upload(new Blob([new Uint8Array(12 << 20)]), metadata).done;
      const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
      const until = async (isSo) => {
        for (let tries = 0; tries < 300 && !(await isSo()); tries += 1) await sleep(100);
      };
      /** How a promise ends, in so many milliseconds. */
      const end = (promise) =>
        Promise.race([
          promise.then(
            () => 'done',
            ({ kind }) => kind,
          ),
          sleep(20_000).then(() => 'hangs'),
        ]);
      const privateFiles = async () => {
        const names = [];
        // What Chromium writes beside a file until it is closed is none.
        for await (const name of (await navigator.storage.getDirectory()).keys())
          if (!name.endsWith('.crswap')) names.push(name);
        return names;
      };
      // The browser's own downloads are none of this.
      const saved = [];
      HTMLAnchorElement.prototype.click = function () {
        saved.push(this.download);
      };
      globalThis.tools = { open, ims, id: image.imageId, sleep, until, end, privateFiles, saved };
    },
    emulator.ims,
    rawImage({ name: 'to be saved' }),
  );
  return { emulator, complaints, ask: (work) => page.evaluate(work) };
}

for (const name of Object.keys(BROWSERS)) {
  describe(name, { concurrency: 2 }, () => {
    const common = shared(async (context) => ({
      site: await startSite(context),
      browser: await launch(context, name),
    }));

    test('abort() and close() do not wait for a target that does not answer', TIMEOUT, async (t) => {
      const { complaints, ask } = await prepare(t, common);
      const seen = await ask(async () => {
        const { open, ims, id, until, end } = globalThis.tools;
        const never = () => new Promise(() => {});
        const ends = {};
        for (const hanging of ['write', 'close']) {
          const called = [];
          const method = (name, work) => () => {
            called.push(name);
            return work();
          };
          const stream = { write: async () => {}, close: async () => {}, [hanging]: never };
          for (const name of ['write', 'close']) stream[name] = method(name, stream[name]);
          stream.abort = method('abort', never);
          const handle = { createWritable: async () => stream };
          const task = ims.download(id, handle);
          await until(() => called.includes(hanging));
          const aborted = await end(task.abort());
          ends[hanging] = [aborted, await end(task.done), called.at(-1)];
        }
        const client = open();
        let writes = 0;
        const write = () => {
          writes += 1;
          return never();
        };
        const task = client.download(id, { createWritable: async () => ({ write, abort: never }) });
        await until(() => writes > 0);
        client.close();
        return { ...ends, closed: await end(task.done) };
      });
      const ended = ['done', 'aborted', 'abort'];
      assert.deepEqual(seen, { write: ended, close: ended, closed: 'aborted' });
      assert.deepEqual(complaints, []);
    });

    test('what is being opened when it is aborted is thrown away', TIMEOUT, async (t) => {
      const { ask } = await prepare(t, common);
      const seen = await ask(async () => {
        const { ims, id, sleep, until, end } = globalThis.tools;
        const called = [];
        const handle = {
          createWritable: async () => {
            called.push('createWritable');
            await sleep(1_000);
            return { abort: async () => called.push('abort') };
          },
        };
        const task = ims.download(id, handle);
        await until(() => called.length > 0);
        return [await end(task.abort()), called];
      });
      assert.deepEqual(seen, ['done', ['createWritable', 'abort']]);
    });

    test("a 'download' that is aborted leaves no private file", TIMEOUT, async (t) => {
      const { emulator, ask } = await prepare(t, common);
      await emulator.spoil({ ...STALL, afterBytes: 3 << 20 });
      const seen = await ask(async () => {
        const { ims, id, until, end, privateFiles } = globalThis.tools;
        const lefts = [];
        const plain = FileSystemFileHandle.prototype.createWritable;
        let opening = 0;
        for (const when of ['it is opened', 'it is written']) {
          if (when === 'it is opened') {
            FileSystemFileHandle.prototype.createWritable = async function (...parameters) {
              opening += 1;
              await new Promise((resolve) => setTimeout(resolve, 1_000));
              return plain.apply(this, parameters);
            };
          } else FileSystemFileHandle.prototype.createWritable = plain;
          let received = 0;
          const onProgress = ({ bytesReceived }) => {
            received = bytesReceived;
          };
          const task = ims.download(id, 'download', { onProgress });
          await until(() => (when === 'it is opened' ? opening > 0 : received > 0));
          const during = (await privateFiles()).length;
          await end(task.abort());
          lefts.push([during, await privateFiles()]);
        }
        return lefts;
      });
      assert.deepEqual(seen, [
        [1, []],
        [1, []],
      ]);
    });

    test(
      "what a 'download' keeps is removed when the browser has had time to read it",
      TIMEOUT,
      async (t) => {
        const { ask } = await prepare(t, common);
        const seen = await ask(async () => {
          const { ims, id, until, privateFiles, saved } = globalThis.tools;
          const revoked = [];
          const { revokeObjectURL } = URL;
          URL.revokeObjectURL = (url) => {
            revoked.push(url);
            revokeObjectURL.call(URL, url);
          };
          const { now } = Date;
          const download = () => ims.download(id, 'download').done;
          const kept = [];
          const look = async () => kept.push((await privateFiles()).length);
          await download();
          await download();
          await look();
          // One that cannot be removed: it is still written to.
          const folder = await navigator.storage.getDirectory();
          const locked = await folder.getFileHandle('ims-client-download-0', { create: true });
          const writable = await locked.createWritable();
          Date.now = () => now() + 6 * 60_000;
          await download();
          await look();
          await writable.abort();
          Date.now = now;
          // Of a page that stays open nobody has to download again.
          const { setTimeout } = globalThis;
          globalThis.setTimeout = (callback, milliseconds) => setTimeout(callback, milliseconds / 100);
          await download();
          globalThis.setTimeout = setTimeout;
          await look();
          await until(() => revoked.length > 0);
          await until(async () => (await privateFiles()).length === 2);
          await look();
          return { kept, revoked: revoked.length, saved };
        });
        // The last but one stays as long as the first two did, and so does the one that was locked.
        assert.deepEqual(seen.kept, [2, 2, 3, 2]);
        assert.equal(seen.revoked, 1);
        assert.deepEqual(seen.saved, Array(4).fill('to be saved.raw'));
      },
    );
  });
}
