/** An upload that is ended at every moment of its beginning: no lock, no open file, no half a checkpoint stays. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';

const MIB = 1024 * 1024;
const OPEN_FILES = '/proc/self/fd';

/** The files of a folder that this process has open; none where the system does not tell. */
function openFiles(folder) {
  const names = existsSync(OPEN_FILES) ? readdirSync(OPEN_FILES) : [];
  const target = (name) => {
    try {
      return readlinkSync(path.join(OPEN_FILES, name));
    } catch {
      return '';
    }
  };
  return names.map(target).filter((file) => file.startsWith(folder));
}

for (const way of ['stop', 'abort', 'close']) {
  test(`${way}() at any moment of the beginning leaves nothing open and nothing locked`, {
    timeout: 120_000,
  }, async (t) => {
    const emulator = await startEmulator(t);
    const folder = await temporaryFolder(t);
    const file = await makeRandomRaw(path.join(folder, 'disk.raw'), 6 * MIB);
    const directory = path.join(folder, 'checkpoints');
    const begin = (ims, options) =>
      ims.upload({ path: file }, rawImage({ name: 'early' }), {
        partSize: 5 * MIB,
        checkpoint: { directory },
        ...options,
      });
    // The WebAssembly is loaded.
    await newClient(t, emulator.ims).listImages();
    for (let turns = 0; turns < 60; turns += 1) {
      const ims = newClient(t, emulator.ims);
      const task = begin(ims);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const ended = rejects(task.done, { kind: 'aborted' });
      if (way === 'close') ims.close();
      else await task[way]();
      await ended;
      // Nobody holds it any more: the same upload can be taken up at once.
      const again = begin(newClient(t, emulator.ims), { signal: AbortSignal.timeout(600_000) });
      const refused = again.done.catch((error) => assert.equal(error.kind, 'aborted', error.message));
      await again.abort();
      await refused;
    }
    const left = async () => (await readdir(directory)).filter((name) => !name.endsWith('.json'));
    await eventually(async () => (await left()).length === 0, 'locks and temporary files are gone').catch(
      async () => assert.fail(`left: ${await left()}`),
    );
    await eventually(() => openFiles(folder).length === 0, 'all files are closed').catch(() =>
      assert.fail(`open: ${openFiles(folder)}`),
    );
  });
}
