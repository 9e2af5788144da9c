/** OpenStackImageClient against the real Glance: the life of images in Node and in Chromium, and what only Node can. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import test from 'node:test';
import { life } from '../browser/site/openstack-life.mjs';
import { launch, openPage } from '../support/browsers.mjs';
import { eventually, quickly, rejects } from '../support/expect.mjs';
import { makeQcow2 } from '../support/images.mjs';
import { ImsError, OpenStackImageClient } from '../support/openstack.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { startServer } from '../support/servers.mjs';
import { startSite } from '../support/site.mjs';
import { login } from './keystone.mjs';

const given = process.env.IMS_OPENSTACK;
assert.ok(given, 'there is no cloud: run these tests by `npm run test:openstack`');
const cloud = JSON.parse(given);
const digest = (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex');

/** What a life needs to know: two accounts of two projects, and where to log in. */
async function accounts() {
  const { about } = await login(cloud.identityEndpoint, cloud.other);
  const auth = ({ user, password, project, domain }) => ({
    type: 'password',
    iamEndpoint: cloud.identityEndpoint,
    ...{ user, password, project, domain },
  });
  return {
    auth: auth(cloud),
    otherAuth: auth(cloud.other),
    otherProject: about.project.id,
    region: cloud.region,
    prefix: `life-${randomBytes(6).toString('hex')}-`,
  };
}

/** What was told of the life of images. */
async function check(told, path) {
  const bytes = await readFile(path);
  const md5 = digest('md5', bytes);
  assert.ok(told.versions.includes('v2.9'));
  const { created } = told;
  assert.deepEqual(
    [created.status, created.os_distro, created['odd/name~'], created.min_ram, created.visibility],
    ['queued', 'other', 'kept', 64, 'shared'],
  );
  assert.equal(created.self, `/v2/images/${created.id}`);
  assert.deepEqual(told.uploaded, {
    md5,
    verified: 'md5',
    status: 'active',
    size: bytes.length,
    checksum: md5,
    state: 'done',
  });
  assert.equal(told.waited, 'active');
  assert.deepEqual(told.progress.at(-1), ['done', bytes.length]);
  assert.ok(
    told.progress.some(([, sent]) => sent > 0 && sent < bytes.length),
    JSON.stringify(told.progress),
  );
  assert.match(told.again.message, /is active: only/);

  assert.deepEqual(told.lists, {
    paged: ['a', 'b', 'c', 'd', 'e'],
    pagedByTags: ['a', 'b'],
    down: ['e', 'd', 'c', 'b', 'a'],
    named: ['a', 'e'],
    active: ['c'],
    either: ['a', 'b', 'c', 'd', 'e'],
    byProperty: ['d'],
    large: ['c'],
    future: [],
    past: ['a', 'b', 'c', 'd', 'e'],
    owned: ['a', 'b', 'c', 'd', 'e'],
    hidden: [],
  });
  assert.deepEqual(told.updated, { name: 'a:b,c', min_disk: 3, mine: 'x', odd: null });
  assert.deepEqual([told.colon, told.comma], [['a:b,c'], ['a:b,c']]);
  assert.deepEqual(told.tags, [created.name.slice(0, -1), 'two words']);

  assert.deepEqual([told.member, told.accepted, told.shown], ['pending', 'accepted', 'accepted']);
  assert.deepEqual([told.pending, told.shared], [['a:b,c'], ['a:b,c']]);
  assert.deepEqual(told.members, [[true, 'accepted']]);
  assert.deepEqual(told.schemas, ['image', 'images', 'member', 'members']);
  assert.ok(Array.isArray(told.methods));
  assert.deepEqual(told.tasks, []);

  assert.equal(told.sha512, digest('sha512', bytes));
  assert.deepEqual(told.downloaded, { bytes: bytes.length, md5, verified: 'md5' });
  assert.match(told.empty.message, /no file yet: it is queued/);
  for (const [name, kind, status] of [
    ['noTag', 'service', 404],
    ['unseen', 'service', 404],
    ['noMember', 'service', 404],
    ['protected', 'auth', 403],
    ['badPassword', 'auth', 401],
    ['badMarker', 'service', 400],
    ['badName', 'service', 409],
    ['gone', 'service', 404],
  ]) {
    const { isImsError, message, hasId, ...error } = told[name];
    assert.deepEqual([isImsError, error.kind, error.status], [true, kind, status], `${name}: ${message}`);
    assert.ok(!/[<>]/.test(message), message);
    assert.ok(hasId, `${name} has no request ID`);
  }
  assert.equal(told.v1.isImsError, true, 'Glance has no version 1 any more');
  assert.equal(told.left, 0);
}

async function qcow2(context) {
  return makeQcow2(join(await temporaryFolder(context), 'disk.qcow2'), 12, 7);
}

