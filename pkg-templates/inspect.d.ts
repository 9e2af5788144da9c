/**
 * ims-client/inspect: looks into a disk image before it is uploaded: format, sizes, what it depends on, what is wrong
 * with it. In milliseconds, whatever its size: a mebibyte of it is read at most. `upload()` of the main entry does this
 * by itself.
 *
 * The .wasm loads at the first call, or by `await load()`. 'ims-client/inspect/inline' is the same with the .wasm inside.
 * These types need no lib "DOM": platform types are structural.
 */
import type { AbortSignalLike, CreateImage, ImageSource, LoadOptions } from './index.js';

export { ImsError } from './index.js';

/**
 * Loads the WebAssembly now instead of at the first call.
 *
 * @throws {ImsError} kind `network`: it cannot be fetched, after three attempts; `unsupported`: it is not there or cannot be
 * compiled. The next call tries again.
 *
 * @example
 * await load(); // the first look is then as fast as the second
 */
export function load(options?: Pick<LoadOptions, 'wasm'>): Promise<void>;

/** What can be looked into: everything that can be read at any place, so no stream. */
export type InspectSource = Exclude<ImageSource, { stream: unknown }>;

/** How it is looked into a file. */
export interface InspectOptions {
  /** Aborting rejects with kind `aborted`. */
  signal?: AbortSignalLike;
}

/**
 * Looks into a disk image. What is wrong with it is in the result's `problems`; damage is no rejection.
 *
 * Nothing is unpacked or decrypted: where the disk's first sectors are compressed (`qemu-img convert -c`, streamOptimized
 * VMDK), encrypted or in another file, there is no `partitionTable` and no `boot`, and whether that disk is an image itself
 * (`nested-image`) is not known.
 *
 * @throws {ImsError} kind `source`: the file cannot be read, or the buffer was transferred elsewhere; `validation`: `source` or an option is none;
 * `unsupported`: a path outside Node, or the WebAssembly cannot be loaded; `aborted`.
 * @example
 * const info = await inspect(file);
 * const metadata = { name: 'my image', minRam: 1024, ...info.suggestion, ...whatTheUserSays };
 */
export function inspect(source: InspectSource, options?: InspectOptions): Promise<DiskImageInfo>;

/** The formats that are told apart. A file that is none of the others is `raw`. */
export type DiskImageFormat =
  | 'raw'
  | 'qcow2'
  | 'qcow'
  | 'qed'
  | 'vhd'
  | 'vhdx'
  | 'vmdk'
  | 'vdi'
  | 'iso'
  | 'luks'
  | 'zvhd'
  | 'zvhd2'
  | 'gzip'
  | 'xz'
  | 'zstd'
  | 'zip';

/**
 * What a file of disk image is. Sizes are bytes; what is not known, or the format does not have, is left out. Numbers
 * of the file that are beyond 2^53 - 1 are that.
 */
export interface DiskImageInfo {
  /** What the file is, whatever its name says. */
  format: DiskImageFormat;
  /** As the format counts: `3` of qcow2; the kind of file where a format has several. */
  formatVersion?: string;
  /** What a virtual machine sees, bytes; of raw the file's size. Beyond 2^53 - 1 it is that, with a problem. */
  virtualSize: number;
  /** Bytes. */
  fileSize: number;
  /** The unit in which the format allocates, bytes. */
  clusterSize?: number;
  /** How data is compressed where it is: `zlib`, `zstd` … */
  compression?: string;
  /** How data is encrypted: `luks`, `aes` … */
  encryption?: string;
  /** The image holds only what differs from this file. */
  backingFile?: LinkedFile;
  /** The image's data are in this file. */
  dataFile?: LinkedFile;
  /** All earlier states that the header counts; absent where there are none. */
  snapshotCount?: number;
  /** The first ones of them, 128 at most. */
  snapshots?: ImageSnapshot[];
  /** Optional parts of the format that this image uses, by name. */
  features?: string[];
  /** Of qcow2: bits of each reference count. */
  refcountBits?: number;
  /** Of qcow2: reference counts may be written late. */
  lazyRefcounts?: boolean;
  /** Of qcow2: clusters are divided into subclusters. */
  extendedL2?: boolean;
  /** Of VHD and VHDX: the program that made the image, as it names itself. */
  creator?: string;
  /** Of VHDX: bytes of a sector as the virtual machine sees it. */
  sectorSize?: number;
  /** Of ISO 9660 and LUKS: the name of the volume. */
  label?: string;
  /** Of LUKS: where the encrypted data begin, bytes from the start of the file. */
  payloadOffset?: number;
  /** Of LUKS 1: how data are encrypted, as the header spells it. */
  cipher?: string;
  /** Of LUKS 1: the mode of the cipher. */
  cipherMode?: string;
  /** Of LUKS. */
  uuid?: string;
  /** Of a compressed file: the name of what is inside, where it tells. */
  containedName?: string;
  /** Of a compressed file: bytes of what is inside, where it tells. */
  uncompressedSize?: number;
  /** How the disk is divided, as a virtual machine sees it; absent, too, where its first sectors cannot be read. */
  partitionTable?: PartitionTable;
  /** A guess of what starts it; absent where nothing tells. */
  boot?: ImageBoot;
  /** What is wrong with it; empty where nothing is. */
  problems: ImageProblem[];
  /**
   * Fields ready for createImage, as far as the file tells: diskFormat, minDisk (GiB, the smallest that is larger than the
   * virtual size), bootMode, cpuArch. Empty where the file is no disk that could be uploaded: compressed, empty, or an
   * `unsupported-format`.
   */
  suggestion: Partial<CreateImage>;
}

