/** OpenStackImageClient against a small fake: paging, waiting, errors, what is repeated. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually, quickly, rejects } from '../support/expect.mjs';
import { glance, OpenStackImageClient } from '../support/openstack.mjs';
import { startRecorder } from '../support/recorder.mjs';

async function collected(iterator) {
  const all = [];
  for await (const one of iterator) all.push(one.id ?? one.member_id);
  return all;
}

test('pages are followed by their marker, and the filters are kept', async (context) => {
  const { recorder, images } = await glance(context);
  // Glance leaves all but the last of several tags out of `next`.
  recorder.json({ images: [{ id: 'a' }, { id: 'b' }], next: '/v2/images?tag=y&limit=2&marker=b' });
  recorder.json({ images: [{ id: 'c' }], next: '/v2/images?tag=y&limit=2&marker=c%2Fd' });
  recorder.json({ images: [] });
  assert.deepEqual(await collected(images.iterateImages({ tag: ['x', 'y'], limit: 2 })), ['a', 'b', 'c']);
  assert.deepEqual(
    recorder.take().map(({ query }) => query),
    ['limit=2&tag=x&tag=y', 'limit=2&marker=b&tag=x&tag=y', 'limit=2&marker=c%2Fd&tag=x&tag=y'],
  );
});

test('paging ends without next and at an empty page, and rejects where a marker comes again', async (context) => {
  const { recorder, images } = await glance(context);
  recorder.json({ images: [{ id: 'a' }] });
  assert.deepEqual(await collected(images.iterateImages()), ['a']);
  recorder.json({ images: [], next: '/v2/images?marker=z' });
  assert.deepEqual(await collected(images.iterateImages()), []);
  assert.equal(recorder.take().length, 2);
  // By some orders Glance leads back to a page that was there, and tells nothing of the others.
  recorder
    .json({ images: [{ id: 'a' }, { id: 'b' }], next: '/v2/images?marker=b' })
    .json({ images: [{ id: 'b' }, { id: 'c' }], next: '/v2/images?marker=c' });
  recorder.otherwise(recorder.answer({ images: [{ id: 'a' }, { id: 'b' }], next: '/v2/images?marker=b' }));
  const given = [];
  const all = async () => {
    for await (const { id } of images.iterateImages({ sort: 'name' })) given.push(id);
  };
  const message = /repeats the page after b; sort by another key/;
  await rejects(all(), { kind: 'protocol', operation: 'iterateImages', message });
  assert.deepEqual(given, ['a', 'b', 'c'], 'each once');
  assert.equal(recorder.take().length, 3);
  recorder.otherwise(recorder.answer({ members: [{ member_id: 'p' }], page_info: { next_marker: 'p' } }));
  await rejects(collected(images.iterateMembers('i')), { kind: 'protocol', operation: 'iterateMembers' });
});

test('a property has no value where Glance knows none, and is not set and removed at once', async (context) => {
  const { recorder, images } = await glance(context);
  recorder.otherwise(recorder.answer({ id: 'i' }));
  await images.updateImage('i', { set: { name: null, disk_format: null, owner: undefined, tags: [''] } });
  await images.updateImage('i', [{ op: 'replace', path: '/name', value: '' }]);
  await images.createImage({ name: '', tags: [''] });
  const replace = (path, value) => ({ op: 'replace', path, value });
  assert.deepEqual(
    recorder.take().map(({ body }) => JSON.parse(body)),
    [
      [replace('/name', null), replace('/disk_format', null), replace('/tags', [''])],
      [replace('/name', '')],
      { name: '', tags: [''] },
    ],
  );
  const both = images.updateImage('i', { set: { mine: 'x' }, remove: ['mine'] });
  await rejects(both, { kind: 'validation', field: 'changes.remove[0]' });
  const path = images.updateImage('i', [{ op: 'remove', path: '/x~2' }]);
  await rejects(path, { kind: 'validation', field: 'changes[0].path' });
  assert.equal(recorder.take().length, 0);
});

test('stores say more of themselves than every service does', async (context) => {
  const { recorder, images } = await glance(context);
  const stores = [{ id: 'web', description: 'd', 'read-only': 'true' }];
  recorder.json({ stores });
  assert.deepEqual(await images.listStores(), { stores });
});

test('a service that tells no next page is asked on from the last image of a full one', async (context) => {
  const { recorder, images } = await glance(context);
  recorder.json({ images: [{ id: 'a' }, { id: 'b' }] }).json({ images: [{ id: 'c' }] });
  assert.deepEqual(await collected(images.iterateImages({ limit: 2 })), ['a', 'b', 'c']);
  assert.equal(recorder.take()[1].query, 'limit=2&marker=b');
});

test('a next page whose address is none is asked for by the last image', async (context) => {
  const { recorder, images } = await glance(context);
  recorder.json({ images: [{ id: 'a' }], next: 'http://[bad' }).json({ images: [{ id: 'b' }] });
  assert.deepEqual(await collected(images.iterateImages()), ['a', 'b']);
  assert.equal(recorder.take()[1].query, 'marker=a');
});

test('members are paged by what Huawei Cloud calls next_marker', async (context) => {
  const { recorder, images } = await glance(context);
  recorder
    .json({ members: [{ member_id: 'p' }], page_info: { next_marker: 'p' } })
    .json({ members: [{ member_id: 'q' }] });
  assert.deepEqual(await collected(images.iterateMembers('i', { limit: 1 })), ['p', 'q']);
  assert.deepEqual(
    recorder.take().map(({ path, query }) => `${path}?${query}`),
    ['/v2/images/i/members?limit=1', '/v2/images/i/members?limit=1&marker=p'],
  );
});

test('it is waited until an image is active, and not for one that never will be', async (context) => {
  const { recorder, images } = await glance(context);
  for (const status of ['queued', 'saving', 'active']) recorder.json({ id: 'i', status, mine: 'x' });
  const image = await images.waitForImage('i', { intervalMs: 1 });
  assert.deepEqual(image, { id: 'i', status: 'active', mine: 'x' });
  for (const status of ['killed', 'deleted', 'pending_delete', 'deactivated']) {
    recorder.json({ id: 'i', status });
    const operation = 'waitForImage';
    await rejects(images.waitForImage('i'), { kind: 'service', operation, message: new RegExp(status) });
  }
  await rejects(images.waitForImage(''), { kind: 'validation', field: 'imageId' });
  recorder.otherwise(recorder.answer({ id: 'i', status: 'queued' }));
  await rejects(images.waitForImage('i', { intervalMs: 1, signal: AbortSignal.timeout(50) }), {
    kind: 'aborted',
  });
});

test('waiting goes on where looks fail for a while, and ends with the client', async (context) => {
  const retry = { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 60_000 };
  const { recorder, images } = await glance(context, { retry });
  recorder.json({ message: 'down' }, 503).next('reset').json({ id: 'i', status: 'active' });
  assert.equal((await images.waitForImage('i', { intervalMs: 1 })).status, 'active');
  recorder.json({ message: 'no such image' }, 404);
  await rejects(images.waitForImage('i', { intervalMs: 1 }), { status: 404, operation: 'waitForImage' });
  recorder.take();
  recorder.otherwise(recorder.answer({ id: 'i', status: 'queued' }));
  const waiting = rejects(images.waitForImage('i', { intervalMs: 3_600_000 }), {
    kind: 'aborted',
    operation: 'waitForImage',
    message: /closed/,
  });
  await eventually(() => recorder.requests.length > 0, 'it looks');
  images.close();
  await waiting;
});

test('an import that failed everywhere is not waited for, one that goes on elsewhere is', async (context) => {
  const { recorder, images } = await glance(context);
  const at = (status, failed, left) => ({
    id: 'i',
    status,
    os_glance_failed_import: failed,
    os_glance_importing_to_stores: left,
  });
  recorder
    .json(at('queued', '', 'a,b'))
    .json(at('queued', 'a', 'b'))
    .json(at('active', 'a', ''));
  assert.equal((await images.waitForImage('i', { intervalMs: 1 })).status, 'active');
  assert.equal(recorder.take().length, 3);
  recorder
    .json(at('importing', 'a', 'b'))
    .json(at('queued', 'a', 'b'))
    .json(at('queued', 'a,b', ''));
  const failed = { kind: 'service', operation: 'waitForImage', message: /its import failed/ };
  await rejects(images.waitForImage('i', { intervalMs: 1 }), failed);
  assert.equal(recorder.take().length, 3);
  recorder.json(at('queued', 'a', undefined));
  await rejects(images.waitForImage('i', { intervalMs: 1 }), failed);
});

test('a page instead of an answer is no success of a write either', async (context) => {
  const { recorder, images } = await glance(context, { retry: quickly(1) });
  recorder.otherwise({
    headers: { 'content-type': 'text/html', 'x-openstack-request-id': 'req-1' },
    body: '<html><p>Please log in</p></html>',
  });
  const download = { method: { name: 'web-download', uri: 'https://example.com/disk.raw' } };
  for (const [operation, call] of Object.entries({
    deleteImage: () => images.deleteImage('i'),
    removeMember: () => images.removeMember('i', 'p'),
    addTag: () => images.addTag('i', 't'),
    deactivateImage: () => images.deactivateImage('i'),
    importImage: () => images.importImage('i', download),
  })) {
    const told = { kind: 'protocol', status: 200, requestId: 'req-1', operation, message: /Please log in/ };
    await rejects(call(), told);
  }
  recorder.otherwise(recorder.answer({}));
  await rejects(images.getImage('i'), { kind: 'protocol', status: 200, requestId: 'req-1' });
});

test('a deletion whose answer was lost finds its work done', async (context) => {
  const { recorder, images } = await glance(context);
  const gone = recorder.answer({ message: 'none', code: '404 Not Found', title: 'Not Found' }, 404);
  recorder.next('reset', gone);
  assert.equal(await images.deleteImage('i'), undefined);
  recorder.next(gone);
  await rejects(images.deleteImage('i'), { kind: 'service', status: 404, message: /none/ });
  recorder.next({ status: 503 }, gone);
  assert.equal(await images.removeTag('i', 't'), undefined);
  recorder.take();
});

test('what may have been done is not done twice', async (context) => {
  const { recorder, images } = await glance(context);
  for (const call of [
    () => images.createImage({ name: 'n' }),
    () => images.updateImage('i', { remove: ['x'] }),
    () => images.addMember('i', { member: 'p' }),
  ]) {
    recorder.next('reset');
    await rejects(call(), { kind: 'network' });
    assert.equal(recorder.take().length, 1);
  }
});

test('an endpoint with a version at its end is taken without it', async (context) => {
  const recorder = await startRecorder(context);
  const bases = ['', '/', '/v2', '/v2.0/', '/image/v2', '/image', '/v2x'];
  for (const base of bases) {
    const images = new OpenStackImageClient({ endpoint: recorder.url + base, retry: quickly() });
    recorder.next({ status: 200, body: '{"images":[]}' });
    await images.listImages();
    images.close();
  }
  assert.deepEqual(
    recorder.take().map(({ path }) => path),
    ['', '', '', '', '/image', '/image', '/v2x'].map((base) => `${base}/v2/images`),
  );
});

test('options and arguments that are wrong are refused without a request', async (context) => {
  const { recorder, images } = await glance(context);
  const none = new OpenStackImageClient({});
  await rejects(none.listImages(), { kind: 'validation', field: 'endpoint' });
  const odd = new OpenStackImageClient({ endpoint: recorder.url, regions: 'x' });
  await rejects(odd.listImages(), { kind: 'validation', field: 'regions' });
  await rejects(images.createImage({ cores: 4 }), { kind: 'validation', field: 'cores', value: 4 });
  // It would be a property of that name, and the image would have another format.
  const twin = await rejects(images.createImage({ diskFormat: 'qcow2' }), { field: 'diskFormat' });
  assert.match(twin.message, /the service's field is disk_format/);
  await rejects(images.updateImage('i', { set: { minDisk: 1 } }), { field: 'changes.set.minDisk', value: 1 });
  await rejects(images.importImage('i', { method: { name: 'web-download' } }), { field: 'method.uri' });
  const everywhere = { method: { name: 'copy-image' }, stores: ['a'], all_stores: true };
  await rejects(images.importImage('i', everywhere), { field: 'stores' });
  await rejects(images.listImages('active'), { kind: 'validation', field: 'filters' });
  const cyclic = {};
  cyclic.self = cyclic;
  await rejects(images.createImage({ name: cyclic }), { kind: 'validation' });
  await rejects(images.upload('i', 7).done, { kind: 'validation', field: 'source', operation: 'upload' });
  await rejects(images.upload('', new Blob(['x'])).done, { kind: 'validation', field: 'imageId' });
  await rejects(images.upload('i', new Blob(['x']), { parts: 1 }).done, {
    kind: 'validation',
    field: 'parts',
  });
  await rejects(images.upload('i', new Blob(['x']), { wait: 7 }).done, { kind: 'validation', field: 'wait' });
  await rejects(images.upload('i', new Blob([])).done, { kind: 'validation', field: 'source' });
  await rejects(images.download('i', { at: 'x' }).done, { kind: 'validation', field: 'target' });
  assert.deepEqual(recorder.take(), []);
});

test('an image of version 1 comes out of headers, all of them', async (context) => {
  const { recorder, images } = await glance(context);
  recorder.next({
    headers: { 'x-image-meta-id': 'i', 'x-image-meta-property-os_type': 'linux', 'x-other': 'o' },
  });
  assert.deepEqual(await images.getImageV1('i'), { id: 'i', 'property-os_type': 'linux' });
  assert.equal(recorder.take()[0].method, 'HEAD');
});

test('close() ends what is under way', async (context) => {
  const { recorder, images } = await glance(context);
  recorder.next('silence');
  const call = images.getImage('i');
  const failed = rejects(call, { kind: 'aborted', message: /closed/ });
  await eventually(() => recorder.requests.length > 0, 'the request arrives');
  images.close();
  await failed;
  await rejects(images.getImage('i'), { kind: 'aborted' });
});
