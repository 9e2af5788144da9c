/** Bare fetch of whole parts in reused buffers, to addresses that were signed before. */
import { open } from 'node:fs/promises';
import { eachPart, partsOf } from '../parts.mjs';
import { Bucket } from '../signed.mjs';

export async function prepare({ file, size, partSize, parallel, target }) {
  const bucket = new Bucket(target);
  const parts = partsOf(size, partSize);
  const uploadId = await bucket.begin();
  const urls = await bucket.addresses(uploadId, parts.length);
  return async () => {
    const handle = await open(file);
    const buffers = Array.from({ length: parallel }, () => Buffer.allocUnsafeSlow(partSize));
    const etags = await eachPart(parts, parallel, async ({ number, offset, length }, slot) => {
      await handle.read(buffers[slot], 0, length, offset);
      const body = buffers[slot].subarray(0, length);
      const response = await fetch(urls[number - 1], { method: 'PUT', body });
      if (!response.ok) throw new Error(`part ${number}: ${response.status}`);
      await response.arrayBuffer();
      return response.headers.get('etag');
    });
    await bucket.complete(uploadId, etags);
    await handle.close();
  };
}
