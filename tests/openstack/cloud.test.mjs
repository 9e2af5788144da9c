/** The cloud itself, with plain HTTP and nothing of ours: what the client's tests rely on, and what is recorded of it. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { login } from './keystone.mjs';
import { record } from './recording.mjs';

const given = process.env.IMS_OPENSTACK;
assert.ok(given, 'there is no cloud: run these tests by `npm run test:openstack`');
const cloud = JSON.parse(given);

async function image(token, method, path, { headers, body } = {}) {
  const answer = await fetch(cloud.imageEndpoint + path, {
    method,
    headers: { 'x-auth-token': token, ...headers },
    body,
    signal: AbortSignal.timeout(60_000),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const isJson = answer.headers.get('content-type')?.startsWith('application/json');
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    body: isJson ? JSON.parse(bytes) : undefined,
  };
}

test('a password gives a token whose catalogue names both services', async () => {
  const { token, about } = await login(cloud.identityEndpoint, cloud);
  assert.match(token, /^gAAAA/);
  assert.equal(about.project.id, cloud.projectId);
  assert.deepEqual(
    about.roles.map((role) => role.name).sort(),
    ['member', 'reader'],
    'a member reads too, and is nothing else',
  );
  const url = (type) =>
    about.catalog
      .find((service) => service.type === type)
      .endpoints.find((one) => one.interface === 'public' && one.region === cloud.region).url;
  assert.equal(url('identity'), cloud.identityEndpoint);
  assert.equal(url('image'), cloud.imageEndpoint);
});

test('an application credential gives a token of its project', async () => {
  const { id, secret } = cloud.applicationCredential;
  const identity = { methods: ['application_credential'], application_credential: { id, secret } };
  const answer = await fetch(`${cloud.identityEndpoint}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity } }),
  });
  assert.equal(answer.status, 201);
  assert.equal((await answer.json()).token.project.id, cloud.projectId);
  const list = await image(answer.headers.get('x-subject-token'), 'GET', '/v2/images?limit=1');
  assert.equal(list.status, 200);
});

test('bytes go in, are listed, come out, and are gone', async () => {
  const { token } = await login(cloud.identityEndpoint, cloud);
  const content = randomBytes(3 * 1024 * 1024 + 7);
  const name = `cloud-test-${randomBytes(6).toString('hex')}`;
  const made = await image(token, 'POST', '/v2/images', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, disk_format: 'raw', container_format: 'bare' }),
  });
  assert.equal(made.status, 201);
  const path = `/v2/images/${made.body.id}`;
  assert.equal(made.headers.get('location'), cloud.imageEndpoint + path);

  const type = { 'content-type': 'application/octet-stream' };
  const put = await image(token, 'PUT', `${path}/file`, { headers: type, body: content });
  assert.equal(put.status, 204);
  const list = await image(token, 'GET', `/v2/images?name=${name}`);
  assert.equal(list.body.images.length, 1);
  const [listed] = list.body.images;
  assert.equal(listed.status, 'active');
  assert.equal(listed.size, content.length);
  assert.equal(listed.os_hash_algo, 'sha512');
  assert.equal(listed.os_hash_value, createHash('sha512').update(content).digest('hex'));
  const got = await image(token, 'GET', `${path}/file`);
  assert.equal(got.headers.get('content-md5'), createHash('md5').update(content).digest('hex'));
  assert.ok(got.bytes.equals(content));

  assert.equal((await image(token, 'DELETE', path)).status, 204);
  assert.equal((await image(token, 'GET', path)).status, 404);
});

test('an account that may only read reads, and another project sees nothing', async () => {
  const owner = await login(cloud.identityEndpoint, cloud);
  const made = await image(owner.token, 'POST', '/v2/images', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'cloud-test-rights', visibility: 'private' }),
  });
  const path = `/v2/images/${made.body.id}`;
  const reader = await login(cloud.identityEndpoint, cloud.reader);
  const other = await login(cloud.identityEndpoint, cloud.other);
  const admin = await login(cloud.identityEndpoint, cloud.admin);
  assert.equal((await image(reader.token, 'GET', path)).status, 200);
  assert.equal((await image(reader.token, 'DELETE', path)).status, 403);
  assert.equal((await image(other.token, 'GET', path)).status, 404);
  assert.equal((await image(admin.token, 'GET', path)).status, 200);
  assert.equal((await image(owner.token, 'DELETE', path)).status, 204);
});

test('a page of any origin may call, and read the token and the request ID', async () => {
  const origin = 'http://127.0.0.1:9';
  const cases = [
    [`${cloud.identityEndpoint}/auth/tokens`, 'POST', 'content-type', /X-Subject-Token/],
    [`${cloud.imageEndpoint}/v2/images`, 'POST', 'content-type,x-auth-token', /X-OpenStack-Request-ID/],
    [`${cloud.imageEndpoint}/v2/images/x`, 'PATCH', 'content-type,x-auth-token', /X-OpenStack-Request-ID/],
    [`${cloud.imageEndpoint}/v2/images/x/file`, 'PUT', 'content-type,x-auth-token', /X-OpenStack-Request-ID/],
  ];
  for (const [url, method, wanted, exposed] of cases) {
    const asked = { 'access-control-request-method': method, 'access-control-request-headers': wanted };
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin, ...asked } });
    assert.equal(preflight.status, 200);
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    assert.equal(preflight.headers.get('access-control-allow-methods'), method);
    assert.equal(preflight.headers.get('access-control-allow-headers'), wanted);
    const answer = await fetch(url, { headers: { origin } });
    assert.equal(answer.headers.get('access-control-allow-origin'), '*', `${url} ${answer.status}`);
    assert.match(answer.headers.get('access-control-expose-headers'), exposed);
  }
});

test('the recorded answers are what this cloud answers', async () => {
  const file = new URL('../fixtures/openstack/answers.json', import.meta.url);
  const { rows } = JSON.parse(readFileSync(file, 'utf8'));
  const now = await record(cloud);
  assert.equal(now.length, rows.length);
  for (const [index, row] of now.entries()) assert.deepEqual(row, rows[index], row.name);
});
