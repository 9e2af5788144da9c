/** Uploads from a Node script: CPU, memory and time of each client, beside the floors. */
import { fileURLToPath } from 'node:url';
import { cloud, GIB, imageFile, imageOf, inNode, MIB, preparedObject } from '../lib/cloud.mjs';
import { inTurns } from '../lib/statistics.mjs';

const CHILD = fileURLToPath(new URL('../node/child.mjs', import.meta.url));

export const title = 'Upload from Node';

/** Without MD5: everybody just sends. With: ours digests parts and file, the others what they offer. */
const PLAIN = [
  { name: 'node:http, reused buffers, no signing', contender: 'node-http', floor: true },
  { name: 'fetch, buffers, no signing', contender: 'fetch', floor: true },
  { name: 'ims-client', contender: 'ours', ours: true },
  { name: '@aws-sdk/lib-storage', contender: 'lib-storage', checksum: 'none' },
  { name: 'minio', contender: 'minio' },
  { name: 'aws4fetch by hand', contender: 'aws4fetch' },
];
const DIGESTED = [
  { name: 'ims-client, MD5 of parts and file', contender: 'ours', checksum: 'md5', ours: true },
  { name: '@aws-sdk/lib-storage, CRC32', contender: 'lib-storage' },
];

export async function run(context, { runs, quick }) {
  const size = quick ? GIB / 8 : GIB;
  const file = await imageFile(context, size);
  const stores = [];
  for (const [store, sink] of [
    ['sink', true],
    ['disk', false],
  ]) {
    const emulator = await cloud(context, { sink });
    const measure = async ({ contender, checksum }) =>
      inNode(CHILD, {
        contender,
        checksum,
        file,
        size,
        image: imageOf(size),
        partSize: 16 * MIB,
        parallel: 4,
        ims: emulator.ims,
        target: await preparedObject(emulator, size),
      });
    const contenders = store === 'sink' ? [...PLAIN, ...DIGESTED] : PLAIN;
    stores.push({ store, rows: await inTurns(contenders, store === 'sink' ? runs : 1, measure) });
    await emulator.stop();
  }
  return { size, partSize: 16 * MIB, parallel: 4, stores };
}
