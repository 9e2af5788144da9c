/** ims-client: one call, with everything that it does besides (image, checkpoints, verification). */
import path from 'node:path';
import { countCheckpoints } from '../../../tests/support/costs.mjs';
import { importClient } from '../../../tests/support/places.mjs';

export async function prepare({
  file,
  image,
  partSize,
  parallel,
  ims: endpoint,
  oss,
  checksum = 'none',
  checkpoint,
}) {
  const counted = checkpoint ? countCheckpoints() : undefined;
  const { CecloudImsClient } = await importClient();
  let storedAt;
  // The store has it; what follows is the service's own look at the image.
  const onRequest = ({ operation, status }) => {
    if (operation === 'CompleteMultipartUpload' && status === 200) storedAt = performance.now();
  };
  const ims = new CecloudImsClient({ endpoint, region: 'region0', onRequest });
  await ims.listPrivateImages();
  const options = {
    ...(partSize ? { partSize } : {}),
    ...(parallel ? { concurrency: parallel } : {}),
    // The store, where another way leads to it.
    ...(oss ? { oss: { endpoint: oss } } : {}),
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
    const task = ims.upload({ path: file }, image, { ...options, onEvent });
    const { verified } = await task.done;
    return {
      verified,
      storedSeconds: (storedAt - started) / 1000,
      parts: task.progress.parts.done,
      planMs,
      ...(counted ? { checkpoints: counted.writes, checkpointBytes: counted.largest } : {}),
    };
  };
}