test('the life of images in Node', async (context) => {
  const path = await qcow2(context);
  const { size } = await stat(path);
  const classes = { OpenStackImageClient, ImsError };
  await check(await life(classes, { ...(await accounts()), source: { path }, size }), path);
});

test('the life of images in Chromium', async (context) => {
  const path = await qcow2(context);
  const site = await startSite(context);
  const { page, complaints } = await openPage(await launch(context, 'chromium'), `${site}/openstack.html`);
  await (await page.$('#file')).uploadFile(path);
  const told = await page.evaluate((cloud) => globalThis.tests.life(cloud), await accounts());
  await check(told, path);
  // Refusals that were asked for are written into the console by the browser itself.
  const others = complaints.filter((text) => !/Failed to load resource/.test(text));
  assert.deepEqual(others, []);
});

async function clientOf(context) {
  const { token } = await login(cloud.identityEndpoint, cloud);
  const images = new OpenStackImageClient({
    endpoint: `${cloud.imageEndpoint}/v2/`,
    auth: { type: 'token', token },
  });
  context.after(() => images.close());
  const name = `file-${randomBytes(6).toString('hex')}`;
  const image = await images.createImage({ name, disk_format: 'raw', container_format: 'bare' });
  return { images, image, token };
}

/** Glance behind a line that breaks once in the middle of a file. */
async function brokenLine(context) {
  const ranges = [];
  let whole = false;
  const port = await startServer(context, (request, response) => {
    const isFile = request.method === 'GET' && request.url.endsWith('/file');
    if (isFile) ranges.push(request.headers.range);
    const { method, headers, url } = request;
    const asked = http.request(cloud.imageEndpoint + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      if (!isFile || whole) return answer.pipe(response);
      whole = true;
      answer.once('data', (chunk) => response.write(chunk, () => response.destroy()));
      return answer;
    });
    asked.on('error', () => response.destroy());
    request.pipe(asked);
  });
  return { endpoint: `http://127.0.0.1:${port}`, ranges };
}

test('a stream goes up, a file comes down, a range of it after a break', async (context) => {
  const { images, image, token } = await clientOf(context);
  const folder = await temporaryFolder(context);
  const bytes = randomBytes(5 * 1024 * 1024 + 3);
  await writeFile(join(folder, 'noise.raw'), bytes);
  const stream = createReadStream(join(folder, 'noise.raw'));
  const { verified } = await images.upload(image.id, { stream, size: bytes.length }).done;
  assert.equal(verified, 'md5');
  const { endpoint, ranges } = await brokenLine(context);
  const behind = new OpenStackImageClient({ endpoint, auth: { type: 'token', token }, retry: quickly() });
  context.after(() => behind.close());
  const path = join(folder, 'down.raw');
  assert.equal((await behind.download(image.id, { path }).done).verified, 'md5');
  assert.ok((await readFile(path)).equals(bytes));
  assert.equal(ranges.length, 2);
  assert.match(ranges[1], /^bytes=[1-9]\d*-$/);
  await images.deleteImage(image.id);
});

test('a file that is too large is refused, and the image takes another', async (context) => {
  const { images, image } = await clientOf(context);
  const path = join(await temporaryFolder(context), 'large.raw');
  await writeFile(path, '');
  await truncate(path, cloud.imageSizeCap + 1);
  await rejects(images.upload(image.id, { path }).done, {
    status: 413,
    operation: 'upload',
    kind: 'service',
  });
  const queued = async () => (await images.getImage(image.id)).status === 'queued';
  await eventually(queued, 'the image is queued again');
  assert.equal((await images.upload(image.id, new Blob(['small'])).done).verified, 'md5');
  await images.deleteImage(image.id);
});

test('an upload that is aborted leaves an image that takes another file', async (context) => {
  const { images, image } = await clientOf(context);
  const path = join(await temporaryFolder(context), 'half.raw');
  await writeFile(path, '');
  await truncate(path, 48 * 1024 * 1024);
  let task;
  const onProgress = ({ bytesSent }) => {
    if (bytesSent > 0) task?.abort();
  };
  task = images.upload(image.id, { path }, { onProgress });
  await rejects(task.done, { kind: 'aborted', operation: 'upload' });
  assert.equal(task.state, 'aborted');
  // What Glance has of it may still be on its way into the store, or the request before Glance's first look at the image:
  // of two that find it queued, the later one is told 410 (glance/api/v2/image_data.py, upload).
  const again = async () => {
    const small = images.upload(image.id, new Uint8Array([1, 2, 3]));
    return small.done.catch((error) =>
      assert.match(error.message, /is saving|status 4(09|10)|thrown the bytes/),
    );
  };
  const { verified } = await eventually(again, 'the image takes another file');
  assert.equal(verified, 'md5');
  await images.deleteImage(image.id);
});
