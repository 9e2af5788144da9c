/** The platform's own types go where the package takes them: in Node, with its types. */
import { createReadStream } from 'node:fs';
import { Agent } from 'node:https';
import { CecloudImsClient } from 'ims-client';

const ims = new CecloudImsClient({
  endpoint: 'https://ims.example.com',
  region: 'region0',
  agent: new Agent({ keepAlive: true }),
  fetch: (url, init) => fetch(url, init),
});
const controller = new AbortController();
ims.upload({ path: '/images/disk.qcow2' }, { imageId: 'image-1' }, { signal: controller.signal });
ims.upload({ stream: createReadStream('/images/disk.raw'), size: 1 }, { imageId: 'image-1' });
ims.upload(Buffer.alloc(1), { imageId: 'image-1' });
ims.upload(new Blob([]), { imageId: 'image-1' });
await ims.getImage('image-1', { signal: AbortSignal.timeout(1000) });
