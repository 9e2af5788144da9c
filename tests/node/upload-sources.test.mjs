/** What can be uploaded: bytes, blobs, streams with their size, paths; and what is refused before anything is made. */
import assert from 'node:assert/strict';
import { createReadStream, openAsBlob } from 'node:fs';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw, randomBytes, randomPieces } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { imageOf, rawImage } from '../support/samples.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;
const SIZE = 12 * MIB + 345;
const SEED = 'sources';

async function* pieces(size = SIZE, piece = 77_777) {
  for (const chunk of randomPieces(SEED, size, piece)) yield new Uint8Array(chunk);
}

/** One buffer for all chunks: each is gone with the next one. */
async function* reusing() {
  const buffer = Buffer.alloc(300_000);
  for (const chunk of randomPieces(SEED, SIZE, buffer.length)) {
    chunk.copy(buffer);
    yield buffer.subarray(0, chunk.length);
  }
}

/** Every kind of source that works in Node, of the same bytes. */
const SOURCES = {
  'a path': (file) => ({ path: file }),
  'a Blob of a file': (file) => openAsBlob(file),
  'a Blob in memory': () => new Blob([...randomPieces(SEED, SIZE)]),
  'a slice of a Blob': () => new Blob(['before', ...randomPieces(SEED, SIZE), 'after']).slice(6, 6 + SIZE),
  'a File': () => new File([...randomPieces(SEED, SIZE)], 'disk.raw'),
  'a Uint8Array': () => new Uint8Array(randomBytes(SEED, SIZE)),
  'a view into a bigger buffer': () => {
    const whole = new Uint8Array(SIZE + 100);
    whole.set(randomBytes(SEED, SIZE), 50);
    return whole.subarray(50, 50 + SIZE);
  },
  'an ArrayBuffer': () => Uint8Array.from(randomBytes(SEED, SIZE)).buffer,
  'a Buffer': () => randomBytes(SEED, SIZE),
  'a file handle like that of a page': async (file) => {
    const blob = await openAsBlob(file);
    return { getFile: async () => blob };
  },
  'a web stream': (file) => ({ stream: Readable.toWeb(createReadStream(file)), size: SIZE }),
  'a Readable': (file) => ({ stream: createReadStream(file), size: SIZE }),
  'an async generator': () => ({ stream: pieces(), size: SIZE }),
  'a stream of small pieces': () => ({ stream: pieces(SIZE, 1_000), size: SIZE }),
  'a stream of single pieces': () => ({ stream: pieces(SIZE, 16 * MIB), size: SIZE }),
  'a stream whose producer uses its buffer again': () => ({ stream: reusing(), size: SIZE }),
};

for (const [what, make] of Object.entries(SOURCES)) {
  test(`${what} arrives as it is`, { timeout: 60_000 }, async (t) => {
    const emulator = await startEmulator(t);
    const ims = newClient(t, emulator.ims);
    const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), SIZE, SEED);
    const source = await make(file);
    const { image, verified } = await ims.upload(source, rawImage({ name: 'source' }), { partSize: 5 * MIB })
      .done;
    assert.equal(image.status, 'active');
    assert.equal(verified, 'md5');
    await assertSameBytes(file, await emulator.file(image.imageId));
  });
}

test('bytes that are changed after the call do not matter once it is done, and the source stays usable', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const bytes = new Uint8Array(randomBytes(SEED, 100_000));
  const { image } = await ims.upload(bytes, rawImage()).done;
  assert.equal(bytes.byteLength, 100_000, 'the buffer was not taken away');
  await assertSameBytes([bytes], await emulator.file(image.imageId));
});

test('bytes in memory may be more than 32 bits count', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const size = 2 ** 32 + MIB;
  class Large extends Uint8Array {
    get byteLength() {
      return size;
    }
    subarray(from, to) {
      return new Uint8Array(Math.max(0, Math.min(to, size) - from));
    }
  }
  const task = ims.upload(new Large(), imageOf(size), { partSize: 5 * MIB });
  const ended = rejects(task.done, { kind: 'aborted' });
  await Promise.race([ended, eventually(() => task.progress.bytesTotal === size, 'all of it is counted')]);
  assert.equal(task.progress.bytesTotal, size);
  await task.abort();
  await ended;
});

