/** What is refused or ended before anything has begun: whoever waits hears of it, and nothing is sent or replaced. */
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { CecloudImsClient, newClient, REGION } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { everyText, rejects } from '../support/expect.mjs';
import { randomBytes } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { fixture, json, startRecorder } from '../support/recorder.mjs';
import { rawImage } from '../support/samples.mjs';

const IMAGE = fixture('1.04-get-image.response.json').data;

async function allOf(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

const ENDED = { aborted: { kind: 'aborted' }, refused: { kind: 'validation' } };
for (const [what, begin, expected] of [
  ['an image without an ID', (ims) => ims.download(undefined, 'stream'), ENDED.refused],
  ['an unknown checksum', (ims) => ims.download('img-1', 'stream', { checksum: 'crc' }), ENDED.refused],
  ['an unknown option', (ims) => ims.download('img-1', 'stream', { nope: 1 }), ENDED.refused],
  [
    'a signal that was given before',
    (ims) => ims.download('img-1', 'stream', { signal: AbortSignal.abort() }),
    ENDED.aborted,
  ],
  [
    'an abort at once',
    (ims) => {
      const task = ims.download('img-1', 'stream');
      task.abort();
      return task;
    },
    ENDED.aborted,
  ],
]) {
  test(`the stream of a download fails with its task: ${what}`, async (t) => {
    const recorder = await startRecorder(t);
    const task = begin(newClient(t, recorder.url));
    await rejects(allOf(task.stream), expected);
    await rejects(task.done, expected);
  });
}

test('a download replaces files only, and the file behind a link', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const bytes = randomBytes('target', 300_000);
  const { image } = await ims.upload(bytes, rawImage({ name: 'target' })).done;
  const folder = await temporaryFolder(t);
  const at = (name) => path.join(folder, name);
  await mkdir(at('directory'));
  const refused = { kind: 'validation', field: 'target.path', rule: /must be the path of a file/ };
  await rejects(ims.download(image.imageId, { path: at('directory') }).done, refused);
  assert.deepEqual(await readdir(folder), ['directory']);
  assert.equal((await emulator.arrived('download_image')).length, 0);
  await writeFile(at('real.raw'), 'what was there');
  await symlink(at('real.raw'), at('link.raw'));
  await ims.download(image.imageId, { path: at('link.raw') }).done;
  assert.ok((await lstat(at('link.raw'))).isSymbolicLink());
  assert.deepEqual(await readFile(at('real.raw')), Buffer.from(bytes));
  assert.deepEqual((await readdir(folder)).sort(), ['directory', 'link.raw', 'real.raw']);
});

test('a stream that breaks before it is read ends the upload, not the process', async (t) => {
  const recorder = await startRecorder(t);
  const stream = createReadStream(path.join(await temporaryFolder(t), 'nothing.qcow2'));
  const broken = new Promise((resolve) => stream.once('close', resolve));
  const task = newClient(t, recorder.url).upload({ stream, size: 1024 }, rawImage({ name: 'broken' }));
  await broken;
  await assert.rejects(task.done);
});

test('an option that cannot be read is not one that was not given', async (t) => {
  const recorder = await startRecorder(t);
  const throwing = (name, others = {}) =>
    Object.defineProperty(others, name, {
      enumerable: true,
      get() {
        throw new Error('the vault is closed');
      },
    });
  const refused = (field) => ({ kind: 'validation', field, rule: /must be readable/ });
  const unsigned = new CecloudImsClient(throwing('auth', { endpoint: recorder.url, region: REGION }));
  t.after(() => unsigned.close());
  await rejects(unsigned.getImage('img-1'), refused('auth'));
  const ims = newClient(t, recorder.url);
  await rejects(ims.getImage('img-1', throwing('signal')), refused('signal'));
  await rejects(ims.download('img-1', 'stream', throwing('signal')).done, refused('signal'));
  assert.deepEqual(recorder.take(), []);
});

test('an iterator refuses what its list refuses, and begins where it is told to', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  const throwing = Object.defineProperty({}, 'size', {
    enumerable: true,
    get() {
      throw new Error('no size');
    },
  });
  for (const request of [5, 'all', throwing]) {
    await rejects(ims.iteratePrivateImages(request).next(), { kind: 'validation' });
  }
  assert.deepEqual(recorder.take(), []);
  // A service that shows the same page again and again is not asked for ever.
  const page = json({ total: 1_000, list: [IMAGE] });
  recorder.next(page).next(page).next(page);
  const images = [];
  for await (const image of ims.iteratePrivateImages({ current: 3, size: 1 })) images.push(image.imageId);
  assert.deepEqual(images, [IMAGE.imageId]);
  const asked = recorder.take().map(({ query }) => new URLSearchParams(query).get('current'));
  assert.deepEqual(asked, ['3', '4', '5']);
});

test('headers that are no plain object are refused, not left out', async (t) => {
  const recorder = await startRecorder(t);
  for (const headers of [new Headers({ 'x-api-key': 'k' }), new Map([['x-api-key', 'k']])]) {
    const refused = { kind: 'validation', field: 'headers' };
    await rejects(newClient(t, recorder.url, { headers }).getImage('img-1'), refused);
    await rejects(newClient(t, recorder.url).getImage('img-1', { headers }), refused);
  }
  assert.deepEqual(recorder.take(), []);
});

test('a password in an address is not repeated, whatever else is wrong with it', async (t) => {
  for (const endpoint of [
    'http://user:swordfish@host/x?y',
    'ftp://user:swordfish@host/',
    'http://host/?token=swordfish',
    'https://user:swordfish@ho st/',
    'https://host/#swordfish',
  ]) {
    const error = await rejects(newClient(t, endpoint).getImage('img-1'), { kind: 'validation' });
    assert.ok(!everyText(error).includes('swordfish'), everyText(error));
  }
});
