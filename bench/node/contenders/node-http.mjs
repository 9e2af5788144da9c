/** The floor: node:http puts the same reused buffers to addresses that were signed before. */
import { open } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { eachPart, partsOf } from '../parts.mjs';
import { Bucket } from '../signed.mjs';

const BLOCK = 1024 * 1024;

export async function prepare({ file, size, partSize, parallel, target }) {
  const bucket = new Bucket(target);
  const parts = partsOf(size, partSize);
  const uploadId = await bucket.begin();
  const urls = await bucket.addresses(uploadId, parts.length);
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  return async () => {
    const handle = await open(file);
    const buffers = Array.from({ length: parallel }, () => Buffer.allocUnsafeSlow(BLOCK));
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
    const etags = await eachPart(parts, parallel, put);
    await bucket.complete(uploadId, etags);
    await handle.close();
    agent.destroy();
  };
}