for (const [when, early] of [
  ['while it stands still', true],
  ['after it goes on', false],
]) {
  test(`a chunk that is waited for when an upload pauses, and comes ${when}, is not lost`, {
    timeout: 60_000,
  }, async (t) => {
    const emulator = await startEmulator(t);
    const ims = newClient(t, emulator.ims);
    let waitedFor = 0;
    let come;
    const coming = new Promise((resolve) => {
      come = resolve;
    });
    async function* halting() {
      for await (const piece of pieces(SIZE, MIB)) {
        if (++waitedFor === 3) await coming;
        yield piece;
      }
    }
    const task = ims.upload({ stream: halting(), size: SIZE }, rawImage(), { partSize: 5 * MIB });
    await Promise.race([task.done, eventually(() => waitedFor === 3, 'the third chunk is waited for')]);
    task.pause();
    await eventually(() => task.state === 'paused', 'it pauses');
    if (early) {
      come();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    task.resume();
    await eventually(() => task.state === 'running', 'it goes on');
    come();
    assert.equal((await task.done).verified, 'md5');
    await assertSameBytes([randomBytes(SEED, SIZE)], await emulator.file(task.imageId));
  });
}

test('a stream of very small chunks that are there already leaves others their turns', {
  timeout: 120_000,
}, async (t) => {
  const emulator = await startEmulator(t, '--oss-sink');
  const ims = newClient(t, emulator.ims);
  const size = 24 * MIB;
  const chunk = new Uint8Array(128);
  let given = 0;
  async function* small() {
    for (; given < size; given += chunk.length) yield chunk;
  }
  let most = 0;
  let before = 0;
  // By chunks, not by time: other programs take that, too.
  const turns = setInterval(() => {
    most = Math.max(most, given - before);
    before = given;
  }, 1);
  t.after(() => clearInterval(turns));
  await ims.upload({ stream: small(), size }, imageOf(size), { checksum: 'none', wait: false }).done;
  assert.ok(most < MIB, `${most} bytes without a turn for others`);
});

/** Sources that are refused: [what, a maker that gets a folder, the fields of the error]. */
const REFUSED = [
  ['an empty file', async (folder) => ({ path: await touch(folder) }), { message: /empty/i }],
  ['empty bytes', () => new Uint8Array(0), { message: /empty/i }],
  ['an empty Blob', () => new Blob([]), { message: /empty/i }],
  ['a stream of size 0', () => ({ stream: pieces(1), size: 0 }), {}],
  ['a stream without its size', () => ({ stream: pieces(1) }), { field: /size/ }],
  ['a stream of a broken size', () => ({ stream: pieces(1), size: 1.5 }), { field: /size/ }],
  ['a stream of a negative size', () => ({ stream: pieces(1), size: -1 }), { field: /size/ }],
  [
    'a path where nothing is',
    (folder) => ({ path: path.join(folder, 'nothing') }),
    { kind: 'source', message: /nothing/ },
  ],
  ['a folder', (folder) => ({ path: folder }), { kind: 'source' }],
  ['a path that is no text', () => ({ path: 7 }), { field: /path/ }],
  ['nothing', () => undefined, { kind: 'validation' }],
  ['null', () => null, { kind: 'validation' }],
  ['a text', () => '/etc/hostname', { kind: 'validation' }],
  ['a number', () => 7, { kind: 'validation' }],
  ['an object without meaning', () => ({}), { kind: 'validation' }],
];

async function touch(folder) {
  const file = path.join(folder, 'empty.raw');
  await writeFile(file, '');
  return file;
}

for (const [what, make, fields] of REFUSED) {
  test(`${what} is refused before anything is created`, async (t) => {
    const emulator = await startEmulator(t);
    const ims = newClient(t, emulator.ims);
    const source = await make(await temporaryFolder(t));
    const expected = { kind: ['source', 'validation'], operation: 'upload', resumable: false, ...fields };
    await rejects(ims.upload(source, rawImage()).done, expected);
    assert.deepEqual(
      (await emulator.arrived()).map((request) => request.operation),
      [],
    );
  });
}

test('bad metadata and bad options are refused before anything is created', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const bytes = randomBytes(1, 1000);
  const bad = [
    [rawImage({ name: ' x' }), {}, /name$/],
    [rawImage({ minDisk: 0 }), {}, /minDisk$/],
    [null, {}, /target|image/],
    [{ imageId: '' }, {}, /imageId$/],
    [{ imageId: '..' }, {}, /imageId$/],
    [rawImage(), { partSize: 1 }, /partSize/],
    [rawImage(), { partSize: Number.NaN }, /partSize/],
    [rawImage(), { partSize: 6 * 1024 * MIB }, /partSize/],
    [rawImage(), { concurrency: 0 }, /concurrency/],
    [rawImage(), { concurrency: 1.5 }, /concurrency/],
    [rawImage(), { checksum: 'sha1' }, /checksum/],
    [rawImage(), { wait: { timeoutMs: -1 } }, /wait/],
    [rawImage(), { onProgress: 'x' }, /onProgress/],
    [rawImage(), { signal: {} }, /signal/],
    [rawImage(), { oss: { addressing: 'sideways' } }, /oss/],
    [rawImage(), { oss: { endpoint: 'nowhere' } }, /oss/],
    [rawImage(), { partsize: 5 * MIB }, /partsize/],
  ];
  for (const [image, options, field] of bad) {
    const upload = async () => ims.upload(bytes, image, options).done;
    await rejects(upload(), { kind: 'validation', field });
  }
  assert.deepEqual(await emulator.arrived(), []);
});

