/** HuaweiImsClient against a recording server: requests, options, error bodies of all shapes, lists page by page. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { holdsNoSecret, rejects } from '../support/expect.mjs';
import { HuaweiImsClient, newHuawei, PROJECT, plain } from '../support/huawei.mjs';
import { queryPairs, startRecorder } from '../support/recorder.mjs';

const SDK = JSON.parse(
  await readFile(new URL('../fixtures/huawei/sdk-requests.json', import.meta.url), 'utf8'),
);
const ANSWERS = JSON.parse(
  await readFile(new URL('../fixtures/huawei/answers.json', import.meta.url), 'utf8'),
);
const OPERATIONS = JSON.parse(
  await readFile(new URL('../fixtures/huawei/operations.json', import.meta.url), 'utf8'),
);
const ENTERPRISE_PROJECT = 'cf1b6a4c-8e2d-4c57-9a86-3a9f3fd0f2b1';
const methodOf = (operation) => operation.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

/** The arguments of the public method for what the SDK was given. */
function argumentsOf({ operation, given }) {
  const { path } = OPERATIONS.find((known) => known.operation === operation);
  const names = [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name)
    .filter((name) => name !== 'project_id');
  const list = names.map((name) => given.path[name]);
  if (operation === 'add_image_tag') list.push(given.body.tag);
  else if (given.body) list.push(given.body);
  else if (given.query) list.push(given.query);
  return list;
}

test('every call through the package is what the official SDK sends, and its answer comes out', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url);
  const own = new Set(OPERATIONS.map(({ operation }) => operation));
  const cases = SDK.cases.filter(({ operation }) => own.has(operation));
  assert.equal(new Set(cases.map(({ operation }) => operation)).size, 33);
  for (const known of cases) {
    const name = `${known.operation}, ${known.case}`;
    const answer = ANSWERS[known.operation];
    recorder.next(answer === undefined ? { status: 204 } : plain(answer));
    const result = await ims[methodOf(known.operation)](...argumentsOf(known));
    const [sent, ...others] = recorder.take();
    assert.equal(others.length, 0, name);
    const [path, query = ''] = known.sent.target.split('?');
    assert.deepEqual([sent.method, sent.path], [known.sent.method, path], name);
    assert.deepEqual(queryPairs(sent.query), queryPairs(query), name);
    const body = sent.body.length > 0 ? JSON.parse(sent.body) : undefined;
    assert.deepEqual(body, known.sent.body ? JSON.parse(known.sent.body) : undefined, name);
    assert.equal(sent.headers['x-auth-token'], 'a-token-that-opens-nothing');
    if (body) assert.match(sent.headers['content-type'], /^application\/json;charset=utf-8$/i);
    if (answer === undefined) assert.equal(result, undefined, name);
    else if (answer.job_id) assert.equal(result.job_id, answer.job_id, name);
  }
  assert.equal(
    typeof (await imagesOf(ims, recorder))[0].__support_kvm_fpga_type,
    'string',
    'kept as it came',
  );
});

async function imagesOf(ims, recorder) {
  recorder.next(plain(ANSWERS.list_images));
  return (await ims.listImages()).images;
}

test('the enterprise project is put where a call supports one', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(plain({ images: [], tags: [], job_id: 'j' }));
  const ims = newHuawei(t, recorder.url, { enterpriseProjectId: ENTERPRISE_PROJECT });
  await ims.listImages();
  await ims.listImages({ __imagetype: 'private', limit: 2 });
  await ims.listImages({ enterprise_project_id: 'all_granted_eps' });
  await ims.listImages({ __imagetype: 'gold' });
  await ims.listTags();
  assert.deepEqual(
    recorder.take().map(({ query }) => new URLSearchParams(query).get('enterprise_project_id')),
    [ENTERPRISE_PROJECT, ENTERPRISE_PROJECT, 'all_granted_eps', null, null],
  );
  const given = Object.freeze({ name: 'a', instance_id: 's' });
  await ims.createImage(given);
  await ims.createImage({ ...given, enterprise_project_id: '0' });
  await ims.registerImage('i', { image_url: 'bucket:o' });
  await ims.copyImageInRegion('i', { name: 'b' });
  assert.deepEqual(
    recorder.take().map(({ body }) => JSON.parse(body).enterprise_project_id),
    [ENTERPRISE_PROJECT, '0', undefined, ENTERPRISE_PROJECT],
  );
});

test('an error with a status of success keeps its code and its words', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url);
  recorder.otherwise(plain({ error_code: 'IMG.0027', error_msg: 'no such server' }));
  for (const call of [
    () => ims.createImage({ name: 'a', instance_id: 's' }),
    () => ims.addImageTag('i', { key: 'k', value: 'v' }),
  ]) {
    await rejects(call(), { kind: 'service', code: 'IMG.0027', status: 200, message: /no such server/ });
    assert.equal(recorder.take().length, 1);
  }
  const job = { status: 'FAIL', job_id: 'j', error_code: 'IMG.1', error_msg: 'm', fail_reason: 'why' };
  recorder.next(plain(job));
  assert.equal((await ims.showJob('j')).fail_reason, 'why', 'it is what was asked for');
});

