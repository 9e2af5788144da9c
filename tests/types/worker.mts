/** Uploads in a worker, as a typed page uses them. */
import type { PendingUpload, UploadTask } from 'ims-client';
import {
  createUploadWorker,
  ImsError,
  type UploadWorker,
  type UploadWorkerOptions,
  type WorkerLike,
} from 'ims-client/worker';

declare const worker: WorkerLike;
const options: UploadWorkerOptions = { endpoint: '/ims', region: 'region0', worker: () => worker };
export const uploads: UploadWorker = createUploadWorker(options);
export const task: UploadTask = uploads.upload(new Uint8Array(), { imageId: 'image-1' });
export const pending: PendingUpload[] = await uploads.pendingUploads();
export const failed = (error: unknown): boolean => error instanceof ImsError;
uploads.close();
// @ts-expect-error the region is required
createUploadWorker({ endpoint: '/ims' });
// @ts-expect-error a worker cannot be given an agent
createUploadWorker({ endpoint: '/ims', region: 'region0', agent: {} });
// @ts-expect-error directories are Node's
uploads.pendingUploads({ directory: './uploads' });
