/**
 * Makes the calls of rows.mjs at a cloud and writes down the answers. What differs from run to run (IDs, tokens, dates,
 * addresses) becomes the same each time, so that two recordings of the same software are equal.
 */
import { createHash } from 'node:crypto';
import { login } from './keystone.mjs';
import { CONTENT, ROWS } from './rows.mjs';

/** What belongs to the server in front, or to the connection, says nothing about the API. */
const IGNORED = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'server',
  'transfer-encoding',
]);
const MD5 = createHash('md5').update(CONTENT).digest('hex');

/** `{name}` in a text, or anywhere in a body, becomes the value of that name. */
function fill(value, names) {
  if (typeof value === 'string') {
    return value.replace(/\{(\w+)\}/g, (whole, name) => names[name] ?? whole);
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, names));
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, names)]));
  }
  return value;
}

/** One byte more than the cloud takes: by then it has read all of it, and its answer is not lost. */
async function* tooMany(limit) {
  const block = Buffer.alloc(1024 * 1024);
  for (let sent = 0; sent < limit; sent += block.length) yield block.subarray(0, limit - sent);
  yield block.subarray(0, 1);
}

function requestBody(row, names, limit) {
  if (row.bytes) return row.bytes;
  if (row.tooLarge) return ReadableStream.from(tooMany(limit));
  if (row.text !== undefined) return row.text;
  return row.body === undefined ? undefined : JSON.stringify(fill(row.body, names));
}

async function call(cloud, tokens, row, names) {
  const base = row.service === 'identity' ? cloud.identityEndpoint.replace(/\/v3$/, '') : cloud.imageEndpoint;
  const headers = fill(row.headers ?? {}, names);
  if (row.as) headers['x-auth-token'] = tokens[row.as];
  const body = requestBody(row, names, cloud.imageSizeCap);
  const answer = await fetch(base + fill(row.path, names), {
    method: row.method,
    headers,
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(60_000),
    ...(row.tooLarge && { duplex: 'half' }),
  });
  const text = Buffer.from(await answer.arrayBuffer()).toString('utf8');
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') && text !== '';
  return {
    status: answer.status,
    headers: Object.fromEntries([...answer.headers].filter(([name]) => !IGNORED.has(name))),
    ...(text !== '' && { body: isJson ? ordered(JSON.parse(text)) : text }),
  };
}

/** Replaces what is new in each run; the same value becomes the same one everywhere. */
export class Steady {
  #known = new Map();
  #fixed;

  constructor(fixed) {
    this.#fixed = Object.entries(fixed).sort(([a], [b]) => b.length - a.length);
  }

  #number(kind, value, make) {
    const key = `${kind} ${value}`;
    if (!this.#known.has(key)) {
      const count = [...this.#known.keys()].filter((one) => one.startsWith(`${kind} `)).length + 1;
      this.#known.set(key, make(String(count)));
    }
    return this.#known.get(key);
  }

  text(text) {
    let steady = text;
    for (const [value, name] of this.#fixed) steady = steady.replaceAll(value, name);
    return (
      steady
        // Glance adds its own stores to the list once it has stored something.
        .replaceAll(',os_glance_staging_store,os_glance_tasks_store', '')
        .replace(/gAAAA[\w=-]{60,}/g, (token) =>
          this.#number('token', token, (n) => `gAAAAA-fake-token-${n}`),
        )
        .replace(/\breq-[0-9a-f-]{36}/g, 'req-00000000-0000-4000-8000-000000000000')
        .replace(/("expires_at": ?")[^"]+"/g, '$1(an hour later)"')
        // The dates of the schemas and of the queries are always the same ones.
        .replace(/20(?!18|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?/g, (_, digits) =>
          digits ? '2024-01-02T03:04:05.000000' : '2024-01-02T03:04:05',
        )
        .replaceAll('(an hour later)', '2024-01-02T04:04:05.000000Z')
        .replace(/"audit_ids": ?\[[^\]]*\]/g, '"audit_ids":["fake-audit-id"]')
        .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (id) =>
          id.startsWith('00000000') || id.startsWith('7c1f2c52')
            ? id
            : this.#number('uuid', id, (n) => `11111111-0000-4000-8000-${n.padStart(12, '0')}`),
        )
        .replace(/\b[0-9a-f]{32}\b/g, (id) =>
          id === MD5 || id.startsWith('aaaa')
            ? id
            : this.#number('id', id, (n) => `aaaa${n.padStart(28, '0')}`),
        )
    );
  }
}

/** Keystone orders roles and endpoints by IDs that are new with each set of databases; here it is by what they are. */
function ordered(body) {
  const by = (key) => (a, b) => a[key].localeCompare(b[key], 'en');
  body?.token?.roles?.sort(by('name'));
  for (const service of (body?.token?.catalog ?? body?.catalog ?? []).sort(by('type'))) {
    service.endpoints.sort(by('interface'));
  }
  return body;
}

/** All rows with their answers, as answers.json keeps them. */
export async function record(cloud) {
  const tokens = {};
  for (const name of ['recorded', 'other', 'reader']) {
    tokens[name] = (await login(cloud.identityEndpoint, cloud[name])).token;
  }
  const { user, password, project, projectId } = cloud.recorded;
  const names = {
    ...{ user, password, project, projectId },
    otherProjectId: cloud.other.projectId,
    credentialId: cloud.applicationCredential.id,
    credentialSecret: cloud.applicationCredential.secret,
    credentialUser: cloud.user,
  };
  const steady = new Steady({
    [cloud.identityEndpoint.replace(/\/v3$/, '')]: 'http://keystone.example.com',
    [cloud.imageEndpoint]: 'http://glance.example.com',
    [cloud.applicationCredential.secret]: 'fake-application-credential-secret',
  });
  const recorded = [];
  for (const row of ROWS) {
    const answer = await call(cloud, tokens, row, names);
    for (const [name, read] of Object.entries(row.keep ?? {})) names[name] = read(answer);
    const { keep: _, bytes, tooLarge, ...given } = row;
    const kept = {
      ...given,
      path: fill(given.path, names),
      ...(given.headers && { headers: fill(given.headers, names) }),
      ...(given.body !== undefined && { body: fill(given.body, names) }),
      ...(bytes && { bytes: bytes.length }),
      ...(tooLarge && { bytes: 'more than the service takes' }),
      answer,
    };
    recorded.push(JSON.parse(steady.text(JSON.stringify(kept))));
  }
  return recorded;
}
