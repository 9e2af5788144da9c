/** What single calls cost: decoding, overhead, signing, start-up, and a look into an image of 100 GiB. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { importClient, temporaryFolder } from '../../tests/support/places.mjs';
import { measureStart, missingChromium, startPages } from '../lib/browser.mjs';
import { cloud, GIB, imageFile, imageOf, inNode } from '../lib/cloud.mjs';
import { median, medians } from '../lib/statistics.mjs';

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

/** From import to first answer in Chromium, code and .wasm loaded from this machine; nothing where there is none. */
async function starts(context, sample, runs) {
  const missing = missingChromium();
  if (missing) {
    console.error(missing);
    return undefined;
  }
  const site = await startPages(context);
  const answer = JSON.stringify({ requestId: 'bench', code: 'Success', message: '', data: sample });
  const [ours, theirs] = [[], []];
  for (let turn = 0; turn < runs; turn += 1) {
    ours.push(await measureStart(site, 'start', answer));
    theirs.push(await measureStart(site, 'start-aws', answer));
  }
  return {
    name: 'Chromium, import to first answer',
    unit: 'ms',
    peer: 'lib-storage + client-s3, import only',
    ours: median(ours),
    value: median(theirs),
  };
}

export async function run(context, { runs, quick }) {
  const sample = await sampleImage(context);
  const measured = async (kind, more = {}) => {
    const results = [];
    for (let turn = 0; turn < runs; turn += 1)
      results.push(await inNode(CHILD, { kind, sample, quick, ...more }));
    return medians(results);
  };
  const rows = [
    { name: 'a list of 1,000 images', unit: 'ms', peer: 'JSON.parse + zod', ...(await measured('list')) },
    { name: 'overhead of a call', unit: 'ms', ...(await measured('call')) },
    { name: 'signatures of calls', unit: 'per second', ...(await measured('sign')) },
    {
      name: 'Node, import to first answer',
      unit: 'ms',
      peer: 'lib-storage + client-s3, import only',
      ...(await measured('start')),
      ...(await measured('start-aws')),
    },
    {
      name: 'inspect, raw of 100 GiB',
      unit: 'ms',
      ...(await measured('inspect', { file: await imageFile(context, 100 * GIB, { sparse: true }) })),
    },
  ];
  const inChromium = await starts(context, sample, runs);
  if (inChromium) rows.push(inChromium);
  const file = await qcow2(context);
  if (file)
    rows.push({ name: 'inspect, qcow2 of 100 GiB', unit: 'ms', ...(await measured('inspect', { file })) });
  return { rows };
}
