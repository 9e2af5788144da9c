/** Uploads from a Node script: CPU, memory and time of each client, beside the floors. */
import { fileURLToPath } from 'node:url';
import { cloud, GIB, imageFile, imageOf, inNode, MIB, preparedObject } from '../lib/cloud.mjs';
import { compileDigests } from '../lib/digests.mjs';
import { inTurns } from '../lib/statistics.mjs';

const CHILD = fileURLToPath(new URL('../node/child.mjs', import.meta.url));

export const title = 'Upload from Node';

/** Everybody just sends; with digests everybody computes those that it offers. */
const CONTENDERS = [
  { name: 'node:http, reused buffers, no signing', contender: 'node-http', floor: true },
  {
    name: 'node:http, and both MD5s beside it',
    contender: 'node-http',
    checksum: 'md5',
    floor: true,
    digests: true,
  },
  { name: 'fetch, buffers, no signing', contender: 'fetch', floor: true },
  { name: 'ims-client', contender: 'ours', ours: true },
  { name: '@aws-sdk/lib-storage', contender: 'lib-storage', checksum: 'none' },
  { name: 'aws4fetch by hand', contender: 'aws4fetch' },
  {
    name: 'ims-client, MD5 of parts and file',
    contender: 'ours',
    checksum: 'md5',
    ours: true,
    digests: true,
  },
  {
    name: '@aws-sdk/lib-storage as it comes (CRC32, SHA-256 of parts)',
    contender: 'lib-storage',
    digests: true,
  },
  { name: 'minio (SHA-256 of parts)', contender: 'minio', digests: true },
];

export async function run(context, { runs, quick }) {
  const size = quick ? GIB / 8 : GIB;
  const file = await imageFile(context, size);
  const digests = await compileDigests();
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
        digests,
        file,
        size,
        image: imageOf(size),
        partSize: 16 * MIB,
        parallel: 4,
        ims: emulator.ims,
        target: await preparedObject(emulator, size),
      });
    stores.push({ store, rows: await inTurns(CONTENDERS, runs, measure) });
    await emulator.stop();
  }
  return { size, partSize: 16 * MIB, parallel: 4, stores };
}
