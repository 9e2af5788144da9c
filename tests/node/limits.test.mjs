/** Bad input is refused before a request is made, with the field, the value and the rule; good input passes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { rejects } from '../support/expect.mjs';
import { fixture, json, startRecorder } from '../support/recorder.mjs';
import * as samples from '../support/samples.mjs';

const ID = 'img-1';
const CREATED = fixture('1.06-create-image.response.json').data;
const PAGE = { list: [], total: 0, current: 1, size: 10 };
/** Marks a field that is left out. */
const GONE = Symbol('left out');

function changed(sample, field, value) {
  const copy = { ...sample };
  if (value === GONE) delete copy[field];
  else copy[field] = value;
  return copy;
}

const METHODS = {
  createImage: (ims, change) => ims.createImage(change(samples.createImage())),
  updateImage: (ims, change) => ims.updateImage(ID, change(samples.updateImage())),
  importImage: (ims, change) => ims.importImage(change(samples.importImage())),
  copySharedImage: (ims, change) => ims.copySharedImage(ID, change(samples.copySharedImage())),
};

/** Rows of refused values: the field, then values. */
const REFUSED = {
  createImage: {
    name: [
      '',
      ' a',
      'a ',
      ' ',
      'a/b',
      'a\nb',
      'a\tb',
      'a|b',
      '😀',
      'a'.repeat(129),
      '名'.repeat(129),
      '𠀀'.repeat(129),
      7,
      null,
      GONE,
    ],
    description: ['x', 'x'.repeat(257), '述', '😀', '述'.repeat(257), 7],
    diskFormat: ['vhd', 'QCOW2', '', ['raw'], null, GONE],
    minDisk: [0, -1, 1.5, '10', 2 ** 53, 1e300, true, null, GONE, {}],
    minRam: [-1, 0.5, '512', 2 ** 53, false, null, GONE],
    imageType: ['iso_image', 'OS_IMAGE', GONE],
    instruction: ['64', '64-bit', GONE],
    cpuArch: ['x86_64', 'ARM', GONE],
    osType: ['Linux', 'bsd', GONE],
    platform: ['centos', 'Debian', GONE],
    visibility: ['shared', 'Public', GONE],
    usage: ['vm', 'cks', GONE],
    bootMode: ['uefi', 'legacy'],
    departmentId: ['', 7, GONE],
    tenantId: ['', 7, null, GONE],
    imageTags: ['tag', { key: 'x' }, 7],
    foo: [1, 'x', [], {}],
    image: [samples.createImage()],
  },
  updateImage: {
    name: ['', ' a', 'a ', 'a'.repeat(129), '𠀀'.repeat(129), GONE],
    bootMode: ['uefi', '', GONE],
    cpuArch: ['', 7, GONE],
    diskFormat: ['', GONE],
    instruction: ['32', GONE],
    minDisk: [0, -20, 2.5, '20', GONE],
    minRam: [-1, '1', GONE],
    osType: ['macos', GONE],
    osVersion: ['', 3, GONE],
    platform: ['Ubuntu', GONE],
    description: ['not a field of this request'],
  },
  importImage: {
    name: ['', ' a', 'a'.repeat(129), GONE],
    description: ['x', 'x'.repeat(257)],
    visibility: ['public', GONE],
    usage: ['cke', 'bms', GONE],
    imageType: ['disk'],
    diskFormat: ['iso', GONE],
    imageUrl: ['', 'ftp://example.com/a', 'example.com/a', 'https://', 7, GONE],
    osVersion: [7, GONE],
    osType: [7, GONE],
    platform: [7, GONE],
    minDisk: [0, 1.5, GONE],
    minRam: [-1, GONE],
    departmentId: ['', GONE],
    tenantId: ['', GONE],
    volumeImages: ['x', { imageUrl: 'https://example.com/a' }, 7],
  },
  copySharedImage: {
    tenantId: ['', 7, GONE],
    departmentId: ['', GONE],
    resourceGroupId: [7, GONE],
    name: ['', 7, GONE],
    description: [7, {}],
    other: [1],
  },
};

for (const [method, fields] of Object.entries(REFUSED)) {
  for (const [field, values] of Object.entries(fields)) {
    test(`${method}: ${field} is checked before a request is made`, async (t) => {
      const recorder = await startRecorder(t);
      const ims = newClient(t, recorder.url);
      for (const value of values) {
        const promise = METHODS[method](ims, (sample) => changed(sample, field, value));
        const error = await rejects(promise, {
          kind: 'validation',
          field,
          operation: method,
          retryable: false,
        });
        assert.ok(error.rule?.length > 5, `the rule is said: ${error.rule}`);
        assert.ok(error.message.includes(field), `the message names the field: ${error.message}`);
        if (value !== GONE && value !== null)
          assert.deepEqual(error.value, value, `the value of ${error.message}`);
      }
      assert.equal(recorder.requests.length, 0, 'no request was made');
    });
  }
}

