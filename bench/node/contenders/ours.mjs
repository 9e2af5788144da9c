/** ims-client: one call, with everything that it does besides (image, checkpoints, verification). */
import { promises } from 'node:fs';
import path from 'node:path';
import { importClient } from '../../../tests/support/places.mjs';
import { imageOf } from '../../lib/cloud.mjs';

/** Every checkpoint is renamed to its place when it is whole: here they are counted. */
function countCheckpoints() {
  const counted = { checkpoints: 0, checkpointBytes: 0 };
  const { rename } = promises;
  promises.rename = async (from, to) => {
    const { size } = await promises.stat(from);
    await rename.call(promises, from, to);
    counted.checkpoints += 1;
    counted.checkpointBytes = Math.max(counted.checkpointBytes, size);
  };
  return counted;
}

export async function prepare({
  file,
  size,
  partSize,
  parallel,
  ims: endpoint,
  checksum = 'none',
  checkpoint,
}) {
  const counted = checkpoint ? countCheckpoints() : {};
  const { CecloudImsClient } = await importClient();
  const ims = new CecloudImsClient({ endpoint, region: 'region0' });
  await ims.listPrivateImages();
  const options = {
    ...(partSize ? { partSize } : {}),
    ...(parallel ? { concurrency: parallel } : {}),
    checksum,
    checkpoint: checkpoint ? { directory: path.join(path.dirname(file), 'checkpoints') } : false,
  };
  return async () => {
    const started = performance.now();
    let planMs;
    const onEvent = ({ type }) => {
      // From the call to the first part on its way: the file looked into, the image made, the upload planned.
      if (type === 'part' && planMs === undefined) planMs = performance.now() - started;
    };
    const task = ims.upload({ path: file }, imageOf(size), { ...options, onEvent });
    const { verified } = await task.done;
    return { verified, parts: task.progress.parts.done, planMs, ...counted };
  };
}
