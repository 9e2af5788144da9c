/** What a page with AWS's client has before it could call. */
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

export async function first() {
  new S3Client({ region: 'r', endpoint: 'http://service.example' });
  return Upload;
}
