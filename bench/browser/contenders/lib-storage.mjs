/** AWS's lib-storage with a File, as its documentation shows. */
import { Upload } from '@aws-sdk/lib-storage';
import { s3Client } from '../../lib/s3-client.mjs';

export async function prepare({ file, partSize, parallel, target, checksum }) {
  const client = s3Client({ target, checksum });
  return async () => {
    const params = { Bucket: target.bucket, Key: target.key, Body: file };
    await new Upload({ client, params, partSize, queueSize: parallel }).done();
  };
}
