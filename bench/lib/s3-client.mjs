/** The client that lib-storage uploads by, in Node and in a page. */
import { S3Client } from '@aws-sdk/client-s3';

export function s3Client({ target, checksum }) {
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
  return client;
}
