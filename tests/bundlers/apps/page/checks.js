/** What each page does with the package: an upload in the page, one in a worker; told as JSON by `globalThis.outcome`. */
import { METADATA } from './metadata.mjs';

const MIB = 1024 * 1024;

/** Half a part more than one, so that the upload is one of several parts; its bytes differ. */
function noise() {
  const bytes = new Uint8Array(8 * MIB);
  let state = 1;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return new File([bytes], 'noise.raw');
}

async function told(work) {
  try {
    return await work();
  } catch (error) {
    return { error: `${error.name} ${error.kind ?? ''}: ${error.message}` };
  }
}

async function uploaded(client, name, options) {
  const warnings = [];
  const task = client.upload(
    noise(),
    { ...METADATA, name },
    {
      partSize: 5 * MIB,
      onEvent: (event) => event.type === 'warning' && warnings.push(event.code),
      ...options,
    },
  );
  const { image, md5, verified } = await task.done;
  client.close();
  return { imageId: image.imageId, status: image.status, size: image.size, md5, verified, warnings };
}

/** Runs both. */
export function run({ CecloudImsClient, createUploadWorker }) {
  const endpoint = new URL(location.href).searchParams.get('endpoint');
  const options = { endpoint, region: 'region0' };
  globalThis.outcome = (async () => ({
    secure: globalThis.isSecureContext,
    subtle: Boolean(globalThis.crypto?.subtle),
    upload: await told(() => uploaded(new CecloudImsClient(options), 'in the page')),
    worker: await told(() => uploaded(createUploadWorker(options), 'in a worker')),
  }))();
}