test('bad options are refused at the first call, with option, value and rule', async (t) => {
  for (const [options, field, rule] of [
    [{}, 'region', /required, or endpoint/],
    [{ projectId: 'a/b' }, 'projectId', /letters, digits/],
    [{ projectId: '' }, 'projectId', /letters, digits/],
    [{ projectId: 7 }, 'projectId', /text/],
    [{ enterpriseProjectId: 'default' }, 'enterpriseProjectId', /UUID/],
    [{ enterpriseProjectId: 'all_granted_eps' }, 'enterpriseProjectId', /UUID/],
    [{ project: PROJECT }, 'project', /no option here/],
  ]) {
    const endpoint = field === 'region' ? {} : { endpoint: 'http://127.0.0.1:9' };
    const ims = new HuaweiImsClient({ ...endpoint, ...options });
    t.after(() => ims.close());
    await rejects(ims.showImageQuota(), { kind: 'validation', field, rule, operation: 'HuaweiImsClient' });
  }
});

test('what the service would refuse is not sent', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url);
  for (const [call, operation, field] of [
    [() => ims.createImage({ name: 'a', instance_id: 's', volume_id: 'v' }), 'createImage', 'volume_id'],
    [() => ims.createImage(), 'createImage', 'request'],
    [() => ims.exportImage('i', { bucket_url: 'bucket:o' }), 'exportImage', 'file_format'],
    [() => ims.updateImage('i', { set: { Name: 'x' } }), 'updateImage', 'changes.set.Name'],
    [() => ims.addImageTag('i', { key: '' }), 'addImageTag', 'tag.key'],
    [() => ims.listImages({ limit: 0 }), 'listImages', 'limit'],
    [() => ims.showImageMember('i', '..'), 'showImageMember', 'memberId'],
    [() => ims.iterateImagesByTags({ limit: 2000 }).next(), 'listImageByTags', 'limit'],
    [() => ims.waitForJob(''), 'waitForJob', 'jobId'],
    [() => ims.waitForJob('j', { intervalMs: 0 }), 'waitForJob', 'intervalMs'],
    [() => ims.waitForJob('j', { onProgress: 1 }), 'waitForJob', 'onProgress'],
    [() => ims.waitForJob('j', { every: 1 }), 'waitForJob', 'every'],
  ]) {
    await rejects(call(), { kind: 'validation', operation, field });
  }
  const withoutProject = newHuawei(t, recorder.url, { projectId: undefined });
  await rejects(withoutProject.listImagesTags(), { kind: 'validation', field: 'projectId' });
  assert.equal(recorder.take().length, 0);
});

test('error bodies of all shapes give code, message and request ID', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url, { retry: { maxAttempts: 1 } });
  const id = { 'x-request-id': 'r-1' };
  for (const [answer, expected] of [
    [
      plain({ error: { code: 'IMG.0144', message: 'Duplicate name.' } }, 400, id),
      { kind: 'service', code: 'IMG.0144', status: 400, requestId: 'r-1', message: /Duplicate name/ },
    ],
    [
      plain({ error_code: 'APIGW.0301', error_msg: 'Incorrect IAM token', request_id: 'r-2' }, 401),
      { kind: 'auth', code: 'APIGW.0301', status: 401, requestId: 'r-2', message: /Incorrect IAM token/ },
    ],
    [
      plain({ code: 'IMG.0020', message: 'No such image' }, 404, { 'x-openstack-request-id': 'r-3' }),
      { kind: 'service', code: 'IMG.0020', status: 404, requestId: 'r-3', message: /No such image/ },
    ],
    [
      plain({ forbidden: { code: 403, message: 'Policy does not allow it.' } }, 403, id),
      { kind: 'auth', code: undefined, status: 403, requestId: 'r-1', message: /Policy does not allow/ },
    ],
    [
      {
        status: 502,
        headers: { ...id, 'content-type': 'text/html' },
        body: '<html><h1>Bad Gateway</h1></html>',
      },
      {
        kind: 'service',
        code: undefined,
        status: 502,
        requestId: 'r-1',
        retryable: true,
        message: /Bad Gateway/,
      },
    ],
    [
      { status: 500, headers: {}, body: '' },
      { kind: 'service', status: 500, message: /status 500/ },
    ],
    [
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{"images":[' },
      { kind: 'protocol', status: 200, operation: 'listImages' },
    ],
  ]) {
    recorder.next(answer);
    const error = await rejects(ims.listImages(), expected);
    holdsNoSecret([error], ['a-token-that-opens-nothing']);
    recorder.take();
  }
});

