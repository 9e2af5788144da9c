/** What single calls cost: decoding, overhead, signing, start-up, and a look into an image of 100 GiB. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { importClient, temporaryFolder } from '../../tests/support/places.mjs';
import { measureStart, missingChromium, startPages } from '../lib/browser.mjs';
import { cloud, GIB, imageFile, imageOf, inNode } from '../lib/cloud.mjs';
import { median, medians, rowOr } from '../lib/statistics.mjs';

const CHILD = fileURLToPath(new URL('../node/calls.mjs', import.meta.url));

export const title = 'Calls';

/** An image as the service describes it. */
async function sampleImage(context) {
  const emulator = await cloud(context);
  const { CecloudImsClient } = await importClient();
  const ims = new CecloudImsClient({ endpoint: emulator.ims, region: 'region0' });
  const { imageId } = await ims.createImage(imageOf(GIB));
  ims.close();
  const sample = await emulator.image(imageId);
  await emulator.stop();
  return sample;
}

/** A qcow2 with all of its tables, where qemu-img is installed. */
async function qcow2(context) {
  const file = path.join(await temporaryFolder(context), 'large.qcow2');
  const made = promisify(execFile)('qemu-img', [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-o',
    'preallocation=metadata',
    file,
    '100G',
  ]);
  return made.then(
    () => file,
    () => undefined,
  );
}

/** From import to first answer in Chromium, code and .wasm loaded from this machine. */
async function starts(context, sample, runs) {
  const site = await startPages(context);
  const answer = JSON.stringify({ requestId: 'bench', code: 'Success', message: '', data: sample });
  const [ours, theirs] = [[], []];
  for (let turn = 0; turn < runs; turn += 1) {
    ours.push(await measureStart(site, 'start', answer));
    theirs.push(await measureStart(site, 'start-aws', answer));
  }
  return { peer: BARE, ours: median(ours), value: median(theirs) };
}

/** Beside what answers is what could call, and has not yet. */
const BARE = 'lib-storage + client-s3, import only';

export async function run(context, { runs, quick }) {
  const sample = await sampleImage(context);
  const measured = async (kind, more = {}) => {
    const results = [];
    for (let turn = 0; turn < runs; turn += 1)
      results.push(await inNode(CHILD, { kind, sample, quick, ...more }));
    return medians(results);
  };
  const rows = [];
  const row = async (name, unit, work) => rows.push({ unit, ...(await rowOr(name, work)) });
  const start = async () => ({ peer: BARE, ...(await measured('start')), ...(await measured('start-aws')) });
  const sparse = () => imageFile(context, 100 * GIB, { sparse: true });
  await row('a list of 1,000 images', 'ms', async () => ({
    peer: 'JSON.parse + zod',
    ...(await measured('list')),
  }));
  await row('overhead of a call', 'ms', () => measured('call'));
  await row('signatures of calls', 'per second', async () => {
    const { difference } = await measured('sign');
    if (difference <= 0) throw new Error('less than what the machine does besides');
    return { ours: 1000 / difference };
  });
  await row('Node, import to first answer', 'ms', start);
  await row('inspect, raw of 100 GiB', 'ms', async () => measured('inspect', { file: await sparse() }));
  const missing = missingChromium();
  if (missing) console.error(missing);
  else await row('Chromium, import to first answer', 'ms', () => starts(context, sample, runs));
  const file = await qcow2(context);
  if (file) await row('inspect, qcow2 of 100 GiB', 'ms', () => measured('inspect', { file }));
  return { rows };
}
