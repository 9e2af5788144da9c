/** Disk images for the tests, made quickly and never whole in memory, and what is compared with them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createCipheriv, createHash, scryptSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const CLUSTER = 65_536;

/** Seeded random bytes, piece after piece: AES in counter mode over zeros. The same seed gives the same bytes. */
export function* randomPieces(seed, size, piece = MIB) {
  const key = scryptSync(String(seed), 'ims-client', 16, { N: 16 });
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(Math.min(piece, size));
  for (let done = 0; done < size; done += zeros.length) {
    yield cipher.update(zeros.subarray(0, Math.min(zeros.length, size - done)));
  }
}

/** Seeded random bytes at once; for small ones. */
export function randomBytes(seed, size) {
  return Buffer.concat([...randomPieces(seed, size)]);
}

/** A raw image full of random bytes. */
export async function makeRandomRaw(file, size, seed = 1) {
  const handle = await open(file, 'w');
  try {
    for (const piece of randomPieces(seed, size)) await handle.write(piece);
  } finally {
    await handle.close();
  }
  return file;
}

/** Whether QEMU's tool is installed. */
export async function hasQemuImg() {
  return run('qemu-img', ['--version']).then(
    () => true,
    () => false,
  );
}

/**
 * A qcow2 file of about `megabytes` MiB that is sparse on this disk, with random data here and there. By qemu-img
 * where it is installed, else by the writer below.
 */
export async function makeQcow2(file, megabytes, seed = 2) {
  if (!(await hasQemuImg())) return writeQcow2(file, megabytes * MIB, seed);
  const raw = `${file}.raw`;
  const handle = await open(raw, 'w');
  try {
    await handle.truncate(megabytes * MIB);
    for (const [offset, data] of islands(seed, megabytes * MIB))
      await handle.write(data, 0, data.length, offset);
  } finally {
    await handle.close();
  }
  await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', '-o', 'preallocation=metadata', raw, file]);
  await run('rm', ['-f', raw]);
  assert.ok((await stat(file)).size >= megabytes * MIB, 'the file has its full length, holes and all');
  return file;
}

/** A few pieces of random data, spread over the disk, at offsets of clusters. */
function* islands(seed, virtualSize) {
  const clusters = Math.floor(virtualSize / CLUSTER);
  for (let index = 0; index < 16; index += 1) {
    const cluster = Math.floor((clusters * index) / 16);
    yield [cluster * CLUSTER, randomBytes(`${seed}-${index}`, CLUSTER)];
  }
}

/**
 * Writes a valid qcow2 (version 3, 64 KiB clusters) whose every cluster is allocated, in order, so that the file is
 * as long as the disk; what is not written stays a hole. For disks up to 512 MiB (one L2 table).
 */
export async function writeQcow2(file, virtualSize, seed = 2) {
  const data = Math.ceil(virtualSize / CLUSTER);
  assert.ok(data <= 8192, 'one L2 table is enough');
  const [refcounts, block, l1, l2, first] = [1, 2, 3, 4, 5];
  const header = Buffer.alloc(104);
  header.write('QFI\xfb', 0, 'latin1');
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(16, 20); // cluster_bits
  header.writeBigUInt64BE(BigInt(virtualSize), 24);
  header.writeUInt32BE(1, 36); // l1_size
  header.writeBigUInt64BE(BigInt(l1 * CLUSTER), 40);
  header.writeBigUInt64BE(BigInt(refcounts * CLUSTER), 48);
  header.writeUInt32BE(1, 56); // refcount_table_clusters
  header.writeUInt32BE(4, 96); // refcount_order: 16 bits
  header.writeUInt32BE(104, 100); // header_length
  const pointer = (cluster) => {
    const entry = Buffer.alloc(8);
    entry.writeBigUInt64BE(BigInt(cluster * CLUSTER));
    return entry;
  };
  // Bit 63: the cluster belongs to nobody else.
  const copied = (cluster) => {
    const entry = pointer(cluster);
    entry[0] |= 0x80;
    return entry;
  };
  const counts = Buffer.alloc((first + data) * 2);
  for (let cluster = 0; cluster < first + data; cluster += 1) counts.writeUInt16BE(1, cluster * 2);
  const table = Buffer.concat(Array.from({ length: data }, (_, index) => copied(first + index)));
  const handle = await open(file, 'w');
  try {
    await handle.truncate((first + data) * CLUSTER);
    const put = (bytes, offset) => handle.write(bytes, 0, bytes.length, offset);
    await put(header, 0);
    await put(pointer(block), refcounts * CLUSTER);
    await put(counts, block * CLUSTER);
    await put(copied(l2), l1 * CLUSTER);
    await put(table, l2 * CLUSTER);
    for (const [offset, bytes] of islands(seed, virtualSize)) await put(bytes, first * CLUSTER + offset);
  } finally {
    await handle.close();
  }
  return file;
}

/** Md5 of a file or of anything that gives bytes, as md5sum prints it. */
export async function md5Of(source) {
  const hash = createHash('md5');
  const bytes = typeof source === 'string' ? createReadStream(source, { highWaterMark: MIB }) : source;
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

/** Compares two sources of bytes (files, streams, lists of chunks) to the last byte; names the first offset that differs. */
export async function assertSameBytes(expected, actual) {
  const reader = (source) => {
    const stream = typeof source === 'string' ? createReadStream(source, { highWaterMark: MIB }) : source;
    return stream[Symbol.asyncIterator]?.() ?? stream[Symbol.iterator]();
  };
  const [left, right] = [reader(expected), reader(actual)];
  let [a, b, offset] = [Buffer.alloc(0), Buffer.alloc(0), 0];
  for (;;) {
    if (a.length === 0) a = await nextBytes(left);
    if (b.length === 0) b = await nextBytes(right);
    if (a === undefined || b === undefined) break;
    const length = Math.min(a.length, b.length);
    if (!a.subarray(0, length).equals(b.subarray(0, length))) {
      let at = 0;
      while (a[at] === b[at]) at += 1;
      assert.fail(`the byte at offset ${offset + at} is ${b[at]}, not ${a[at]}`);
    }
    [a, b, offset] = [a.subarray(length), b.subarray(length), offset + length];
  }
  assert.ok(b === undefined, `more bytes than the ${offset} that were expected`);
  assert.ok(a === undefined, `only ${offset} bytes: some are missing`);
}

/** The next chunk that is not empty; undefined at the end. */
async function nextBytes(iterator) {
  for (;;) {
    const { done, value } = await iterator.next();
    if (done) return undefined;
    if (value.byteLength > 0) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
