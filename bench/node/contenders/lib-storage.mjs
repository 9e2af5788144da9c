/** AWS's lib-storage with a stream of the file, as its documentation shows. */
import { createReadStream } from 'node:fs';
import { Upload } from '@aws-sdk/lib-storage';
import { s3Client } from '../../lib/s3-client.mjs';

export async function prepare({ file, partSize, parallel, target, checksum }) {
  const client = s3Client({ target, checksum });
  return async () => {
    const upload = new Upload({
      client,
      params: {
        Bucket: target.bucket,
        Key: target.key,
        Body: createReadStream(file, { highWaterMark: 1024 * 1024 }),
      },
      partSize,
      queueSize: parallel,
    });
    await upload.done();
    client.destroy();
  };
}
