/** The types of ims-client/inspect: what can be looked into, and what is found. */
import type { CreateImage } from 'ims-client';
import type {
  DiskImageFormat,
  DiskImageInfo,
  ImageBoot,
  ImagePartition,
  ImageProblem,
  ImageProblemCode,
  ImageSnapshot,
  InspectOptions,
  InspectSource,
  LinkedFile,
  PartitionTable,
} from 'ims-client/inspect';
import { ImsError, inspect, load } from 'ims-client/inspect';
import { inspect as inlined } from 'ims-client/inspect/inline';

const sources: InspectSource[] = [{ path: '/images/disk.qcow2' }, new Uint8Array(512), new ArrayBuffer(512)];
// @ts-expect-error a stream cannot be read at any place
const stream: InspectSource = { stream: (async function* () {})(), size: 1 };

const linked = ({ name, format }: LinkedFile): string => `${name ?? 'unnamed'} (${format ?? 'unknown'})`;
const bytes = (snapshots: ImageSnapshot[]): number =>
  snapshots.reduce((sum, one) => sum + one.vmStateSize, 0);
const end = ({ start, size }: ImagePartition): number => start + size;
const starts = (boot: ImageBoot | undefined): boolean => boot !== undefined && (boot.bios || boot.uefi);
const scheme = (table: PartitionTable): 'mbr' | 'gpt' => table.scheme;

export async function look(options?: InspectOptions): Promise<CreateImage['diskFormat'] | undefined> {
  await load();
  await load({ wasm: new Uint8Array() });
  const info: DiskImageInfo = await inspect(sources[0] as InspectSource, options);
  const format: DiskImageFormat = info.format;
  const total: number =
    info.virtualSize + info.fileSize + (info.clusterSize ?? 0) + (info.snapshotCount ?? 0);
  const texts: (string | undefined)[] = [format, info.formatVersion, info.compression, info.encryption];
  if (info.backingFile) texts.push(linked(info.backingFile), String(total), String(stream));
  if (info.snapshots && info.partitionTable && starts(info.boot))
    texts.push(
      String(bytes(info.snapshots)),
      scheme(info.partitionTable),
      String(info.partitionTable.partitions.map(end)),
    );
  const worst = info.problems.find(({ severity }: ImageProblem) => severity === 'fatal');
  const known: ImageProblemCode = 'backing-file';
  if (worst?.code === known || worst?.code === 'a-code-of-a-later-version') throw new Error(worst.advice);
  const minDisk: number | undefined = info.suggestion.minDisk;
  if (minDisk === undefined) await inlined(new Uint8Array());
  return info.suggestion.diskFormat;
}

export function isUnreadable(error: unknown): boolean {
  return error instanceof ImsError && error.kind === 'source';
}
