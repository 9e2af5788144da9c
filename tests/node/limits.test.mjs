/** Bad input is refused before a request is made, with the field, the value and the rule; good input passes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { rejects } from '../support/expect.mjs';
import { startRecorder } from '../support/recorder.mjs';
import * as samples from '../support/samples.mjs';

const ID = 'img-1';
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
    osVersion: [3, GONE],
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
