/** AWS's lib-storage with a stream of the file, as its documentation shows. */
import { createReadStream } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

export async function prepare({ file, partSize, parallel, target, checksum }) {
  const client = new S3Client({
    endpoint: target.endpoint,
    region: target.region,
    forcePathStyle: true,
    credentials: target,
    // Its default is a CRC32 of each part, and over plain HTTP a SHA-256 for the signature; without digests it is asked
    // for neither.
    ...(checksum === 'none' ? { requestChecksumCalculation: 'WHEN_REQUIRED' } : {}),
  });
  if (checksum === 'none') {
    const unsigned = (next) => (call) => {
      call.request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(call);
    };
    client.middlewareStack.add(unsigned, { step: 'build', name: 'unsignedPayload' });
  }
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
