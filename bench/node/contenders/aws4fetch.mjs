/** aws4fetch by hand: whole parts in reused buffers, signed one by one. */
import { open } from 'node:fs/promises';
import { eachPart, partsOf } from '../parts.mjs';
import { Bucket } from '../signed.mjs';

export async function prepare({ file, size, partSize, parallel, target }) {
  const bucket = new Bucket(target);
  return async () => {
    const handle = await open(file);
    const uploadId = await bucket.begin();
    const buffers = Array.from({ length: parallel }, () => Buffer.allocUnsafeSlow(partSize));
    const etags = await eachPart(
      partsOf(size, partSize),
      parallel,
      async ({ number, offset, length }, slot) => {
        await handle.read(buffers[slot], 0, length, offset);
        return bucket.put(uploadId, number, buffers[slot].subarray(0, length));
      },
    );
    await bucket.complete(uploadId, etags);
    await handle.close();
  };
}
