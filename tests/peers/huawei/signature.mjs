/**
 * SDK-HMAC-SHA256 a second time, from the service's rules and with Node's own cryptography: what a request that was sent
 * should have been signed with. huawei-signing.test.mjs shows that it agrees with the official SDK in every vector and
 * every recorded request, so that it may judge the client's.
 */
import { createHash, createHmac } from 'node:crypto';

const ALGORITHM = 'SDK-HMAC-SHA256';
const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** All but letters, digits and -_.~ as %XX of UTF-8. */
function encode(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const byCodePoints = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function canonicalPath(path) {
  const encoded = decodeURIComponent(path).split('/').map(encode).join('/');
  return encoded.endsWith('/') ? encoded : `${encoded}/`;
}

/** Sorted by what keys and values are, not by how they are written. */
function canonicalQuery(query) {
  if (!query) return '';
  const pairs = query.split('&').map((part) => {
    const [key, value = ''] = part.split('=').map(decodeURIComponent);
    return [key, value];
  });
  pairs.sort(([keyA, valueA], [keyB, valueB]) => byCodePoints(keyA, keyB) || byCodePoints(valueA, valueB));
  return pairs.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&');
}

/**
 * The canonical request, the string to sign, and the signature of a request as it was sent: method, target (path and
 * query), headers by lower-case names, body; with the headers that its own Authorization lists.
 */
export function resign({ method, target, headers, body }, secretKey) {
  const [path, query] = target.split(/\?(.*)/s);
  const [, names] = /SignedHeaders=([^,]*)/.exec(headers.authorization);
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const payload = body?.length ? (headers['x-sdk-content-sha256'] ?? sha256(body)) : sha256('');
  const canonicalRequest = [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    lines.join(''),
    names,
    payload,
  ].join('\n');
  const stringToSign = [ALGORITHM, headers['x-sdk-date'], sha256(canonicalRequest)].join('\n');
  const signature = createHmac('sha256', secretKey).update(stringToSign).digest('hex');
  return { canonicalRequest, stringToSign, signature };
}

/** What is wrong with the signature of a request that was sent; nothing, if nothing is. */
export function signatureFaults(request, { accessKey, secretKey }) {
  const { authorization = '' } = request.headers;
  const parts = /^SDK-HMAC-SHA256 Access=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  if (!parts) return [`Authorization is not of the form of ${ALGORITHM}: ${authorization}`];
  const [, access, names, signature] = parts;
  const faults = [];
  if (access !== accessKey) faults.push(`the access key is ${access}`);
  const list = names.split(';');
  if (list.join() !== [...list].sort().join()) faults.push(`the signed headers are not sorted: ${names}`);
  // What the official SDK signs of each request, besides a User-Agent that no page can send.
  const must = ['host', 'x-sdk-date', 'x-project-id', 'x-domain-id', 'x-security-token', 'content-type'];
  for (const name of [...must, 'x-sdk-content-sha256']) {
    if (name in request.headers && !list.includes(name)) faults.push(`${name} is sent and not signed`);
  }
  for (const name of list) if (!(name in request.headers)) faults.push(`${name} is signed and not sent`);
  if (faults.length) return faults;
  const expected = resign(request, secretKey);
  if (signature !== expected.signature) {
    faults.push(`the signature is not that of\n${expected.canonicalRequest}`);
  }
  return faults;
}
