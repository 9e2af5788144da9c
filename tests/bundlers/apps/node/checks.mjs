/** What each Node program does with the package: an upload here, one in a thread; told as a line of JSON. */
import { Worker } from 'node:worker_threads';
import { METADATA } from './metadata.mjs';

export { METADATA };

/** Uploads the file and gives what the service says of it. */
export async function upload({ CecloudImsClient }, endpoint, path, name) {
  const ims = new CecloudImsClient({ endpoint, region: 'region0' });
  const { image, md5, verified } = await ims.upload({ path }, { ...METADATA, name }, { partSize: 5242880 })
    .done;
  ims.close();
  return { imageId: image.imageId, status: image.status, size: image.size, md5, verified };
}

/** The same in a thread of its own. */
export function inThread(url, endpoint, path) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { workerData: { endpoint, path } });
    worker.once('message', (message) => {
      resolve(message);
      worker.terminate();
    });
    worker.once('error', reject);
  });
}

/** Runs both, prints the outcome. */
export async function run(client) {
  const [endpoint, path] = process.argv.slice(2);
  const told = (work) => work.catch((error) => ({ error: `${error.name}: ${error.message}` }));
  const outcome = {
    upload: await told(upload(client, endpoint, path, 'in the process')),
    worker: await told(inThread(new URL('./thread.mjs', import.meta.url), endpoint, path)),
  };
  console.log(JSON.stringify(outcome));
}