/** Calls that are refused as a whole or in the depth: [what, call, field, rule]. */
const DEEP = [
  ['a size that is no number', (ims) => ims.prepareUpload(ID, { size: '5' }), 'size'],
  ['a negative size', (ims) => ims.prepareUpload(ID, { size: -1 }), 'size'],
  ['a broken size', (ims) => ims.prepareUpload(ID, { size: 1.5 }), 'size'],
  ['a size beyond exact numbers', (ims) => ims.prepareUpload(ID, { size: 2 ** 53 }), 'size'],
  ['no size', (ims) => ims.prepareUpload(ID, {}), 'size'],
  ['another result', (ims) => ims.completeUpload(ID, { result: 'done' }), 'result', /success.*failed/],
  ['no result', (ims) => ims.completeUpload(ID, {}), 'result', /success.*failed/],
  [
    'an upload ID that is no text',
    (ims) => ims.completeUpload(ID, { result: 'success', uploadId: 5 }),
    'uploadId',
  ],
  ['no users', (ims) => ims.shareImage(ID, []), 'userIds', /50/],
  ['51 users', (ims) => ims.shareImage(ID, users(51)), 'userIds', /50/],
  ['an empty user', (ims) => ims.shareImage(ID, ['1', '']), 'userIds[1]'],
  ['a user that is no text', (ims) => ims.shareImage(ID, [7085524801413873664n]), 'userIds[0]'],
  ['a user twice', (ims) => ims.shareImage(ID, ['1', '2', '1']), 'userIds[2]', /twice|duplicate|once/i],
  ['users that are no list', (ims) => ims.shareImage(ID, '7085524801413873664'), 'userIds'],
  ['users left out', (ims) => ims.shareImage(ID), 'userIds'],
  ['a hole in the list', (ims) => ims.shareImage(ID, [undefined, '1']), 'userIds[0]'],
  ['no users to unshare', (ims) => ims.unshareImage(ID, []), 'userIds', /50/],
  ['51 users to unshare', (ims) => ims.unshareImage(ID, users(51)), 'userIds', /50/],
  ['page 0', (ims) => ims.listImages({ current: 0, size: 10 }), 'current'],
  ['a page size of 0', (ims) => ims.listImages({ current: 1, size: 0 }), 'size'],
  ['a page size as text', (ims) => ims.listPrivateImages({ size: '10' }), 'size'],
  ['half a page', (ims) => ims.listSharedImages({ current: 1.5 }), 'current'],
  ['a page that is no object', (ims) => ims.listImages(5), /^(page|request)$/],
  ['an unknown page field', (ims) => ims.listImages({ page: 1 }), 'page'],
  ['an order that is no text', (ims) => ims.listSharedImages({ orderBy: 7 }), 'orderBy'],
  ['a filter as text', (ims) => ims.listPrivateImages({ filter: 'name:lk:x' }), 'filter'],
  ['| in a filter', (ims) => ims.listPrivateImages({ filter: { name: 'a|imageId:eq:b' } }), 'filter.name'],
  [
    '| in the ID of a filter',
    (ims) => ims.listPrivateImages({ filter: { imageId: 'a|name:lk:b' } }),
    'filter.imageId',
  ],
  ['an empty filter text', (ims) => ims.listPrivateImages({ filter: { name: '' } }), 'filter.name'],
  ['an unknown filter', (ims) => ims.listPrivateImages({ filter: { status: 'active' } }), 'filter.status'],
  [
    'a volume that is no object',
    (ims) => ims.importImage(samples.importImage({ volumeImages: [null] })),
    'volumeImages[0]',
  ],
  [
    'a volume with a bad disk',
    (ims) => ims.importImage(samples.importImage({ volumeImages: [{ minDisk: 1 }, { minDisk: -1 }] })),
    'volumeImages[1].minDisk',
  ],
  [
    'a volume with a bad URL',
    (ims) => ims.importImage(samples.importImage({ volumeImages: [{ imageUrl: 'file:///etc' }] })),
    'volumeImages[0].imageUrl',
  ],
  [
    'a volume with another field',
    (ims) => ims.importImage(samples.importImage({ volumeImages: [{ size: 1 }] })),
    'volumeImages[0].size',
  ],
  [
    'tags that are no objects',
    (ims) => ims.createImage(samples.createImage({ imageTags: [{}, 'x'] })),
    'imageTags[1]',
  ],
  ['no bucket', (ims) => ims.exportImage(ID), /^bucket/],
  ['a bucket without a name', (ims) => ims.exportImage(ID, { azId: 'AZ0', cellId: 'c' }), 'bucket.name'],
  [
    'a bucket with an empty zone',
    (ims) => ims.exportImage(ID, { name: 'n', azId: '', cellId: 'c' }),
    'bucket.azId',
  ],
  [
    'a bucket with another field',
    (ims) => ims.exportImage(ID, { name: 'n', azId: 'a', cellId: 'c', x: 1 }),
    'bucket.x',
  ],
  ['an empty image ID', (ims) => ims.getImage(''), 'imageId'],
  ['a path as image ID', (ims) => ims.getImage('..'), 'imageId'],
  ['a dot as image ID', (ims) => ims.deleteImage('.'), 'imageId'],
  ['no image ID', (ims) => ims.deleteImage(), 'imageId'],
  ['null as image ID', (ims) => ims.listExportBuckets(null), 'imageId'],
  ['a number as image ID', (ims) => ims.getImage(7), 'imageId'],
  ['an object as image ID', (ims) => ims.listImageShares({}), 'imageId'],
  ['an empty share ID', (ims) => ims.deleteSharedImage(''), 'shareId'],
  ['an image that is null', (ims) => ims.createImage(null), /^(image|request)$/],
  ['an image left out', (ims) => ims.createImage(), /^(image|request)$/],
  ['an image that is a text', (ims) => ims.createImage('{}'), /^(image|request)$/],
  ['an image that is a list', (ims) => ims.createImage([samples.createImage()]), /^(image|request)$/],
];

