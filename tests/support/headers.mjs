/** Small qcow2 images in memory, whole but empty, with whatever a header can say. */

const MAGIC = 0x514649fb;

/**
 * A qcow2 (version 3) of a disk without data: header, refcounts, L1 table, nothing else. `clusterBits` 16 is 64 KiB.
 *
 * @param {{ virtualSize?: number | bigint, clusterBits?: number, backingFile?: string, incompatible?: number }} [image]
 */
export function qcow2(image = {}) {
  const { virtualSize = 2 ** 30, clusterBits = 16, backingFile = '', incompatible = 0 } = image;
  const cluster = 2 ** clusterBits;
  // An entry of the L1 table stands for a cluster full of entries of 8 bytes, each for a cluster.
  const entries = Math.ceil(Number(virtualSize) / (cluster * (cluster / 8)));
  const l1 = Math.ceil((entries * 8) / cluster);
  const clusters = 3 + l1;
  const file = Buffer.alloc(clusters * cluster);
  file.writeUInt32BE(MAGIC, 0);
  file.writeUInt32BE(3, 4);
  if (backingFile) {
    file.writeBigUInt64BE(112n, 8);
    file.writeUInt32BE(Buffer.byteLength(backingFile), 16);
    file.write(backingFile, 112);
  }
  file.writeUInt32BE(clusterBits, 20);
  file.writeBigUInt64BE(BigInt(virtualSize), 24);
  file.writeUInt32BE(entries, 36);
  file.writeBigUInt64BE(BigInt(3 * cluster), 40);
  file.writeBigUInt64BE(BigInt(cluster), 48);
  file.writeUInt32BE(1, 56); // clusters of the refcount table
  file.writeBigUInt64BE(BigInt(incompatible), 72);
  file.writeUInt32BE(4, 96); // 16 bits for each count
  file.writeUInt32BE(104, 100); // length of the header
  file.writeBigUInt64BE(BigInt(2 * cluster), cluster);
  for (let index = 0; index < clusters; index += 1) file.writeUInt16BE(1, 2 * cluster + 2 * index);
  return file;
}

/** Bits of `incompatible`. */
export const DIRTY = 1;
export const UNKNOWN_FEATURE = 2 ** 40;

/** A raw disk of zeros, small enough for any `minDisk`. */
export function raw(size = 4096) {
  return Buffer.alloc(size);
}
