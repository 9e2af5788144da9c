/** The floor: slices of the file, put to addresses that were signed before, by XMLHttpRequest or by fetch. */
import { eachPart, partsOf } from '../../node/parts.mjs';
import { Bucket } from '../../node/signed.mjs';

function putByXhr(url, body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    request.onload = () => {
      if (request.status === 200) resolve(request.getResponseHeader('etag'));
      else reject(new Error(`status ${request.status}`));
    };
    request.onerror = () => reject(new Error('no answer'));
    request.send(body);
  });
}

async function putByFetch(url, body) {
  const response = await fetch(url, { method: 'PUT', body });
  if (!response.ok) throw new Error(`status ${response.status}`);
  await response.arrayBuffer();
  return response.headers.get('etag');
}

export async function prepare({ file, size, partSize, parallel, target, by }) {
  const bucket = new Bucket(target);
  const parts = partsOf(size, partSize);
  const uploadId = await bucket.begin();
  const urls = await bucket.addresses(uploadId, parts.length);
  const put = by === 'fetch' ? putByFetch : putByXhr;
  return async () => {
    const etags = await eachPart(parts, parallel, ({ number, offset, length }) =>
      put(urls[number - 1], file.slice(offset, offset + length)),
    );
    await bucket.complete(uploadId, etags);
  };
}
