/** The minio client, which reads the file itself. */
import { Client } from 'minio';

export async function prepare({ file, partSize, target }) {
  const { hostname, port } = new URL(target.endpoint);
  const client = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: target.accessKeyId,
    secretKey: target.secretAccessKey,
    sessionToken: target.sessionToken,
    region: target.region,
    pathStyle: true,
    partSize,
  });
  return async () => {
    await client.fPutObject(target.bucket, target.key, file, {});
  };
}