function users(count) {
  return Array.from({ length: count }, (_, index) => String(1000 + index));
}

for (const [what, call, field, rule = /\S/] of DEEP) {
  test(`${what} is refused before a request is made`, async (t) => {
    const recorder = await startRecorder(t);
    const error = await rejects(call(newClient(t, recorder.url)), { kind: 'validation', field, rule });
    assert.ok(error.message.includes(error.field));
    assert.equal(recorder.requests.length, 0);
  });
}

/** Values that JSON cannot say, or that bite when they are looked at. */
test('values that JSON cannot hold are refused, not sent as null', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 10n, Symbol('ten'), () => 10]) {
    const promise = ims.createImage(samples.createImage({ minDisk: value }));
    const error = await rejects(promise, {
      kind: 'validation',
      field: 'minDisk',
      rule: /number/i,
    });
    const shown = `${error.message} ${String(error.value)}`;
    assert.match(shown, /NaN|Infinity|10|Symbol|function|=>/, 'the value is shown');
  }
  await rejects(ims.createImage(samples.createImage({ name: '\ud800' })), {
    kind: 'validation',
    field: 'name',
  });
  await rejects(ims.createImage(samples.createImage({ imageTags: [{ size: Number.NaN }] })), {
    kind: 'validation',
    field: /^imageTags\[0\]/,
  });
  assert.equal(recorder.requests.length, 0);
});

test('objects in circles and getters that throw are refused with the path', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  const circle = {};
  circle.self = circle;
  await rejects(ims.createImage(samples.createImage({ imageTags: [circle] })), {
    kind: 'validation',
    field: /^imageTags\[0\]/,
  });
  const volumes = [];
  volumes.push(volumes);
  await rejects(ims.importImage(samples.importImage({ volumeImages: volumes })), {
    kind: 'validation',
    field: /^volumeImages\[0\]/,
  });
  const trap = samples.createImage();
  Object.defineProperty(trap, 'name', {
    enumerable: true,
    get() {
      throw new Error('a getter that throws');
    },
  });
  await rejects(ims.createImage(trap), { kind: 'validation', field: 'name' });
  const proxy = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('a proxy that throws');
      },
    },
  );
  await rejects(ims.createImage(proxy), { kind: 'validation' });
  let deep = {};
  for (let depth = 0; depth < 100_000; depth += 1) deep = { deep };
  await rejects(ims.createImage(samples.createImage({ imageTags: [deep] })), {
    kind: 'validation',
    field: /^imageTags\[0\]/,
  });
  assert.equal(recorder.requests.length, 0);
  await rejects(ims.getImage(''), { kind: 'validation' });
});

test('what the document allows passes, to the last character', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  const good = [
    { name: 'a' },
    { name: 'a'.repeat(128) },
    { name: '名'.repeat(128) },
    { name: '𠀀'.repeat(128) },
    { name: 'A z-0._ 镜像' },
    { description: '描述' },
    { description: 'x'.repeat(256) },
    { minDisk: 1, minRam: 0 },
    { minDisk: 2_147_483_647 },
    { resourceGroupId: '' },
    { imageTags: [] },
    { description: undefined, imageTags: undefined, resourceGroupId: undefined, bootMode: undefined },
  ];
  for (const change of good) {
    recorder.next(json(CREATED));
    await ims.createImage(samples.createImage(change));
    const sent = JSON.parse(recorder.take()[0].body.toString('utf8'));
    assert.deepEqual(
      sent,
      JSON.parse(JSON.stringify(samples.createImage(change))),
      JSON.stringify(change).slice(0, 80),
    );
  }
  recorder.next(json(null));
  await ims.shareImage(ID, users(50));
  assert.equal(JSON.parse(recorder.take()[0].body).shares.user_ids.length, 50);
  recorder.next(json(PAGE));
  await ims.listImages({ current: 7, size: 100 });
  assert.equal(recorder.take().length, 1);
});
