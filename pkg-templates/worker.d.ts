/**
 * `ims-client/worker`: uploads off the page's main thread. Reading the file, digesting it and sending its parts run in a
 * worker of the page; the tasks are those of {@link CecloudImsClient.upload}.
 */
import type {
  CecloudImsClient,
  CheckpointStore,
  ClientOptions,
  CreateImage,
  ImageSource,
  PendingUpload,
  UploadOptions,
  UploadTask,
} from './index.js';
import { ImsError } from './index.js';

export { ImsError };

/** A Worker, as far as it is needed. */
export interface WorkerLike {
  /** Sends it something. */
  postMessage(message: unknown): void;
  /** Hears what it says. */
  addEventListener(type: 'message' | 'error', listener: (event: unknown) => void): void;
  /** Hears it no longer. */
  removeEventListener(type: 'message' | 'error', listener: (event: unknown) => void): void;
  /** Ends it. */
  terminate(): void;
}

/**
 * As for {@link CecloudImsClient}. Functions (a token's, `sign`, `onRequest`, a checkpoint store's) are called in the page.
 * What a worker cannot have is missing: a `fetch` of one's own, and `agent`.
 */
export interface UploadWorkerOptions extends Omit<ClientOptions, 'fetch' | 'agent'> {
  /** Sent as x-regionid. */
  region: string;
  /**
   * Where the package's own worker is not found (esbuild and Rollup do not follow it): a module worker that imports
   * `ims-client/upload-worker`, or `ims-client/upload-worker/inline`; a function that starts it; or its address. One that
   * is given as a Worker is not ended by close(). A page whose policy says `require-trusted-types-for 'script'` gives the
   * address as a TrustedScriptURL of a policy of its own.
   */
  worker?: WorkerLike | (() => WorkerLike) | string | { readonly href: string } | { toJSON(): string };
  /** As for `load()`, but nothing that cannot be cloned: a URL as text, bytes, a WebAssembly.Module. */
  wasm?: unknown;
  /** The same of ims_client_transfers_bg.wasm. */
  transfersWasm?: unknown;
  /** The same of inspect_bg.wasm. */
  inspectWasm?: unknown;
}

/** A client whose uploads run in a worker. */
export interface UploadWorker {
  /**
   * As {@link CecloudImsClient.upload}. A Blob or File and a FileSystemFileHandle go to the worker by reference, bytes are
   * copied, the chunks of a stream one by one.
   *
   * @example
   * const task = uploads.upload(file, metadata, { onProgress: (p) => show(p.bytesSent / p.bytesTotal) });
   * const { image, verified } = await task.done;
   */
  upload(source: ImageSource, target: CreateImage | { imageId: string }, options?: UploadOptions): UploadTask;
  /**
   * As {@link CecloudImsClient.pendingUploads}; they are resumed in the worker.
   *
   * @example
   * for (const pending of await uploads.pendingUploads()) await pending.discard();
   */
  pendingUploads(store?: CheckpointStore | { account: string }): Promise<PendingUpload[]>;
  /**
   * Uploads under way end (kind `aborted`; with a checkpoint they can be resumed), the worker too.
   *
   * @example
   * uploads.close();
   */
  close(): void;
  /**
   * {@link UploadWorker.close} at the end of the block.
   *
   * @example
   * using uploads = createUploadWorker({ endpoint: '/ims', region: 'region0' });
   * await uploads.upload(file, metadata).done;
   */
  [Symbol.dispose](): void;
}

/**
 * Moves uploads to a worker, which is started by the first call.
 *
 * A page's policy needs `worker-src 'self'` (or `script-src 'self'`) beside what the client needs. Where the worker cannot be
 * started, `done` rejects with kind `unsupported` within 15 seconds and says why; the next call tries again. For browsers:
 * in Node uploads reject with kind `unsupported`. A worker that ends while it works (the browser may end one, for want of
 * memory) is an error of kind `aborted`, resumable; the next call starts another.
 *
 * @example
 * const uploads = createUploadWorker({ endpoint: 'https://ims.example.com', region: 'region0' });
 * const { image } = await uploads.upload(file, metadata, { onProgress }).done;
 */
export function createUploadWorker(options: UploadWorkerOptions): UploadWorker;
