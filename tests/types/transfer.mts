/** Uploads and downloads as a typed project starts and follows them. */
import type {
  BlobLike,
  CecloudImsClient,
  CheckpointLock,
  CheckpointStore,
  CreateImage,
  DownloadOptions,
  DownloadProgress,
  DownloadResult,
  DownloadStream,
  DownloadTarget,
  DownloadTask,
  FileHandleLike,
  ImageSource,
  PendingUpload,
  ReadableStreamLike,
  StoreOptions,
  StreamedDownloadTask,
  UploadEndCode,
  UploadEvent,
  UploadOptions,
  UploadProgress,
  UploadResult,
  UploadTask,
} from 'ims-client';
import type { CecloudImsClient as Inline } from 'ims-client/inline';

declare const ims: CecloudImsClient;
export const same: Inline = ims;

declare const blob: BlobLike;
declare const handle: FileHandleLike;
declare const stream: ReadableStreamLike;
declare const chunks: AsyncIterable<Uint8Array>;
export const sources: ImageSource[] = [
  blob,
  new ArrayBuffer(1),
  new Uint8Array(1),
  { path: '/images/disk.qcow2' },
  handle,
  { stream, size: 1 },
  { stream: chunks, size: 1 },
];
// @ts-expect-error a stream needs its size
export const unsized: ImageSource = { stream };

const oss: StoreOptions = {
  endpoint: 'https://store.example.com',
  signingEndpoint: 'https://store.internal',
  region: 'us-east-1',
  addressing: 'path',
};
let last: UploadProgress | undefined;
const options: UploadOptions = {
  allowUnsafe: ['backing-file', 'a-code-of-a-later-version'],
  onProgress: (progress) => {
    last = progress;
  },
  onEvent: (event) => describe(event),
  partSize: 16 * 1024 * 1024,
  concurrency: 4,
  checksum: 'md5',
  oss,
  wait: { timeoutMs: 60_000 },
};
export const percent = (): number => (last ? (100 * last.bytesSent) / last.bytesTotal : 0);
export const about = (): string =>
  `${last?.phase} ${last?.etaSeconds ?? '?'} s ${last?.parts.done} ${last?.retries}`;

export function describe(event: UploadEvent): string {
  switch (event.type) {
    case 'part':
      return `part ${event.part} ${event.state} ${event.attempt} ${event.reason ?? ''}`;
    case 'credentials':
      return event.reason;
    case 'paced':
      return `${event.concurrency} ${event.reason}`;
    case 'warning':
      return `${event.code} ${event.message}`;
    default:
      return event.type;
  }
}

declare const create: CreateImage;
export const task: UploadTask = ims.upload({ path: '/images/disk.qcow2' }, create, options);
export const again: UploadTask = ims.upload(blob, { imageId: 'image-1' }, { wait: false });
task.pause();
task.resume();
await again.stop();
await again.abort();
export const result: UploadResult = await task.done;
export const facts: [string, string | undefined, string[]] = [result.verified, result.md5, result.warnings];
export const seen: [string | undefined, string, number] = [
  task.imageId,
  task.state,
  task.progress.bytesPerSecond,
];
// @ts-expect-error what is known of a task is for reading
task.state = 'done';

const download: DownloadOptions = {
  onProgress: (progress: DownloadProgress) => progress.bytesReceived,
  checksum: 'none',
};
const targets: DownloadTarget[] = [{ path: '/tmp/disk.qcow2' }, handle, 'download', 'stream'];
export const downloads: DownloadTask[] = targets.map((target) => ims.download('image-1', target, download));
export const finished: DownloadResult[] = await Promise.all(downloads.map((each) => each.done));
export const read: DownloadStream | undefined = downloads[0]?.stream;
const streamed: StreamedDownloadTask = ims.download('image-1', 'stream', download);
export const certain: DownloadStream = streamed.stream;

const kept = new Map<string, string>();
const store: CheckpointStore = {
  load: (key) => kept.get(key),
  save: async (key, value) => void kept.set(key, value),
  remove: (key) => void kept.delete(key),
  list: () => [...kept.keys()],
};
const lock: CheckpointLock = { release: () => undefined };
export const locking: CheckpointStore = { ...store, lock: async (key) => (kept.has(key) ? lock : undefined) };
// @ts-expect-error a store lists its keys
export const incomplete: CheckpointStore = { load: store.load, save: store.save, remove: store.remove };
export const kinds: UploadOptions[] = [
  { checkpoint: store },
  { checkpoint: { directory: 'uploads' } },
  { checkpoint: { account: 'project-1' } },
  { checkpoint: false },
];
// @ts-expect-error off is false
export const on: UploadOptions = { checkpoint: true };

/** What an earlier run has left. */
export async function goOn(): Promise<string[]> {
  const all: PendingUpload[] = await ims.pendingUploads({ directory: 'uploads' });
  await ims.pendingUploads();
  await ims.pendingUploads({ account: 'project-1' });
  for (const pending of await ims.pendingUploads(store)) {
    const task: UploadTask = pending.needsFile ? pending.resume(blob, options) : pending.resume();
    await task.done;
    await pending.discard();
  }
  return all.map(
    (one) =>
      `${one.imageId ?? '?'} ${one.name} ${one.fileName} ${one.bytesSent / one.bytesTotal} ${one.updatedAt}`,
  );
}

export const ends: Record<UploadEndCode, boolean> = {
  'file-changed': true,
  'upload-in-use': true,
  'upload-ended': true,
  'taken-over': true,
  'left-behind': true,
};
// @ts-expect-error it ends for no such reason
export const end: UploadEndCode = 'tired';

export async function stopped(task: DownloadTask): Promise<void> {
  await task.stop();
}
