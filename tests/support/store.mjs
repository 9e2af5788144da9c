/** Looks into the emulator's object store with its root keys and somebody else's S3 client: what is really there. */
import assert from 'node:assert/strict';
import { AwsClient } from 'aws4fetch';

/** The object store of an emulator. */
export async function openStore(emulator) {
  const keys = await emulator.control('GET', '/_emulator/store-credentials');
  const aws = new AwsClient({
    accessKeyId: keys.accessKey,
    secretAccessKey: keys.secretKey,
    service: 's3',
    region: keys.region,
    retries: 0,
  });
  return new Store(aws, emulator);
}

class Store {
  #aws;
  #emulator;

  constructor(aws, emulator) {
    this.#aws = aws;
    this.#emulator = emulator;
  }

  async #text(path, datetime) {
    const response = await this.#aws.fetch(`${this.#emulator.oss}${path}`, { aws: { datetime } });
    const text = await response.text();
    // Tests shift the store's clock: what looks into it goes by the store's own.
    const [time] = elements(text, 'ServerTime');
    if (response.status === 403 && time && !datetime) {
      return this.#text(path, time.replace(/[-:]|\.\d+/g, ''));
    }
    assert.equal(response.status, 200, `GET ${path}: ${text}`);
    return text;
  }

  /** Names of all buckets. */
  async buckets() {
    return elements(await this.#text('/'), 'Name');
  }

  /** Every unfinished multipart upload of every bucket: { bucket, key, uploadId }. */
  async uploads() {
    const found = [];
    for (const bucket of await this.buckets()) {
      const text = await this.#text(`/${bucket}?uploads`);
      for (const upload of elements(text, 'Upload')) {
        found.push({ bucket, key: elements(upload, 'Key')[0], uploadId: elements(upload, 'UploadId')[0] });
      }
    }
    return found;
  }

  /** The numbers of the parts that an unfinished upload has. */
  async parts({ bucket, key, uploadId }) {
    const text = await this.#text(
      `/${bucket}/${encodeURIComponent(key)}?${new URLSearchParams({ uploadId })}`,
    );
    return elements(text, 'PartNumber').map(Number);
  }

  /** Replaces a part of an unfinished upload behind everybody's back. */
  async putPart({ bucket, key, uploadId }, number, bytes) {
    const query = new URLSearchParams({ partNumber: String(number), uploadId });
    const url = `${this.#emulator.oss}/${bucket}/${key}?${query}`;
    const response = await this.#aws.fetch(url, { method: 'PUT', body: bytes });
    assert.equal(response.status, 200, `PUT part ${number}`);
  }

  /** Puts an object there, as somebody else does. */
  async put({ bucket, key }, bytes) {
    const url = `${this.#emulator.oss}/${bucket}/${key}`;
    const response = await this.#aws.fetch(url, { method: 'PUT', body: bytes });
    assert.equal(response.status, 200, `PUT ${key}`);
  }

  /** Begins a multipart upload there, as somebody else does. */
  async begin({ bucket, key }) {
    const url = `${this.#emulator.oss}/${bucket}/${key}?uploads`;
    const response = await this.#aws.fetch(url, { method: 'POST' });
    assert.equal(response.status, 200, `POST ${key}`);
  }

  /** Every object of every bucket: { bucket, key, etag, size }. */
  async objects() {
    const found = [];
    for (const bucket of await this.buckets()) {
      const text = await this.#text(`/${bucket}?list-type=2&max-keys=1000`);
      for (const object of elements(text, 'Contents')) {
        const etag = elements(object, 'ETag')[0].replaceAll('&quot;', '').replaceAll('"', '');
        found.push({
          bucket,
          key: elements(object, 'Key')[0],
          etag,
          size: Number(elements(object, 'Size')[0]),
        });
      }
    }
    return found;
  }

  /** The bytes of an object. */
  async read({ bucket, key }) {
    const response = await this.#aws.fetch(`${this.#emulator.oss}/${bucket}/${encodeURIComponent(key)}`);
    assert.equal(response.status, 200, `GET ${bucket}/${key}`);
    return response.body;
  }
}

/** The contents of all elements of this name. */
function elements(xml, name) {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map((match) => match[1]);
}
