/** ims-client/inspect: every kind of source, what is refused, and how little is read of a large file. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { rejects } from '../support/expect.mjs';
import { DIRTY, qcow2, raw } from '../support/headers.mjs';
import { importClient, requireClient, temporaryFolder } from '../support/places.mjs';

const { inspect, load, ImsError } = await importClient('./inspect');
const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** A Blob that says what is read of it; `read` may replace its bytes. */
function watched(size, read) {
  const pieces = [];
  const piece = (start, end) => ({
    size: end - start,
    slice: (from = 0, to = end - start) => piece(start + from, start + to),
    arrayBuffer: async () => {
      pieces.push([start, end]);
      return read(start, end);
    },
  });
  return { blob: piece(0, size), pieces };
}

const bytesOf = (buffer) => buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);

test('every kind of source gives the same', async (t) => {
  const image = qcow2({ virtualSize: 5 * GIB });
  const file = path.join(await temporaryFolder(t), '磁盘.qcow2');
  await fs.writeFile(file, image);
  const larger = Buffer.concat([Buffer.from('before'), image, Buffer.from('after')]);
  const sources = {
    path: { path: file },
    bytes: new Uint8Array(image),
    'a Buffer': image,
    'a view on a part of a buffer': new Uint8Array(larger.buffer, larger.byteOffset + 6, image.length),
    'an ArrayBuffer': bytesOf(image),
    Blob: new Blob([image]),
    File: new File([image], 'disk.qcow2'),
    FileSystemFileHandle: { getFile: async () => new File([image], 'disk.qcow2') },
  };
  for (const [name, source] of Object.entries(sources)) {
    const info = await inspect(source);
    assert.equal(info.format, 'qcow2', name);
    assert.equal(info.formatVersion, '3', name);
    assert.equal(info.virtualSize, 5 * GIB, name);
    assert.equal(info.fileSize, image.length, name);
    assert.equal(info.clusterSize, 65_536, name);
    assert.deepEqual(info.problems, [], name);
    assert.deepEqual(info.suggestion, { diskFormat: 'qcow2', minDisk: 6 }, name);
  }
});

test('problems come with code, severity, sentence and advice', async () => {
  const info = await inspect(qcow2({ backingFile: '/etc/passwd', incompatible: DIRTY }));
  assert.equal(info.backingFile.name, '/etc/passwd');
  const found = Object.fromEntries(info.problems.map((problem) => [problem.code, problem]));
  assert.equal(found['backing-file'].severity, 'danger');
  assert.match(found['backing-file'].message, /"\/etc\/passwd"/);
  assert.match(
    found['backing-file'].advice,
    /^Only if you made it yourself.*qemu-img convert -f qcow2.*do not use it/,
  );
  assert.equal(found.dirty.severity, 'warning');
});

test('a sparse file of 100 GiB costs a few small reads, wherever its headers are', async (t) => {
  const file = path.join(await temporaryFolder(t), 'large.raw');
  const handle = await fs.open(file, 'w');
  await handle.truncate(100 * GIB);
  await handle.close();
  const open = fs.open;
  t.after(() => {
    fs.open = open;
  });
  const reads = [];
  let closed = 0;
  fs.open = async (...parameters) => {
    const opened = await open.apply(fs, parameters);
    const [read, close] = [opened.read, opened.close];
    opened.read = (buffer, offset, length, position) => {
      reads.push([position, length]);
      return read.call(opened, buffer, offset, length, position);
    };
    opened.close = () => {
      closed += 1;
      return close.call(opened);
    };
    return opened;
  };
  const info = await inspect({ path: file });
  assert.equal(info.format, 'raw');
  assert.equal(info.virtualSize, 100 * GIB);
  assert.equal(info.suggestion.minDisk, 101);
  const total = reads.reduce((sum, [, length]) => sum + length, 0);
  assert.ok(reads.length > 0 && total <= MIB, `${total} bytes in ${reads.length} reads`);
  assert.equal(closed, 1, 'the file is let go');
  for (const [position, length] of reads) assert.ok(position + length <= 100 * GIB);
});

test('of a Blob of 8 TiB only the pieces that are asked for are read', async () => {
  const { blob, pieces } = watched(8192 * GIB, (start, end) => new ArrayBuffer(end - start));
  const info = await inspect(blob);
  assert.equal(info.fileSize, 8192 * GIB);
  const total = pieces.reduce((sum, [start, end]) => sum + end - start, 0);
  assert.ok(pieces.length > 0 && total <= MIB, `${total} bytes`);
});

test('bytes in memory may be more than 32 bits count', async () => {
  const size = 4 * GIB + MIB;
  const asked = [];
  class Large extends Uint8Array {
    get byteLength() {
      return size;
    }
    subarray(from, to) {
      asked.push([from, to]);
      return new Uint8Array(to - from);
    }
  }
  const info = await inspect(new Large());
  assert.deepEqual([info.format, info.fileSize], ['raw', size]);
  assert.ok(
    asked.some(([from]) => from >= 4 * GIB),
    'its end is looked at',
  );
  for (const [from, to] of asked) assert.ok(from < to && to <= size, `${from} to ${to}`);
});

