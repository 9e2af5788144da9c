/** ims-client on the page's main thread, or in its worker. */
import { CecloudImsClient } from './ims-client/index.js';
import { createUploadWorker } from './ims-client/worker.js';

export async function prepare({ file, image, partSize, parallel, ims: endpoint, checksum, worker }) {
  const options = { endpoint, region: 'region0' };
  const client = worker ? createUploadWorker(options) : new CecloudImsClient(options);
  // Loads the .wasm, as the others' code is loaded by now.
  await (worker ? client.pendingUploads() : client.listPrivateImages());
  return async () => {
    const task = client.upload(file, image, { partSize, concurrency: parallel, checksum, checkpoint: false });
    const { verified } = await task.done;
    return { verified };
  };
}