test('a page instead of an answer is no success of a write either; what cannot be read keeps its request ID', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url, { retry: { maxAttempts: 1 } });
  const id = { 'x-request-id': 'r-1' };
  const page = { status: 200, headers: { ...id, 'content-type': 'text/html' } };
  const tag = { key: 'k', value: 'v' };
  for (const [operation, call] of Object.entries({
    addImageTag: () => ims.addImageTag('i', tag),
    deleteImageTag: () => ims.deleteImageTag('i', 'k'),
    batchDeleteTags: () => ims.batchDeleteTags('i', { tags: [tag] }),
  })) {
    for (const body of ['<html><p>Please log in</p></html>', '\r\n <!DOCTYPE html><p>Please log in</p>']) {
      recorder.next({ ...page, body });
      const told = { kind: 'protocol', status: 200, requestId: 'r-1', operation, message: /Please log in/ };
      await rejects(call(), told);
    }
    // What else a service says of something that has no answer is its own affair.
    for (const body of ['', '{}', 'done']) {
      recorder.next({ status: 200, headers: id, body });
      assert.equal(await call(), undefined);
    }
  }
  recorder.next(plain({}, 200, id));
  const broken = { kind: 'protocol', status: 200, requestId: 'r-1' };
  await rejects(ims.createImage({ name: 'a', instance_id: 's' }), broken);
  recorder.next({ ...page, body: '{"images":[' });
  await rejects(ims.listImages(), broken);
});

test('creations are sent once, lists as often as it takes', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url);
  recorder.next(plain({}, 503));
  await rejects(ims.createImage({ name: 'a', instance_id: 's' }), { kind: 'service', status: 503 });
  assert.equal(recorder.take().length, 1);
  recorder.next('reset', plain({}, 503), plain({ images: [] }));
  assert.deepEqual(await ims.listImages(), { images: [] });
  assert.equal(recorder.take().length, 3);
  // The first answer is lost, the second finds the tag gone: it is what was wanted.
  recorder.next('reset', plain({ error: { code: 'IMG.1', message: 'no tag' } }, 404));
  assert.equal(await ims.deleteImageTag('i', 'k'), undefined);
  recorder.next(plain({ error: { code: 'IMG.1', message: 'no tag' } }, 404));
  await rejects(ims.deleteImageTag('i', 'k'), { status: 404, code: 'IMG.1' });
});

test('lists are gone through page by page, and end', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url);
  const image = (id) => ({ id, status: 'active' });
  const collect = async (list) => {
    const ids = [];
    for await (const { id, member_id, resource_id } of list) ids.push(id ?? member_id ?? resource_id);
    return ids;
  };
  const markers = () => recorder.take().map(({ query }) => new URLSearchParams(query).get('marker'));
  recorder.next(
    plain({ images: [image('a'), image('b')], page_info: { next_marker: 'b' } }),
    plain({ images: [image('c')], page_info: {} }),
  );
  assert.deepEqual(await collect(ims.iterateImages({ limit: 2 })), ['a', 'b', 'c']);
  assert.deepEqual(markers(), [null, 'b']);
  // An edition that does not say where the next page starts.
  recorder.next(plain({ images: [image('a'), image('b')] }), plain({ images: [image('c')] }));
  assert.deepEqual(await collect(ims.iterateImages({ limit: 2 })), ['a', 'b', 'c']);
  assert.deepEqual(markers(), [null, 'b']);
  // A page that leads to itself tells nothing of the others.
  recorder.otherwise(plain({ images: [image('a')], page_info: { next_marker: 'a' } }));
  await rejects(collect(ims.iterateImages()), { kind: 'protocol', operation: 'iterateImages' });
  assert.equal(markers().length, 2);
  // The page of the members shows a list where it says an object.
  recorder.next(
    plain({ members: [{ member_id: 'p' }], page_info: [{ current_count: 1, next_marker: 'MjcwMDA=' }] }),
    plain({ members: [{ member_id: 'q' }], page_info: [] }),
  );
  assert.deepEqual(await collect(ims.iterateImageMembers('i', { limit: 1 })), ['p', 'q']);
  assert.deepEqual(markers(), [null, 'MjcwMDA=']);
  const found = (...ids) => plain({ total_count: 3, resources: ids.map((resource_id) => ({ resource_id })) });
  recorder.next(found('a', 'b'), found('c'));
  assert.deepEqual(await collect(ims.iterateImagesByTags({ limit: 2, tags: [{ key: 'k', values: [] }] })), [
    'a',
    'b',
    'c',
  ]);
  const asked = recorder.take().map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    asked.map(({ action, limit, offset }) => [action, limit, offset]),
    [
      ['filter', '2', '0'],
      ['filter', '2', '2'],
    ],
  );
  // A service that knows no offset does not lead round for ever.
  recorder.otherwise(found('a', 'b'));
  assert.deepEqual(await collect(ims.iterateImagesByTags({ limit: 2 })), ['a', 'b']);
});