test('a virtual size beyond 2^53 is the largest exact number, and a problem', async () => {
  for (const virtualSize of [2n ** 53n, 2n ** 53n + 4096n, 2n ** 57n]) {
    const image = qcow2({ virtualSize, clusterBits: 21 });
    const info = await inspect(image);
    assert.equal(info.virtualSize, Number.MAX_SAFE_INTEGER, String(virtualSize));
    assert.ok(
      info.problems.some(({ severity }) => severity === 'fatal'),
      String(virtualSize),
    );
    JSON.stringify(info);
  }
  const largest = await inspect(qcow2({ virtualSize: 2n ** 53n - 512n, clusterBits: 21 }));
  assert.equal(largest.virtualSize, 2 ** 53 - 512);
});

/** A named pipe. */
async function pipe(folder) {
  const place = path.join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [place]);
  return place;
}

test('a file that cannot be read is of kind source', async (t) => {
  const folder = await temporaryFolder(t);
  const failing = (error) => watched(MIB, () => Promise.reject(error)).blob;
  const sources = [
    [{ path: path.join(folder, 'none') }, /ENOENT/],
    [{ path: folder }, /is not a file/],
    // Nobody writes into it: who opened it would wait for ever.
    ...(process.platform === 'win32' ? [] : [[{ path: await pipe(folder) }, /is not a file/]]),
    [{ getFile: () => Promise.reject(new Error('permission was revoked')) }, /permission was revoked/],
    [
      {
        getFile: () => {
          throw new Error('no more');
        },
      },
      /no more/,
    ],
    [failing(new Error('the disk was pulled out')), /the disk was pulled out/],
    [failing('only a text'), /only a text/],
    [watched(MIB, () => new ArrayBuffer(10)).blob, /shorter/],
    [watched(MIB, () => new ArrayBuffer(2 * MIB)).blob, /longer/],
    [watched(MIB, () => undefined).blob, /ArrayBuffer/],
  ];
  for (const [source, message] of sources) {
    const error = await rejects(inspect(source), { kind: 'source', operation: 'inspect', message });
    assert.ok(error instanceof ImsError);
  }
});

/** An object that its own thread has given away. */
function given(bytes) {
  structuredClone(bytes, { transfer: [bytes.buffer ?? bytes] });
  return bytes;
}

test('a source that gives what cannot be read fails for itself alone', async () => {
  const throwing = (name) =>
    Object.defineProperty({ byteLength: 65_536, length: 65_536 }, name, {
      get() {
        throw new Error(`${String(name)} was read`);
      },
    });
  const pieces = [
    () => given(new ArrayBuffer(65_536)),
    () => given(new Uint8Array(65_536)),
    () => new BigInt64Array(8192),
    () => ({ length: 2 ** 53 }),
    () => ({ byteLength: 65_536, length: 2 ** 53 }),
    () => [Symbol('bytes')],
    () => throwing('byteLength'),
    () => throwing('length'),
    () => throwing(Symbol.iterator),
    () => new Proxy(new Uint8Array(65_536), {}),
    () => new Proxy(new ArrayBuffer(65_536), {}),
  ];
  class Odd extends Uint8Array {
    subarray() {
      return this.odd();
    }
  }
  for (const piece of pieces) {
    const { blob } = watched(65_536, piece);
    const bytes = new Odd(65_536);
    bytes.odd = piece;
    // Somebody else's, which is under way at the same time.
    const other = inspect(watched(65_536, (start, end) => later(new ArrayBuffer(end - start))).blob);
    for (const source of [blob, bytes]) {
      const error = await rejects(inspect(source), { kind: 'source', operation: 'inspect' });
      assert.ok(error.message.length < 200, error.message);
    }
    assert.equal((await other).format, 'raw', String(piece));
  }
  for (const member of ['then', 'constructor']) {
    const promise = Object.defineProperty(Promise.resolve(), member, { get: odd });
    const { blob } = watched(65_536, () => undefined);
    blob.slice = () => ({ arrayBuffer: () => promise });
    await rejects(inspect(blob), { kind: 'source', message: /is odd/ });
  }
  assert.equal((await inspect(raw())).format, 'raw', 'nothing was harmed');
});

function odd() {
  throw new Error('this is odd');
}

/** This, a few turns later. */
const later = (value) => new Promise((resolve) => setTimeout(() => resolve(value), 20));

test('bytes that are given away before or while they are read', async () => {
  for (const source of [new Uint8Array(MIB), new ArrayBuffer(MIB), Buffer.from(new ArrayBuffer(MIB))])
    await rejects(inspect(given(source)), { kind: 'source', message: /transferred/ });
  assert.equal((await inspect(new ArrayBuffer(0))).problems[0].code, 'empty');
  const bytes = new Uint8Array(MIB);
  const looking = inspect(bytes);
  given(bytes);
  await looking.catch((error) => assert.equal(error.kind, 'source'));
  const hidden = new Proxy(new Uint8Array(MIB), {});
  await rejects(inspect(hidden), { kind: 'validation', field: 'source' });
});

