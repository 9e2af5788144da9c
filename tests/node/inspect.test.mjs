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
  assert.match(found['backing-file'].advice, /qemu-img convert/);
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
