/** Requests to the object store by hand, signed by aws4fetch: what a careful user writes without a client. */
import { AwsClient } from 'aws4fetch';
import { completion } from './parts.mjs';

export class Bucket {
  #aws;
  #object;

  constructor(target) {
    this.#aws = new AwsClient({
      accessKeyId: target.accessKeyId,
      secretAccessKey: target.secretAccessKey,
      sessionToken: target.sessionToken,
      service: 's3',
      region: target.region,
      retries: 0,
    });
    this.#object = `${target.endpoint}/${target.bucket}/${target.key.split('/').map(encodeURIComponent).join('/')}`;
  }

  async #send(query, init) {
    const response = await this.#aws.fetch(`${this.#object}?${query}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method} ${query} answers ${response.status}: ${text}`);
    return { response, text };
  }

  /** Begins a multipart upload and gives its ID. */
  async begin() {
    const { text } = await this.#send('uploads=', { method: 'POST' });
    return /<UploadId>([^<]+)<\/UploadId>/.exec(text)[1];
  }

  /** Sends one part, signed on the way, its bytes not part of the signature; gives its ETag. */
  async put(uploadId, number, body) {
    const { response } = await this.#send(`partNumber=${number}&uploadId=${uploadId}`, {
      method: 'PUT',
      body,
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    });
    return response.headers.get('etag');
  }

  /** Addresses of all parts that need no further signature. */
  async addresses(uploadId, count) {
    const urls = [];
    for (let number = 1; number <= count; number += 1) {
      const url = `${this.#object}?partNumber=${number}&uploadId=${uploadId}&X-Amz-Expires=86400`;
      const signed = await this.#aws.sign(url, { method: 'PUT', aws: { signQuery: true } });
      urls.push(signed.url);
    }
    return urls;
  }

  async complete(uploadId, etags) {
    await this.#send(`uploadId=${uploadId}`, { method: 'POST', body: completion(etags) });
  }
}
