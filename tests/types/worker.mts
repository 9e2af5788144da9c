/** Uploads in a worker, as a typed page uses them: the tasks are those of a client, the options what a worker can have. */
import type {
  CecloudImsClient,
  PendingUpload,
  UploadEvent,
  UploadProgress,
  UploadResult,
  UploadTask,
} from 'ims-client';
import {
  createUploadWorker,
  ImsError,
  type UploadWorker,
  type UploadWorkerOptions,
  type WorkerLike,
} from 'ims-client/worker';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

declare const worker: WorkerLike;
declare const bytes: Uint8Array;
const options: UploadWorkerOptions = { endpoint: '/ims', region: 'region0', worker: () => worker };
export const uploads: UploadWorker = createUploadWorker(options);
export const task: UploadTask = uploads.upload(bytes, { imageId: 'image-1' });
export const pending: PendingUpload[] = await uploads.pendingUploads();
export const failed = (error: unknown): boolean => error instanceof ImsError;

// Whoever takes a client for its uploads takes a worker as well, and the other way round.
export const sameUpload: Same<UploadWorker['upload'], CecloudImsClient['upload']> = true;
type Pending = Awaited<ReturnType<UploadWorker['pendingUploads']>>;
export const samePending: Same<Pending, Awaited<ReturnType<CecloudImsClient['pendingUploads']>>> = true;
export const uploading: Pick<UploadWorker, 'upload' | 'close'> = null as unknown as CecloudImsClient;

// The whole face of a task.
task.pause();
task.resume();
await task.stop();
await task.abort();
export const result: UploadResult = await task.done;
export const progress: UploadProgress = task.progress;
export const imageId: string | undefined = task.imageId;
export const state: 'running' | 'paused' | 'stopped' | 'done' | 'failed' | 'aborted' = task.state;
// @ts-expect-error nobody sets it from outside
task.imageId = 'image-2';

// What an upload may be told.
uploads.upload(
  { stream: new Uint8Array() as unknown as AsyncIterable<Uint8Array>, size: 1 },
  { imageId: 'image-1' },
  {
    onProgress: ({ phase, bytesSent }: UploadProgress) => void [phase, bytesSent],
    onEvent: (event: UploadEvent) => event.type === 'warning' && event.message,
    partSize: 5 * 1024 * 1024,
    checkpoint: false,
    wait: { timeoutMs: 1_000 },
  },
);
// @ts-expect-error a stream needs its size
uploads.upload({ stream: new Uint8Array() as unknown as AsyncIterable<Uint8Array> }, { imageId: 'image-1' });
// @ts-expect-error no such option
uploads.upload(bytes, { imageId: 'image-1' }, { parts: 3 });
// @ts-expect-error an image, or what one is made of
uploads.upload(bytes, { name: 'web' });
await pending[0]?.discard();
export const resumed: UploadTask | undefined = pending[0]?.resume(bytes, { concurrency: 2 });
uploads.close();

// Where the worker comes from.
createUploadWorker({ ...options, worker });
createUploadWorker({ ...options, worker: '/assets/upload-worker.js' });
createUploadWorker({ ...options, worker: { href: 'https://console.example.com/upload-worker.js' } });
createUploadWorker({ ...options, worker: { toJSON: () => '/assets/upload-worker.js' } });
createUploadWorker({
  ...options,
  auth: { type: 'token', token: async () => 'of the page' },
  timeoutMs: 1_000,
});
// @ts-expect-error no worker
createUploadWorker({ ...options, worker: 7 });
// @ts-expect-error the region is required
createUploadWorker({ endpoint: '/ims' });
// @ts-expect-error a worker cannot be given an agent
createUploadWorker({ endpoint: '/ims', region: 'region0', agent: {} });
// @ts-expect-error nor a fetch
createUploadWorker({ endpoint: '/ims', region: 'region0', fetch: async () => ({}) });
uploads.pendingUploads({ account: 'project-1' });
// @ts-expect-error directories are Node's
uploads.pendingUploads({ directory: './uploads' });
// @ts-expect-error it uploads, nothing else
uploads.listImages();
