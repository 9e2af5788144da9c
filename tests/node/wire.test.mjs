/** What goes over the wire: each operation against a recording server, compared with the document's examples. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { newClient, REGION } from '../support/client.mjs';
import { fixture, fixtureText, json, queryPairs, startRecorder } from '../support/recorder.mjs';

const OPERATIONS = fixture('index.json');
const FILE = Buffer.from('the bytes of an image, not JSON');

/** How the public face asks for what the example of each operation asks for. */
const CALLS = {
  listImages: (ims, { query }) => ims.listImages(numbers(query)),
  getImage: (ims, { id }) => ims.getImage(id),
  updateImage: (ims, { id, request }) => ims.updateImage(id, request),
  createImage: (ims, { request }) => ims.createImage(request),
  prepareUpload: (ims, { id, request }) => ims.prepareUpload(id, request),
  completeUpload: (ims, { id, request }) => ims.completeUpload(id, request),
  listPrivateImages: (ims, { query }) => ims.listPrivateImages(numbers(query)),
  download: (ims, { id }) => readAll(ims.download(id, 'stream')),
  deleteImage: (ims, { id }) => ims.deleteImage(id),
  shareImage: (ims, { id, request }) => ims.shareImage(id, request.shares.user_ids),
  listImageShares: (ims, { id, query }) => ims.listImageShares(id, numbers(query)),
  unshareImage: (ims, { id, request }) => ims.unshareImage(id, request.shares.user_ids),
  listSharedImages: (ims, { query }) =>
    ims.listSharedImages({ ...numbers(query), orderBy: query.orderBy, requestInfo: query.requestInfo }),
  deleteSharedImage: (ims, { id }) => ims.deleteSharedImage(id),
  importImage: (ims, { request }) => ims.importImage(request),
  listExportBuckets: (ims, { id }) => ims.listExportBuckets(id),
  exportImage: (ims, { id, request }) => ims.exportImage(id, request.bucket),
  copySharedImage: (ims, { id, request }) => ims.copySharedImage(id, request),
};

function numbers({ current, size }) {
  return { current: Number(current), size: Number(size) };
}

async function readAll(task) {
  const chunks = [];
  for await (const chunk of task.stream) chunks.push(chunk);
  await task.done;
  return Buffer.concat(chunks);
}

/** What the document's answer becomes: percentages are numbers, null lists empty; an ID may be text or number. */
function assertDecoded(actual, expected, path = 'data') {
  if (expected === null) return assert.ok(actual === null || actual === undefined, `${path} is nothing`);
  for (const [name, value] of Object.entries(expected)) {
    const at = `${path}.${name}`;
    if (name === 'progress') assert.equal(actual[name], Number.parseInt(value, 10), at);
    else if (name === 'imageTags') assert.deepEqual(actual[name], value ?? [], at);
    else if (name === 'id') assert.equal(String(actual[name]), String(value), at);
    else if (Array.isArray(value)) {
      assert.equal(actual[name].length, value.length, at);
      for (const [index, item] of value.entries())
        assertDecoded(actual[name][index], item, `${at}[${index}]`);
    } else if (value !== null && typeof value === 'object') assertDecoded(actual[name], value, at);
    else if (value === null) assert.ok(actual[name] === null || actual[name] === undefined, at);
    else assert.equal(actual[name], value, at);
  }
  return undefined;
}

/** What a download may look up before: details or list, with the size and the MD5 of the file. */
function whatIsKnown(path) {
  const details = fixture('1.04-get-image.response.json');
  Object.assign(details.data, { size: FILE.length, checksum: createHash('md5').update(FILE).digest('hex') });
  if (path.includes('/images/')) return JSON.stringify(details);
  return json({ list: [details.data], total: 1, current: 1, size: 1 }).body;
}

/** The path of an example with its placeholders filled. */
function pathOf(operation) {
  return operation.path.replace(/\{(\w+)\}/g, (_, name) => operation.pathParameters[name]);
}

test('the fixtures hold all 18 operations, and each has a method', () => {
  assert.deepEqual(OPERATIONS.map((operation) => operation.operation).sort(), Object.keys(CALLS).sort());
  assert.equal(OPERATIONS.length, 18);
});

for (const operation of OPERATIONS) {
  test(`${operation.section} ${operation.operation} sends and reads what the document shows`, async (t) => {
    const recorder = await startRecorder(t);
    const isFile = operation.operation === 'download';
    const answer = isFile ? FILE : fixtureText(operation.response);
    const type = isFile ? 'application/octet-stream' : 'application/json';
    recorder.otherwise((_request, response, record) => {
      const wanted = record.path === pathOf(operation);
      const found = wanted ? answer : whatIsKnown(record.path);
      response.writeHead(200, { 'content-type': wanted ? type : 'application/json' }).end(found);
    });
    const ims = newClient(t, recorder.url, {
      auth: { type: 'token', token: 'token-of-the-test' },
      headers: { 'x-trace': 'trace-1' },
    });
    const request = operation.request && fixture(operation.request);
    const id = Object.values(operation.pathParameters)[0];
    const result = await CALLS[operation.operation](ims, { id, request, query: operation.query });

    // A download may look up size and checksum before; every other call is one request.
    const sent = recorder.requests.filter((one) => !isFile || one.path === pathOf(operation));
    assert.equal(sent.length, 1, 'one request');
    const [record] = sent;
    assert.equal(record.method, operation.method);
    assert.equal(record.path, pathOf(operation));
    assertQuery(record.query, operation);
    assert.equal(record.headers['x-regionid'], REGION);
    assert.equal(record.headers['x-auth-token'], 'token-of-the-test');
    assert.equal(record.headers['x-trace'], 'trace-1');
    if (request) {
      assert.match(record.headers['content-type'], /^application\/json\b/);
      assert.deepEqual(JSON.parse(record.body.toString('utf8')), request);
      assert.equal(record.headers['content-length'], String(record.body.length));
    } else {
      assert.equal(record.body.length, 0, 'no body');
      assert.equal(record.headers['content-type'], undefined);
    }

    if (isFile) assert.deepEqual(result, FILE);
    else assertAnswer(result, fixture(operation.response).data);
  });
}