/** Another file that an image cannot be read without. */
export interface LinkedFile {
  /** As the image names it; absent where whoever opens the image must know. */
  name?: string;
  /** The format that the image says it has. */
  format?: string;
}

/** An earlier state of the disk, kept inside the file. */
export interface ImageSnapshot {
  /** As the image counts: a number from 1 as a rule. */
  id: string;
  /** As whoever made it called it. */
  name: string;
  /** Bytes of the state of a running machine (its memory); 0 where the disk alone was kept. */
  vmStateSize: number;
  /** Seconds since 1970. */
  takenAt: number;
}

/** How a disk is divided. */
export interface PartitionTable {
  /** Of which kind it is. */
  scheme: 'mbr' | 'gpt';
  /** Bytes. */
  sectorSize: number;
  /** In the order of the table, the first 128; all are checked. */
  partitions: ImagePartition[];
}

/** A part of a disk. */
export interface ImagePartition {
  /** As Linux counts: from 1, logical partitions from 5. */
  number: number;
  /** Bytes from the start of the disk. */
  start: number;
  /** Bytes. */
  size: number;
  /** `0x83` of an MBR, a GUID of a GPT. */
  type: string;
  /** What the type means, where it is known. */
  typeName?: string;
  /** The label of a GPT entry. */
  name?: string;
  /** Marked active in an MBR. */
  active: boolean;
}

/** A guess of what starts a disk. */
export interface ImageBoot {
  /** A boot sector with code. */
  bios: boolean;
  /** An EFI system partition. */
  uefi: boolean;
  /** As the Discoverable Partitions Specification names it: `x86-64`, `arm64` … */
  architecture?: string;
}

/**
 * Something that is wrong with an image. `fatal`: it cannot work. `danger`: it reaches beyond the file, is made to do
 * harm, or shall not be trusted. `warning`: it will work, but perhaps not as expected.
 */
export interface ImageProblem {
  /** What it is, for programs. */
  code: ImageProblemCode | (string & {});
  /** `fatal`: it cannot work; `danger`: it may harm who opens it; `warning`: it may not be meant. */
  severity: 'fatal' | 'danger' | 'warning';
  /** A sentence with the values. */
  message: string;
  /** What to do about it. */
  advice: string;
}

/** The dangers in words; later versions may know more. `min-disk` and `format-mismatch` are found by `upload()` only. */
export type ImageProblemCode =
  /** The file is of several formats at the same time: programs will disagree on what it holds. */
  | 'ambiguous-format'
  /**
   * It holds only what differs from another file, which a host may read in its place (CVE-2024-32498). Do not convert an
   * image of somebody else's: that reads the file, too, and copies it into the new image.
   */
  | 'backing-file'
  /** A checksum in the file does not match: it was damaged or edited. */
  | 'bad-checksum'
  /** Clusters have a size that no program accepts. */
  | 'bad-cluster-size'
  /** A table is where or as large as none can be. */
  | 'bad-table'
  /** A compressed file: unpack it first. */
  | 'compressed'
  /** The image says of itself that it is damaged. */
  | 'corrupt'
  /** Its data are in another file, which a host may read in its place (CVE-2024-32498). As of `backing-file`. */
  | 'data-file'
  /** It names a data file that it does not use. */
  | 'data-file-name'
  /** It was not closed properly. */
  | 'dirty'
  /** The file has no bytes. */
  | 'empty'
  /** It cannot be read without a key, or the disk inside it cannot. */
  | 'encrypted'
  /** A VMDK whose data are in other files, which a host may read in their place. As of `backing-file`. */
  | 'extent-files'
  /** It is declared as a format that it is not. */
  | 'format-mismatch'
  /** The GUID partition table is damaged. */
  | 'gpt-damaged'
  /** A disk larger than any cloud offers: what a small file can make a host allocate. */
  | 'huge-virtual-size'
  /** A GUID partition table, and partitions of its own in the first sector: programs disagree on what the disk holds. */
  | 'hybrid-mbr'
  /** `minDisk` is smaller than the disk in the file. */
  | 'min-disk'
  /** The disk is an image itself: who probes it takes it for that. Not known where its first sectors cannot be read. */
  | 'nested-image'
  /** A partition reaches beyond the end of the disk. */
  | 'partition-beyond-end'
  /** Partitions share sectors. */
  | 'partitions-overlap'
  /** Programs disagree on the size of the disk. */
  | 'size-ambiguous'
  /** Earlier states of the disk are uploaded too, with what was deleted since. */
  | 'snapshots'
  /** Its headers are spread over more of the file than is read, or there is too much in them: not all was checked. */
  | 'too-complex'
  /** No disk is that large. */
  | 'too-large'
  /** The file ends before what its tables point to. */
  | 'truncated'
  /** A raw file that is no whole number of sectors. */
  | 'unaligned-size'
  /** It needs something of its reader that is not known. */
  | 'unknown-feature'
  /** An image of a format that is not read here, which would be taken for a raw disk. */
  | 'unsupported-format'
  /** A version of the format that nothing reads. */
  | 'unknown-version';
