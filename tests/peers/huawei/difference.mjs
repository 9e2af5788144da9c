/** How a request of ours differs from the one that the official SDK sends for the same parameters, where it matters. */
import { isDeepStrictEqual } from 'node:util';

/** Path segments and query pairs as they are read, however they are written; the order of the query does not matter. */
function read(target) {
  const [path, query = ''] = target.split(/\?(.*)/s);
  const pairs = query === '' ? [] : query.split('&').map((part) => part.split('=').map(decodeURIComponent));
  return {
    path: path.split('/').map(decodeURIComponent),
    query: pairs
      .map(([key, value = '']) => [key, value])
      .sort((a, b) => (a.join('=') < b.join('=') ? -1 : 1)),
  };
}

/** What a body says: its media type without parameters, and its JSON. A request without a body has neither. */
function content({ headers, body }) {
  if (!body?.length) return undefined;
  const [type] = (headers['content-type'] ?? '').split(';');
  return { type: type.trim().toLowerCase(), json: JSON.parse(body) };
}

/**
 * One line per difference; headers by lower-case names. Not compared: how JSON is spaced and ordered, a Content-Type
 * without a body (the SDK sends one with each GET), a charset (JSON has none), the User-Agent, and the signature, which
 * covers those: signature.mjs judges it.
 */
export function differences(ours, theirs) {
  const [our, their] = [read(ours.target), read(theirs.target)];
  const project = ['x-project-id', 'x-domain-id', 'x-security-token', 'x-sdk-content-sha256'];
  const compared = [
    ['method', ours.method, theirs.method],
    ['path', our.path, their.path],
    ['query', our.query, their.query],
    ['body', content(ours), content(theirs)],
    ...[...project, 'service-transaction-id', 'x-linked-id'].map((name) => [
      name,
      ours.headers[name],
      theirs.headers[name],
    ]),
  ];
  return compared
    .filter(([, a, b]) => !isDeepStrictEqual(a, b))
    .map(([what, a, b]) => `${what}: ours is ${JSON.stringify(a)}, the SDK's is ${JSON.stringify(b)}`);
}
