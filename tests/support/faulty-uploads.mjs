/** An upload of four parts through faults of the store, and what must be true when it ends well all the same. */
import assert from 'node:assert/strict';
import { newClient } from './client.mjs';
import { startEmulator } from './emulator.mjs';
import { assertSameBytes, randomBytes } from './images.mjs';
import { rawImage } from './samples.mjs';
import { openStore } from './store.mjs';

const MIB = 1024 * 1024;
/** Small parts, few at once. */
export const OPTIONS = { partSize: 5 * MIB, concurrency: 2 };
/** Seventeen MiB: four parts. */
export const BYTES = randomBytes('faults', 17 * MIB);

/** Uploads four parts through these faults; gives everything that can be looked at afterwards. */
export async function uploadThrough(
  t,
  rules,
  { arguments: extra = [], client = {}, options = {}, bytes = BYTES } = {},
) {
  const emulator = await startEmulator(t, ...extra);
  await emulator.spoil(...rules);
  const ims = newClient(t, emulator.ims, client);
  const events = [];
  const task = ims.upload(bytes, rawImage({ name: 'faults' }), {
    ...OPTIONS,
    ...options,
    onEvent: (event) => events.push(event),
  });
  return { emulator, ims, task, events };
}

/** It ended well in spite of the faults, and each fault really happened. */
export async function assertWell({ emulator, task }, bytes = BYTES) {
  const result = await task.done;
  assert.equal(result.image.status, 'active');
  assert.equal(result.verified, 'md5');
  await assertSameBytes([bytes], await emulator.file(task.imageId));
  for (const { fired, rule } of await emulator.faults())
    assert.ok(fired > 0, `never fired: ${JSON.stringify(rule)}`);
  assert.deepEqual(await (await openStore(emulator)).uploads(), []);
  return result;
}
