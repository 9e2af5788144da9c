/**
 * The floor: node:http puts the same reused buffers to addresses that were signed before. With `checksum` the process also
 * computes both MD5s of as many bytes, of a block that lies in memory, between the pieces that it sends.
 */
import { open, readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { block, instantiate } from '../digests.mjs';
import { eachPart, partsOf } from '../parts.mjs';
import { Bucket } from '../signed.mjs';

const BLOCK = 1024 * 1024;
/** As far into a page as no load of the kernel's copy waits for its stores: 0.1 s of CPU per GiB that is read instead of 0.6. */
const ASIDE = 2032;

/** Both digests, in pieces, so that others get their turns. */
async function digesting(digests, size) {
  const { md5 } = await instantiate(await readFile(digests));
  return async () => {
    for (let done = 0; done < size; done += block.length) {
      md5(1, 2);
      await setImmediate();
    }
  };
}

export async function prepare({ file, size, partSize, parallel, target, checksum, digests }) {
  const digest = checksum ? await digesting(digests, size) : undefined;
  const bucket = new Bucket(target);
  const parts = partsOf(size, partSize);
  const uploadId = await bucket.begin();
  const urls = await bucket.addresses(uploadId, parts.length);
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  return async () => {
    const handle = await open(file);
    const buffers = Array.from({ length: parallel }, () =>
      Buffer.allocUnsafeSlow(ASIDE + BLOCK).subarray(ASIDE),
    );
    const put = async ({ number, offset, length }, slot) => {
      const headers = { 'content-length': length };
      const outgoing = request(urls[number - 1], { method: 'PUT', agent, headers });
      const answered = new Promise((resolve, reject) => {
        outgoing.once('error', reject);
        outgoing.once('response', resolve);
      });
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(
          buffers[slot],
          0,
          Math.min(BLOCK, length - done),
          offset + done,
        );
        // The buffer is used again when it has left.
        await new Promise((resolve) => outgoing.write(buffers[slot].subarray(0, bytesRead), resolve));
        done += bytesRead;
      }
      outgoing.end();
      const response = await answered;
      if (response.statusCode !== 200) throw new Error(`part ${number}: ${response.statusCode}`);
      await new Promise((resolve) => response.resume().once('end', resolve));
      return response.headers.etag;
    };
    const [etags] = await Promise.all([eachPart(parts, parallel, put), digest?.()]);
    await bucket.complete(uploadId, etags);
    await handle.close();
    agent.destroy();
  };
}