/** Streams that do not keep their word: nothing of them may ever be an active image. */
const BROKEN_STREAMS = {
  'a stream that ends early': () => ({ stream: pieces(SIZE - 1), size: SIZE }),
  'a short stream of one part': () => ({ stream: pieces(99), size: 100 }),
  'a stream that goes on': () => ({ stream: pieces(SIZE + 1), size: SIZE }),
  'a long stream of one part': () => ({ stream: pieces(101), size: 100 }),
  'a stream that fails': () => ({ stream: failing(), size: SIZE }),
  'a stream of texts': () => ({ stream: texts(), size: SIZE }),
};

async function* failing() {
  yield* pieces(6 * MIB);
  throw new Error('the disk is broken');
}

async function* texts() {
  for (;;) yield 'text';
}

for (const [what, make] of Object.entries(BROKEN_STREAMS)) {
  test(`${what} is an error of the source, and no image comes of it`, async (t) => {
    const emulator = await startEmulator(t);
    const ims = newClient(t, emulator.ims);
    const task = ims.upload(make(), rawImage(), { partSize: 5 * MIB });
    await rejects(task.done, { kind: ['source', 'validation'], resumable: false });
    assert.equal(task.state, 'failed');
    assert.ok((await emulator.images()).every((image) => ['killed', 'deleted'].includes(image.status)));
    const store = await openStore(emulator);
    await eventually(async () => (await store.uploads()).length === 0, 'the parts are removed');
    assert.deepEqual(await store.objects(), []);
  });
}

test('a file that changes while it is uploaded is noticed', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const folder = path.join(await temporaryFolder(t), 'sub');
  await mkdir(folder);
  const file = await makeRandomRaw(path.join(folder, 'disk.raw'), SIZE, SEED);
  await emulator.spoil({ operation: 'UploadPart', delayMs: 100, times: 0 });
  let changed;
  const task = ims.upload({ path: file }, rawImage(), {
    partSize: 5 * MIB,
    concurrency: 1,
    onEvent(event) {
      if (event.type === 'part' && event.state === 'started') changed ??= appendFile(file, 'more');
    },
  });
  await rejects(task.done, {
    kind: 'source',
    code: 'file-changed',
    message: /changed while it was uploaded/,
  });
  await changed;
  assert.ok((await emulator.images()).every((image) => image.status !== 'active'));
});

/** Bytes that are not there any more when they are to be read: [what, a maker]. */
const TRANSFERRED = [
  [
    'a chunk of a stream',
    () => {
      const gone = new Uint8Array(MIB);
      structuredClone(gone, { transfer: [gone.buffer] });
      async function* chunks() {
        yield new Uint8Array(MIB);
        yield gone;
      }
      return { stream: chunks(), size: 2 * MIB };
    },
  ],
  [
    'a slice of what is like a Blob',
    () => {
      const gone = new ArrayBuffer(MIB);
      structuredClone(gone, { transfer: [gone] });
      const slice = () => ({ arrayBuffer: async () => gone });
      return { size: MIB, slice, arrayBuffer: slice };
    },
  ],
];

for (const [what, make] of TRANSFERRED) {
  test(`${what} whose buffer was transferred away ends one upload, and nothing else`, async (t) => {
    const emulator = await startEmulator(t);
    const ims = newClient(t, emulator.ims);
    await emulator.spoil({ operation: 'UploadPart', delayMs: 300, times: 1 });
    const other = ims.upload(randomBytes(SEED, SIZE), rawImage({ name: 'other' }), { partSize: 5 * MIB });
    await rejects(ims.upload(make(), rawImage()).done, { kind: 'source' });
    assert.equal((await other.done).verified, 'md5');
    assert.equal((await ims.listPrivateImages()).total, 1);
  });
}

test('bytes of another realm are bytes', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const foreign = runInNewContext('(length) => new Uint8Array(length).fill(7)')(MIB);
  for (const source of [foreign, foreign.buffer]) {
    const { image } = await ims.upload(source, rawImage(), { partSize: 5 * MIB }).done;
    await assertSameBytes([Buffer.alloc(MIB, 7)], await emulator.file(image.imageId));
  }
});
