/** The local cloud that the uploads are measured against, and objects to upload to. */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { GIB, MIB, sparseFile } from '../../tests/support/costs.mjs';
import { startEmulator } from '../../tests/support/emulator.mjs';
import { importClient, temporaryFolder } from '../../tests/support/places.mjs';
import { imageOf } from '../../tests/support/samples.mjs';
import { owned } from './scope.mjs';

export { GIB, imageOf, MIB };

const run = promisify(execFile);

/** Credentials outlive the longest upload: renewing them is not what is measured. */
const LONG = ['--credential-ttl', '86400'];

/** An emulator; with `sink` its object store checks signatures and throws the bytes away. */
export function cloud(context, { sink = true } = {}) {
  return startEmulator(context, ...(sink ? ['--oss-sink'] : []), ...LONG);
}

/** An object that may be written: what the service prepares for one upload, in the words of S3. */
export async function preparedObject(emulator, size) {
  const { CecloudImsClient } = await importClient();
  const ims = new CecloudImsClient({ endpoint: emulator.ims, region: 'region0' });
  try {
    const { imageId } = await ims.createImage(imageOf(size));
    const prepared = await ims.prepareUpload(imageId, { size });
    return {
      endpoint: prepared.domain,
      region: 'us-east-1',
      bucket: prepared.bucket,
      key: prepared.file,
      accessKeyId: prepared.accessKey,
      secretAccessKey: prepared.secretKey,
      sessionToken: prepared.token || undefined,
    };
  } finally {
    ims.close();
  }
}

/** A file of so many bytes; `sparse` ones take no room on the disk, others are filled with what no disk compresses. */
export async function imageFile(context, size, { sparse = false } = {}) {
  const folder = await temporaryFolder(context);
  if (sparse) return sparseFile(folder, size);
  const file = path.join(folder, `${size}.raw`);
  const block = Buffer.alloc(4 * MIB);
  for (let word = 0, state = 1; word < block.length / 4; word += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    block.writeUInt32LE(state, word * 4);
  }
  const handle = await open(file, 'w');
  try {
    for (let at = 0; at < size; at += block.length) {
      await handle.write(block, 0, Math.min(block.length, size - at));
    }
    // What is on its way to the disk would slow the first one that reads.
    await handle.sync();
  } finally {
    await handle.close();
  }
  return file;
}

/** Runs a script in a Node process of its own and gives what it printed, as JSON. */
export async function inNode(script, request, { flags = [] } = {}) {
  const running = run(process.execPath, [...flags, script, JSON.stringify(request)], { maxBuffer: 64 * MIB });
  owned(running.child);
  const { stdout } = await running;
  return JSON.parse(stdout.trim().split('\n').at(-1));
}
