/** The platform's own types go where the package takes or gives them: with lib "DOM". */
import { CecloudImsClient, load } from 'ims-client';

declare const input: HTMLInputElement;
declare const handle: FileSystemFileHandle;
const ims = new CecloudImsClient({
  endpoint: '/ims',
  region: 'region0',
  fetch: (url, init) => fetch(url, init),
});
const controller = new AbortController();
await load({ wasm: new URL('https://cdn.example.com/ims_client_bg.wasm') });

const file = input.files?.[0];
if (file) ims.upload(file, { imageId: 'image-1' }, { signal: controller.signal });
ims.upload(handle, { imageId: 'image-1' });
ims.upload({ stream: new Blob([]).stream(), size: 1 }, { imageId: 'image-1' });
ims.download('image-1', handle, { signal: controller.signal });
await ims.getImage('image-1', { signal: AbortSignal.timeout(1000) });
