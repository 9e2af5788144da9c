/** Where a service stands by the catalog of a token, and which project an access key is for: against Keystone's rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEmulator } from '../support/emulator.mjs';
import { quickly, rejects } from '../support/expect.mjs';
import { ACCOUNTS, HuaweiImsClient } from '../support/huawei.mjs';
import { KEYS } from '../support/huawei-uploads.mjs';
import { OpenStackImageClient } from '../support/openstack.mjs';
import { importClient } from '../support/places.mjs';

const { HuaweiWorkspaceClient } = await importClient('./workspace');

/** The user of the first account, at this cloud. */
function asUser(emulator, more = {}) {
  const { user, password, domain, project } = ACCOUNTS.demo;
  return {
    type: 'password',
    iamEndpoint: emulator.huawei,
    user,
    password,
    domain,
    project: { id: project },
    ...more,
  };
}

/** A client of OpenStack's calls that knows of no endpoint, and the addresses that it asks. */
function bare(context, auth, options = {}) {
  const urls = [];
  const onRequest = ({ url }) => urls.push(url);
  const glance = new OpenStackImageClient({ auth, retry: quickly(), onRequest, ...options });
  context.after(() => glance.close());
  return { glance, urls };
}

/** A client of Huawei's calls that knows a region and no project. */
function keyed(context, emulator, options = {}) {
  const urls = [];
  const ims = new HuaweiImsClient({
    endpoint: emulator.huawei,
    iamEndpoint: emulator.huawei,
    region: 'region0',
    auth: { type: 'aksk', ...KEYS },
    retry: quickly(),
    onRequest: ({ url }) => urls.push(url),
    ...options,
  });
  context.after(() => ims.close());
  return { ims, urls };
}

test('without an endpoint the catalog of the token names the service, once for many calls', async (t) => {
  const emulator = await startEmulator(t);
  const { glance, urls } = bare(t, asUser(emulator));
  const pages = await Promise.all(Array.from({ length: 5 }, () => glance.listImages({ limit: 1 })));
  for (const { images } of pages) assert.equal(images.length, 1);
  const tokens = urls.filter((url) => url.startsWith(`${emulator.huawei}/v3/auth/tokens`));
  assert.deepEqual(tokens, [`${emulator.huawei}/v3/auth/tokens`], 'one token, with its catalog');
  const rest = urls.filter((url) => !tokens.includes(url));
  assert.deepEqual([...new Set(rest)], [`${emulator.huawei}/v2/images?limit=1`]);
  assert.equal(rest.length, 5);
});

test('interface and region choose among the catalog’s endpoints; what it does not have is said', async (t) => {
  const emulator = await startEmulator(t);
  for (const options of [{ region: 'region0' }, { interface: 'internal' }, { interface: 'admin' }]) {
    const { glance } = bare(t, asUser(emulator), options);
    assert.equal((await glance.listImages({ limit: 1 })).images.length, 1);
  }
  const before = (await emulator.arrived()).filter(({ path }) => path === '/v2/images').length;
  const { glance } = bare(t, asUser(emulator), { region: 'nowhere' });
  await rejects(glance.listImages(), { message: /nowhere/, retryable: false });
  const after = (await emulator.arrived()).filter(({ path }) => path === '/v2/images').length;
  assert.equal(after, before, 'no other region is asked');
});

test('an endpoint that is given needs no catalog', async (t) => {
  const emulator = await startEmulator(t);
  const { glance, urls } = bare(t, asUser(emulator), { endpoint: emulator.huawei });
  await glance.listImages({ limit: 1 });
  assert.equal(urls[0], `${emulator.huawei}/v3/auth/tokens?nocatalog=true`);
});

test('a wrong password is the user’s, whatever the call', async (t) => {
  const emulator = await startEmulator(t);
  const { glance, urls } = bare(t, asUser(emulator, { password: 'not-this-one' }));
  const error = await rejects(glance.listImages(), { kind: 'auth', status: 401 });
  assert.ok(!error.message.includes('not-this-one'));
  assert.equal(urls.length, 1);
});

test('the project of an access key is looked up by its region, once, and only where a path names it', async (t) => {
  const emulator = await startEmulator(t);
  const { ims, urls } = keyed(t, emulator);
  await ims.listImages({ limit: 1 });
  assert.equal(urls.length, 1, 'this path has no project');
  await Promise.all([ims.listImagesTags(), ims.listImagesTags(), ims.listImagesTags()]);
  const lookups = urls.filter((url) => url.includes('/v3/'));
  assert.deepEqual(lookups, [`${emulator.huawei}/v3/projects?name=region0`]);
  const tags = urls.filter((url) => url.endsWith('/images/tags'));
  assert.deepEqual([...new Set(tags)], [`${emulator.huawei}/v2/${ACCOUNTS.demo.project}/images/tags`]);
  const [lookup] = (await emulator.arrived()).filter(({ path }) => path === '/v3/projects');
  assert.match(lookup.headers.authorization, /^SDK-HMAC-SHA256 /);
});

test('a region without a project is the caller’s mistake, and a project that is given is not looked up', async (t) => {
  const emulator = await startEmulator(t);
  const { ims } = keyed(t, emulator, { region: 'cn-north-4' });
  await rejects(ims.listImagesTags(), { kind: 'validation', field: 'projectId', message: /cn-north-4/ });
  const { ims: told, urls } = keyed(t, emulator, { projectId: ACCOUNTS.demo.project });
  await told.listImagesTags();
  assert.deepEqual(urls, [`${emulator.huawei}/v2/${ACCOUNTS.demo.project}/images/tags`]);
});

test('who names a service of their own names its identity service, too: nothing goes to the public one', async (t) => {
  const emulator = await startEmulator(t);
  const { iamEndpoint: _, ...auth } = asUser(emulator);
  const urls = [];
  const own = { endpoint: emulator.huawei, region: 'cn-north-4', onRequest: ({ url }) => urls.push(url) };
  for (const Client of [HuaweiImsClient, HuaweiWorkspaceClient]) {
    const asked = new Client({ ...own, auth });
    await rejects(asked.listImages(), {
      kind: 'validation',
      field: 'auth.iamEndpoint',
      message: /is required/,
    });
    asked.close();
  }
  const { ims } = keyed(t, emulator, { ...own, iamEndpoint: undefined });
  await rejects(ims.listImagesTags(), { kind: 'validation', field: 'projectId' });
  assert.deepEqual(urls, []);
});

test('the project of a token is the token’s own', async (t) => {
  const emulator = await startEmulator(t);
  const { ims, urls } = keyed(t, emulator, { auth: asUser(emulator) });
  await ims.listImagesTags();
  assert.deepEqual(urls, [
    `${emulator.huawei}/v3/auth/tokens?nocatalog=true`,
    `${emulator.huawei}/v2/${ACCOUNTS.demo.project}/images/tags`,
  ]);
});
