/** Uploads from a page in Chromium: a File on the disk, sent by each client from a browser of its own. */
import { fileURLToPath } from 'node:url';
import { measureUpload, missingChromium, startPages } from '../lib/browser.mjs';
import { cloud, GIB, imageFile, imageOf, MIB, preparedObject } from '../lib/cloud.mjs';
import { startHelper } from '../lib/helpers.mjs';
import { inTurns } from '../lib/statistics.mjs';

const TUS_SERVER = fileURLToPath(new URL('../browser/tus-server.mjs', import.meta.url));

export const title = 'Upload from Chromium';

/**
 * `share`: only so small a share of the file is sent, and the time is multiplied. lib-storage hands parts to fetch as
 * bytes in memory, for which Chromium itself takes so long (seconds a part) that the whole file would take minutes.
 */
const CONTENDERS = [
  { name: 'XMLHttpRequest of slices, no signing', contender: 'floor', by: 'xhr', floor: true },
  { name: 'fetch of slices, no signing', contender: 'floor', by: 'fetch', floor: true },
  { name: 'ims-client', contender: 'ours', checksum: 'none', ours: true },
  { name: 'ims-client in its worker', contender: 'ours', checksum: 'none', worker: true, ours: true },
  { name: '@aws-sdk/lib-storage', contender: 'lib-storage', checksum: 'none', share: 8 },
  { name: '@uppy/core + @uppy/aws-s3', contender: 'uppy' },
  { name: 'tus-js-client (@tus/server)', contender: 'tus' },
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
    share: 8,
  },
];

export async function run(context, { runs, quick }) {
  const missing = missingChromium();
  if (missing) return { missing, rows: [] };
  const size = quick ? GIB / 4 : GIB;
  const files = { 1: await imageFile(context, size), 8: await imageFile(context, size / 8) };
  const [site, tus] = [await startPages(context), await startHelper(context, TUS_SERVER)];
  const emulator = await cloud(context);
  const measure = async ({ name, share = 1, ...contender }) => {
    const measured = await measureUpload(site, {
      ...contender,
      file: files[share],
      size: size / share,
      image: imageOf(size / share),
      partSize: 16 * MIB,
      parallel: 4,
      ims: emulator.ims,
      target: await preparedObject(emulator, size / share),
      tus,
    });
    return { ...measured, seconds: measured.seconds * share };
  };
  return { size, partSize: 16 * MIB, parallel: 4, rows: await inTurns(CONTENDERS, runs, measure) };
}
