/** Values that JSON cannot hold, objects that bite when they are looked at, and what is allowed to the last character. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { rejects } from '../support/expect.mjs';
import { fixture, json, startRecorder } from '../support/recorder.mjs';
import * as samples from '../support/samples.mjs';

const ID = 'img-1';
const CREATED = fixture('1.06-create-image.response.json').data;
const PAGE = { list: [], total: 0, current: 1, size: 10 };

function users(count) {
  return Array.from({ length: count }, (_, index) => String(1000 + index));
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