test('an error of ten megabytes is cut', async () => {
  const { blob } = watched(MIB, () => Promise.reject(new Error('é'.repeat(1e7))));
  const error = await rejects(inspect(blob), { kind: 'source', message: /é…$/ });
  assert.ok(error.message.length < 600, `${error.message.length} characters`);
  // One that holds itself.
  const round = { errors: [] };
  round.errors.push(round);
  await rejects(inspect(watched(MIB, () => Promise.reject(round)).blob), { kind: 'source' });
});

test('a path is let go when it is aborted while it is opened', async (t) => {
  const file = path.join(await temporaryFolder(t), 'disk.raw');
  await fs.writeFile(file, raw(MIB));
  const open = fs.open;
  t.after(() => {
    fs.open = open;
  });
  let begun;
  let finish;
  const waiting = new Promise((resolve) => {
    finish = resolve;
  });
  const closed = new Promise((resolve) => {
    fs.open = async (...parameters) => {
      begun();
      await waiting;
      const handle = await open.apply(fs, parameters);
      const { close } = handle;
      handle.close = async () => {
        await close.call(handle);
        resolve();
      };
      return handle;
    };
  });
  const opening = new Promise((resolve) => {
    begun = resolve;
  });
  const controller = new AbortController();
  const looking = inspect({ path: file }, { signal: controller.signal });
  await opening;
  controller.abort();
  await rejects(looking, { kind: 'aborted' });
  finish();
  await closed;
  fs.open = () => {
    throw new Error('no more files');
  };
  await rejects(inspect({ path: file }), { kind: 'source', message: /no more files/ });
});

test('what is no source, and no option, is refused with field, value and rule', async () => {
  const stream = new ReadableStream();
  for (const source of [
    undefined,
    null,
    17,
    'disk.qcow2',
    {},
    [],
    () => {},
    { stream, size: 10 },
    { size: 7 },
  ])
    await rejects(inspect(source), { kind: 'validation', field: 'source', rule: /must be a Blob or File/ });
  for (const given of ['', 17, {}])
    await rejects(inspect({ path: given }), { kind: 'validation', field: 'source.path' });
  await rejects(inspect(raw(), 'fast'), { kind: 'validation', field: 'options' });
  await rejects(inspect(raw(), { sygnal: 1 }), { kind: 'validation', field: 'sygnal' });
  await rejects(inspect(raw(), { signal: {} }), { kind: 'validation', field: 'signal' });
});

test('what is no disk has no suggestion', async () => {
  for (const source of [Buffer.from('BZh91AY&SY'), Buffer.alloc(0), Buffer.from('WithoutFreeSpace')])
    assert.deepEqual((await inspect(source)).suggestion, {});
  assert.deepEqual((await inspect(raw())).suggestion, { diskFormat: 'raw', minDisk: 1 });
});

test('a signal ends it, before and while a file hangs', async () => {
  await rejects(inspect(raw(), { signal: AbortSignal.abort() }), { kind: 'aborted' });
  const { blob, pieces } = watched(MIB, () => new Promise(() => {}));
  const controller = new AbortController();
  const looking = inspect(blob, { signal: controller.signal });
  while (pieces.length === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await rejects(looking, { kind: 'aborted' });
  const { format } = await inspect(raw(), { signal: new AbortController().signal });
  assert.equal(format, 'raw', 'the next one works');
});

test('a hundred at once do not get in each other’s way', async () => {
  const sizes = Array.from({ length: 100 }, (_, index) => (index + 1) * MIB);
  const found = await Promise.all(sizes.map((virtualSize) => inspect(new Blob([qcow2({ virtualSize })]))));
  assert.deepEqual(
    found.map((info) => info.virtualSize),
    sizes,
  );
});

test('import, require and the inline twins give the same', async () => {
  const names = ['ImsError', 'inspect', 'load'];
  const faces = [
    await importClient('./inspect'),
    requireClient('ims-client/inspect'),
    await importClient('./inspect/inline'),
    requireClient('ims-client/inspect/inline'),
  ];
  for (const face of faces) {
    assert.deepEqual(
      Object.keys(face)
        .filter((name) => name !== 'default' && !name.startsWith('__'))
        .sort(),
      names,
    );
    assert.equal((await face.inspect(qcow2())).format, 'qcow2');
  }
  assert.equal(faces[0].inspect, faces[1].inspect, 'one copy in a process');
  await load();
  await rejects(load({ wasm: new Uint8Array([1, 2, 3]) }), { kind: 'unsupported' });
  assert.equal((await inspect(raw())).format, 'raw', 'a failed load is not kept');
});

test('an error of one entry is an ImsError of the other', async () => {
  const main = await importClient();
  const error = await rejects(inspect(17), { kind: 'validation' });
  assert.ok(error instanceof main.ImsError);
  assert.ok(!(new Error('x') instanceof main.ImsError));
  assert.ok(!({ kind: 'validation' } instanceof ImsError));
  class Own extends ImsError {}
  assert.ok(!(error instanceof Own));
});
