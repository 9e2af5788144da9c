/**
 * What the installed package really sends to a store, after every transport had its hands on it, carries the
 * signature that another implementation (aws4fetch) makes of it. The core's own comparison, with many more cases, is
 * in tests/contract/signing.rs.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { AwsV4Signer } from 'aws4fetch';
import { newClient } from '../support/client.mjs';
import { json, startRecorder } from '../support/recorder.mjs';

const MIB = 1024 * 1024;
const KEYS = { accessKey: 'AK+/=', secretKey: 's/e+c=r et~镜' };

/** Signs what arrived, knowing only the keys; gives the Authorization header that it should have. */
async function signedByThePeer({ method, headers, path, query }, token) {
  const [, region, signed] = /\/\d{8}\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), /.exec(
    headers.authorization,
  );
  const names = signed.split(';').filter((name) => name !== 'host');
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-')) assert.ok(names.includes(name), `${name} is signed`);
  }
  const signer = new AwsV4Signer({
    method,
    url: `http://${headers.host}${path}${query && `?${query}`}`,
    headers: Object.fromEntries(names.map((name) => [name, headers[name]])),
    accessKeyId: KEYS.accessKey,
    secretAccessKey: KEYS.secretKey,
    sessionToken: token || undefined,
    region,
    service: 's3',
    datetime: headers['x-amz-date'],
  });
  return (await signer.sign()).headers.get('authorization');
}

/** An image service and a store in one place; the store answers as S3 does and believes everybody. */
function cloud(recorder, { bucket, key, token, uploadId }) {
  const store = [];
  let status = 'queued';
  const md5 = (bytes) => createHash('md5').update(bytes).digest();
  const parts = [];
  let size = 0;
  const asked = {
    'upload-prepare': () => json({ ...KEYS, token, bucket, file: key, domain: recorder.url, image_url: '' }),
    'upload-done': () => {
      status = 'active';
      return json(null);
    },
  };
  const xml = (body, headers = {}) => ({ headers: { 'content-type': 'application/xml', ...headers }, body });
  const act = (record) => {
    const { method, path, query, body } = record;
    if (path.startsWith('/api/')) {
      const last = path.split('/').at(-1);
      const image = { imageId: 'img-1', status, size: status === 'active' ? size : 0, checksum: '' };
      return (asked[last] ?? (() => json(image)))();
    }
    store.push(record);
    const parameters = new URLSearchParams(query);
    if (method === 'PUT') {
      const number = Number(parameters.get('partNumber') ?? 1);
      parts[number - 1] = md5(body);
      size += body.length;
      return { headers: { etag: `"${md5(body).toString('hex')}"` } };
    }
    if (parameters.has('uploads')) {
      const text = uploadId.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      return xml(
        `<InitiateMultipartUploadResult><UploadId>${text}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (method === 'POST') {
      const etag = `${md5(Buffer.concat(parts)).toString('hex')}-${parts.length}`;
      return xml(`<CompleteMultipartUploadResult><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`);
    }
    return { status: method === 'HEAD' ? 200 : 204 };
  };
  recorder.otherwise((_request, response, record) => {
    const answer = act(record);
    response.writeHead(answer.status ?? 200, answer.headers ?? {});
    response.end(answer.body ?? '');
  });
  return store;
}

const CASES = [
  { name: 'a plain key', key: 'img-xs6oaf7h9kvxrr', token: '', uploadId: 'plain' },
  {
    name: 'a key of spaces, + and %',
    key: ' a b+c%20%/d ',
    token: 'FwoGZXIvYXdzEBYaD+/==',
    uploadId: 'a b+c/d==',
  },
  { name: "a key of ~!*'()", key: "~!*'()/a.b../[x]{y}", token: 'x', uploadId: "~!*'()" },
  { name: 'a key in Chinese', key: '镜像/系统 盘.qcow2', token: 'two  spaces', uploadId: '镜&<像' },
  { name: 'a key like a URL', key: '?a=b&c#d;e:f@g\\h', token: '%2B', uploadId: '?a=b&partNumber=9#' },
  { name: 'a key of empty segments', key: '/a//b/', token: '', uploadId: '/' },
];

for (const { name, ...facts } of CASES) {
  test(`what is sent for ${name} is signed as the peer signs it`, async (context) => {
    const recorder = await startRecorder(context);
    const ims = newClient(context, recorder.url);
    const small = Buffer.alloc(10, 7);
    const large = Buffer.alloc(5 * MIB + 3, 9);
    for (const [bytes, methods] of [
      [small, ['PUT']],
      [large, ['POST', 'PUT', 'PUT', 'POST']],
    ]) {
      const sent = cloud(recorder, { bucket: 'iaas-image-1', ...facts });
      const options = { partSize: 5 * MIB, checksum: 'none', oss: { region: 'cn-north-4' } };
      await ims.upload(bytes, { imageId: 'img-1' }, options).done;
      const writes = sent.filter((record) => record.method !== 'HEAD').map((record) => record.method);
      assert.deepEqual(writes, methods);
      for (const record of sent) {
        const path = `/iaas-image-1/${facts.key}`;
        assert.equal(decodeURIComponent(record.path), path, 'the key arrives as it was given');
        assert.equal(record.headers.authorization, await signedByThePeer(record, facts.token), record.path);
        assert.equal(record.headers['x-amz-security-token'], facts.token || undefined);
        const parameters = new URLSearchParams(record.query);
        if (parameters.has('uploadId')) assert.equal(parameters.get('uploadId'), facts.uploadId);
      }
    }
  });
}

test('the peer itself signs the published example', async () => {
  const signer = new AwsV4Signer({
    url: 'https://examplebucket.s3.amazonaws.com/test.txt',
    headers: {
      range: 'bytes=0-9',
      'x-amz-content-sha256': createHash('sha256').digest('hex'),
    },
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
    service: 's3',
    datetime: '20130524T000000Z',
    allHeaders: true,
  });
  assert.match(
    (await signer.sign()).headers.get('authorization'),
    /Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
  );
});
