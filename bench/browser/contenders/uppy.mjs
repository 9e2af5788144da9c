/** Uppy with its S3 plugin, which signs in the page and sends the parts of one file one after the other. */

import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';

export async function prepare({ file, partSize, parallel, target }) {
  const { accessKeyId, secretAccessKey, sessionToken } = target;
  const uppy = new Uppy({ autoProceed: false });
  uppy.use(AwsS3, {
    s3Endpoint: `${target.endpoint}/${target.bucket}`,
    region: target.region,
    getCredentials: async () => ({
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      region: target.region,
    }),
    limit: parallel,
    shouldUseMultipart: true,
    getChunkSize: () => partSize,
    generateObjectKey: () => target.key,
  });
  uppy.addFile({ name: 'disk.raw', type: 'application/octet-stream', data: file });
  return async () => {
    const { failed, successful } = await uppy.upload();
    if (failed.length || successful.length !== 1) throw new Error(failed[0]?.error ?? 'nothing was sent');
  };
}