test('a copy and an import of which the service tells nothing have happened', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  const calls = [
    ['1.21-copy-shared-image.request.json', (request) => ims.copySharedImage('s', request)],
    ['1.18-import-image.request.json', (request) => ims.importImage(request)],
  ];
  for (const [name, call] of calls) {
    for (const data of [null, undefined]) {
      recorder.next(json(data));
      assert.equal(await call(fixture(name)), null, `${name}: ${data}`);
    }
    recorder.next(json({ imageId: 'img-1' }));
    assert.deepEqual(await call(fixture(name)), { imageId: 'img-1' });
  }
});

test('what the service shows empty can be sent back', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  await ims.updateImage('i', { ...fixture('1.05-update-image.request.json'), osVersion: '' });
  await ims.completeUpload('i', { result: 'success', uploadId: '' });
  const [changed, completed] = recorder.requests.map(({ body }) => JSON.parse(body));
  assert.equal(changed.osVersion, '');
  assert.deepEqual(completed, { result: 'success', uploadId: '' });
});

/** The query is the example's; requestInfo where it stands in an example only may be left out. */
function assertQuery(query, operation) {
  const expected = Object.entries(operation.query);
  const optional = operation.operation === 'listSharedImages' ? [] : ['requestInfo'];
  const required = expected.filter(([name]) => !optional.includes(name));
  const sent = queryPairs(query).filter(([name, value]) => !(optional.includes(name) && value === REGION));
  assert.deepEqual(
    sent,
    required.sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function assertAnswer(result, data) {
  if (data === null || data === undefined) return assert.equal(result, undefined, 'nothing is returned');
  if (!Array.isArray(data)) return assertDecoded(result, data);
  return assertDecoded({ list: result }, { list: data });
}

test('the filter of the private list is written as the document writes it', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  const [example] = OPERATIONS.find((one) => one.operation === 'listPrivateImages').examples;
  recorder.otherwise({
    headers: { 'content-type': 'application/json' },
    body: fixtureText('1.10-list-private-images.response.json'),
  });
  await ims.listPrivateImages({ current: 1, size: 10, filter: example.filter });
  await ims.listPrivateImages({ filter: { name: '镜像 1' } });
  await ims.listPrivateImages({ filter: { imageId: 'img-1' } });
  await ims.listPrivateImages({ filter: {} });
  const queries = recorder.take().map((record) => record.query);
  assert.ok(!queries.some((query) => query.includes('|')), '| goes as %7C');
  const filters = queries.map((query) => new URLSearchParams(query).get('filter')?.replace(/\|$/, ''));
  const wanted = new URLSearchParams(example.rawQuery).get('filter').replace(/\|$/, '');
  assert.deepEqual(filters, [wanted, 'name:lk:镜像 1', 'imageId:eq:img-1', undefined]);
  assert.deepEqual(
    queries.map((query) => new URLSearchParams(query).get('current')),
    ['1', '1', '1', '1'],
    'the page is required by the document: it is sent when nobody names it',
  );
});

test('the endpoint may have a path and a slash at its end', async (t) => {
  const recorder = await startRecorder(t);
  for (const suffix of ['', '/', '/proxy/ims', '/proxy/ims/']) {
    recorder.next({
      headers: { 'content-type': 'application/json' },
      body: fixtureText('1.04-get-image.response.json'),
    });
    await newClient(t, recorder.url + suffix).getImage('img-1');
    const prefix = suffix.replace(/\/$/, '');
    assert.equal(recorder.take()[0].path, `${prefix}/api/image/v1/images/img-1`);
  }
});

/** IDs that would become other paths if they were pasted into one. */
const EVIL_IDS = [
  '../x',
  'a/b?c',
  'a#b',
  '%2e%2e',
  '%2F',
  'a b',
  'a\\b',
  '镜像',
  '𠀀',
  'a;b=c',
  'a+b',
  '..%2f..',
  '\'"<>',
  '...',
];
const WITH_ID = [
  'getImage',
  'updateImage',
  'deleteImage',
  'shareImage',
  'deleteSharedImage',
  'copySharedImage',
];

for (const name of WITH_ID) {
  test(`${name}: every ID reaches the server as one segment`, async (t) => {
    const recorder = await startRecorder(t);
    const operation = OPERATIONS.find((one) => one.operation === name);
    const body = fixtureText(operation.response);
    recorder.otherwise({ headers: { 'content-type': 'application/json' }, body });
    const ims = newClient(t, recorder.url);
    const request = operation.request && fixture(operation.request);
    for (const id of EVIL_IDS) {
      await CALLS[name](ims, { id, request, query: {} });
      const [record, ...more] = recorder.take();
      assert.equal(more.length, 0);
      const template = operation.path.split('/');
      const segments = record.path.split('/');
      assert.equal(segments.length, template.length, `${id} is one segment of ${record.path}`);
      for (const [index, part] of template.entries()) {
        if (part.startsWith('{')) assert.equal(decodeURIComponent(segments[index]), id);
        else assert.equal(segments[index], part);
      }
      assert.equal(record.query, '', `nothing of ${id} becomes the query`);
    }
  });
}
