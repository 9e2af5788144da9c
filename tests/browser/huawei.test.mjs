/** Huawei Cloud from a page: a file to a bucket and an image out of it; a catalog that names the service; a project. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { launch, openPage } from '../support/browsers.mjs';
import { ACCOUNTS, tokenOf } from '../support/huawei.mjs';
import { assertImported, BUCKET, KEYS, startCloud } from '../support/huawei-uploads.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { startSite } from '../support/site.mjs';

const MIB = 1024 * 1024;
const TIMEOUT = { timeout: 120_000 };

async function ready(t) {
  const emulator = await startCloud(t);
  const { page, complaints } = await openPage(
    await launch(t, 'chromium'),
    `${await startSite(t)}/huawei.html`,
  );
  await page.waitForFunction(() => globalThis.tests);
  const act = (name, request) =>
    page.evaluate((name, request) => globalThis.tests[name](request), name, request);
  return { emulator, page, complaints, act };
}

test('a picked file becomes an image, and goes on after a stop', TIMEOUT, async (t) => {
  const { emulator, page, complaints, act } = await ready(t);
  const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 22 * MIB + 512);
  await (await page.$('#file')).uploadFile(file);
  const client = {
    endpoint: emulator.huawei,
    auth: { type: 'token', token: await tokenOf(emulator, ACCOUNTS.demo) },
    projectId: ACCOUNTS.demo.project,
  };
  const obs = { bucket: BUCKET, endpoint: emulator.oss, credentials: KEYS };
  const options = { partSize: 5 * MIB, concurrency: 1, obs };
  const target = { name: 'from a page', min_disk: 40 };
  const stopped = await act('upload', { client, target, options, stopAfter: 2 });
  assert.deepEqual([stopped.error?.kind, stopped.error?.resumable], ['aborted', true]);
  const { result, events, pending, error } = await act('resume', { client, options: { obs } });
  assert.equal(error, undefined);
  assert.deepEqual(pending, { name: 'from a page', fileName: 'disk.raw', needsFile: true });
  assert.ok(events.filter(({ state }) => state === 'found').length >= 2, 'what was stored is found');
  assert.deepEqual([result.verified, result.image.status], ['md5', 'active']);
  await assertImported(t, emulator, file, result);
  assert.equal((await emulator.arrived('CreateMultipartUpload')).length, 1);
  assert.deepEqual(complaints, []);
});

test('a page finds the service by the catalog, and the project of a key', TIMEOUT, async (t) => {
  const { emulator, act } = await ready(t);
  const { user, password, domain } = ACCOUNTS.demo;
  const auth = {
    type: 'password',
    iamEndpoint: emulator.huawei,
    user,
    password,
    domain,
    project: { id: ACCOUNTS.demo.project },
  };
  const found = await act('byCatalog', { auth, options: {} });
  assert.equal(found.error, undefined);
  assert.equal(found.count, 1);
  assert.deepEqual(found.urls, [`${emulator.huawei}/v3/auth/tokens`, `${emulator.huawei}/v2/images?limit=1`]);
  const nowhere = await act('byCatalog', { auth, options: { region: 'nowhere' } });
  assert.match(nowhere.error.message, /nowhere/);
  const client = {
    endpoint: emulator.huawei,
    iamEndpoint: emulator.huawei,
    region: 'region0',
    auth: { type: 'aksk', ...KEYS },
  };
  const { tags, urls, error } = await act('byProject', { client });
  assert.equal(error, undefined);
  assert.deepEqual(tags, [[], []]);
  const lookups = urls.filter((url) => url.includes('/v3/projects'));
  assert.deepEqual(lookups, [`${emulator.huawei}/v3/projects?name=region0`]);
});
