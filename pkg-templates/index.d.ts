/**
 * ims-client: cloud image services from a browser tab or a Node script. This entry: CECloud IMS with upload and
 * download.
 *
 * The .wasm loads at the first call, or by `await load()`; constructors are synchronous and `import` and `require`
 * both work. If the Rust core ever panics, every pending and later promise of that client rejects with kind
 * `'internal'`; a new client works again. These types need no lib "DOM": platform types are structural.
 *
 * The types of requests and answers are generated from the core and follow the service's document (CECloud IMS API
 * reference of 2025-05-30): field names are the service's own.
 */
import type { ImageProblemCode } from './inspect.js';
import type {
  Bucket,
  CopiedImage,
  CopySharedImage,
  CreatedImage,
  CreateImage,
  Image,
  ImportImage,
  PrivateImage,
  Share,
  SharedImage,
  UpdateImage,
  UploadCredentials,
  UploadOutcome,
} from './types.js';

declare global {
  interface SymbolConstructor {
    /** For `using`; declared here for libraries before "esnext.disposable", which the clients do not need. */
    readonly dispose: unique symbol;
  }
}

/** An image of the public list, or by its ID (1.3, 1.4). */
export type CloudImage = Image;

/** What `load` takes. */
export interface LoadOptions {
  /** A URL, a Response, bytes, or a WebAssembly.Module; default: the file beside the package. */
  wasm?: unknown;
  /**
   * With what only transfers need (upload, download, pending uploads, diagnosis) and, where files are inspected first, the
   * inspector: otherwise a page loads them when the first transfer begins (and pendingUploads() does, where this browser
   * keeps an upload). Worth it where the network may be gone by then, or a new version of the page have replaced the files.
   * Default: false.
   */
  transfers?: boolean;
  /**
   * The same as `wasm` of the second .wasm for pages (…_transfers_bg.wasm), where the default does not find it: that is
   * beside the package, or beside `wasm` where that is the address of a file of its usual name. Given, it is loaded now. In Node
   * there is none.
   */
  transfersWasm?: unknown;
  /**
   * The same of inspect_bg.wasm, which the first upload loads by the way: where the default does not find it. Given, it is
   * loaded now.
   */
  inspectWasm?: unknown;
}

/**
 * Loads the WebAssembly now instead of at the first call.
 *
 * @throws {ImsError} kind `network`: it cannot be fetched, after three attempts; `unsupported`: it is not there or cannot be
 * compiled. The next call tries again.
 * @example
 * await load(); // the first click is then as fast as the second
 * await load({ transfers: true }); // and the first upload
 */
export function load(options?: LoadOptions): Promise<void>;

// ---------------------------------------------------------------- clients

/** How a client reaches its service. */
export interface ClientOptions {
  /** Base URL of the service, e.g. https://ims.example.com, or in a page a same-origin proxy such as /ims. */
  endpoint: string;
  /** What is signed instead of `endpoint` when a proxy rewrites host or path. */
  signingEndpoint?: string;
  /** Who the requests come from; default: nobody. */
  auth?: Auth;
  /**
   * Sent with every request to the service; never to the object store. What is secret belongs into `auth` (type `headers`):
   * that is kept out of errors and events, also where a service repeats what it was sent.
   */
  headers?: Record<string, string>;
  /** Per attempt of a call, milliseconds, default 30,000. Parts of an upload have no such limit: they fail when nothing moves. */
  timeoutMs?: number;
  /**
   * When something is repeated: attempts in all (default 4), the shortest and the longest delay in milliseconds
   * (defaults 300 and 20,000). Set, it also bounds how long an upload puts up with nothing but failures:
   * `maxAttempts × maxDelayMs` (otherwise five minutes).
   */
  retry?: RetryOptions;
  /**
   * Replaces the global fetch for calls to the service, called as fetch(url, init). Node's own fetch is left aside for
   * node:http, which costs less; one that you or a test put in its place is called, and so it is where you told undici how
   * to connect (`setGlobalDispatcher` with a proxy, a mock or an Agent with options) or set NODE_USE_ENV_PROXY.
   */
  fetch?: (url: string, init: FetchInit) => Promise<unknown>;
  /**
   * Node: an http.Agent or https.Agent for parts and calls (proxy, own CA). One of Node's own is used for addresses of its scheme
   * alone: an https.Agent leaves http:// addresses as they are.
   */
  agent?: object;
  /**
   * Cookies to the service. Default 'same-origin'. The object store gets none, unless its address is one of the page's own
   * origin (a proxy given as `oss.endpoint`): there browsers send the cookies of the page with each part.
   */
  credentials?: 'omit' | 'same-origin' | 'include';
  /** Called after every attempt; carries no secret. */
  onRequest?: (event: RequestEvent) => void;
}

/** When a request is repeated. */
export interface RetryOptions {
  /** Attempts in all, the first one included: 1 to 100. */
  maxAttempts?: number;
  /** Milliseconds, 0 to 600,000. */
  baseDelayMs?: number;
  /** Milliseconds, 0 to 3,600,000. */
  maxDelayMs?: number;
}

/** The platform's own type of signals where the compiler knows one (lib "DOM", or @types/node). */
export type PlatformSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : AbortSignalLike;

/** Bytes, in a form that the platform's fetch takes where the compiler knows one. */
export type PlatformBytes = typeof globalThis extends {
  Response: new (body?: infer Body, ...rest: infer _Rest) => unknown;
}
  ? Uint8Array & Extract<Body, { readonly byteOffset: number }>
  : Uint8Array;

/**
 * What a caller's own fetch is called with; its members are those of the Fetch standard's RequestInit, so that it can be
 * handed on to whatever fetch there is.
 */
export interface FetchInit {
  /** GET, POST … */
  method: string;
  /** By lower-case names. */
  headers: Record<string, string>;
  /** Absent where nothing is sent. */
  body?: PlatformBytes;
  /** A redirect is an answer: it is looked at before anything secret follows it. */
  redirect: 'manual';
  /** Whether cookies go along. */
  credentials: 'omit' | 'same-origin' | 'include';
  /** Aborted when the time is over, or the caller has aborted the call. */
  signal: PlatformSignal;
}

/** An AbortSignal, as far as it is needed. */
export interface AbortSignalLike {
  /** Whether it has happened. */
  readonly aborted: boolean;
  /** Tells when it happens. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Tells it no longer. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Who the requests come from. */
export type Auth =
  | { type: 'none' }
  | { type: 'headers'; headers: Record<string, string> }
  /** For a service whose signing is its own: asked before each attempt, may also change the URL. */
  | { type: 'sign'; sign: (request: UnsignedRequest) => SignedParts | Promise<SignedParts> }
  /** X-Auth-Token. A function is asked when the first call needs it, and again, once, after a 401. */
  | { type: 'token'; token: string | (() => string | Promise<string>) }
  | PasswordAuth
  | ApplicationCredentialAuth
  | AccessKeyAuth;

/** What Keystone knows by its name, or by its ID. */
export type NameOrId = string | { id: string };

/**
 * A user and password for Keystone v3 (OpenStack) or IAM (Huawei Cloud). A token is fetched when the first call needs
 * it, once however many calls wait; it is kept, fetched again shortly before it expires, and once after a 401. The
 * password goes to `iamEndpoint` alone, the token to the service alone. The request shows in `onRequest` as
 * `authenticate`, with `timeoutMs` and `retry` of the client.
 *
 * A page can use it only where the identity service lets it read X-Subject-Token (Access-Control-Expose-Headers), or
 * through a proxy of its own origin. Mind that a page cannot keep a password from who uses it.
 */
export interface PasswordAuth {
  /** Which way this is. */
  type: 'password';
  /** With or without the /v3 at its end: https://iam.cn-north-4.myhuaweicloud.com, https://keystone.example.com:5000/v3. */
  iamEndpoint: string;
  /** Who; by a name it takes `domain` or `userDomain` too. */
  user: NameOrId;
  /** Their password. */
  password: string;
  /** The domain (Huawei Cloud: account) of user and project; needed where one of them is given by its name. */
  domain?: NameOrId;
  /** The domain of the user, where it is another one. */
  userDomain?: NameOrId;
  /** The project that the token is for; on Huawei Cloud it is called like the region. Default: the user's own. */
  project?: NameOrId;
  /** The domain of the project, where it is another one. */
  projectDomain?: NameOrId;
  /** A token for this domain instead of a project. */
  domainScope?: NameOrId;
}

/** An application credential of Keystone, by its ID, or by its name and its user. Otherwise as {@link PasswordAuth}. */
export type ApplicationCredentialAuth =
  | { type: 'application-credential'; iamEndpoint: string; id: string; secret: string }
  | {
      type: 'application-credential';
      iamEndpoint: string;
      name: string;
      user: NameOrId;
      /** The domain of the user; needed where it is given by its name. */
      domain?: NameOrId;
      secret: string;
    };

/**
 * An access key of Huawei Cloud; every request is signed (SDK-HMAC-SHA256), for `signingEndpoint` where a proxy rewrites
 * it. A wrong clock is corrected once by the service's, where its answer shows it.
 */
export interface AccessKeyAuth {
  /** Which way this is. */
  type: 'aksk';
  /** The ID of the key, which is no secret. */
  accessKey: string;
  /** What is signed with; it is never sent. */
  secretKey: string;
  /** Of temporary keys. */
  securityToken?: string;
  /** Sent as X-Project-Id. Clients that know their region look it up where a call needs it. */
  projectId?: string;
  /** Sent as X-Domain-Id: for services that are global. */
  domainId?: string;
}

/** A request before it is signed. */
export interface UnsignedRequest {
  /** GET, POST … */
  method: string;
  /** The whole address, with its query. */
  url: string;
  /** What will be sent, by lower-case names. */
  headers: Record<string, string>;
  /** The bytes that will be sent; absent where there are none. */
  body?: Uint8Array;
}

/** What signing adds. */
export interface SignedParts {
  /** Where the signature is part of it; default: as it was. */
  url?: string;
  /** Sent on top of the others. */
  headers: Record<string, string>;
}

/** What a single call sets for itself. */
export interface CallOptions {
  /** Aborting rejects with kind `aborted`. */
  signal?: AbortSignalLike;
  /**
   * Per attempt, milliseconds. A token that has to be fetched first is shared by all calls that wait for it, and has
   * `timeoutMs` and `retry` of the client: a `signal` bounds the call with it.
   */
  timeoutMs?: number;
  /** Sent on top of the client's; nothing secret, as there. */
  headers?: Record<string, string>;
}

/** Which page of a list. */
export interface PageRequest {
  /** From 1; default 1. */
  current?: number;
  /** Entries on a page, from 1; default 10. */
  size?: number;
}

/** One page of a list. */
export interface Page<T> {
  /** The entries of this page. */
  list: T[];
  /** Entries in all (the document of 1.14 calls it pages). */
  total: number;
  /** Which page it is, from 1. */
  current: number;
  /** Entries on a full page. */
  size: number;
}

/** The client writes name:lk:…|imageId:eq:… and refuses text that would break out of it (`|`, `:`, control characters). */
export interface ImageFilter {
  /** The name contains this. */
  name?: string;
  /** It is this one. */
  imageId?: string;
}

/**
 * CECloud IMS: one method per operation of its document. Every rejection is an {@link ImsError}; what the document
 * forbids rejects with kind `validation` before anything is sent.
 *
 * @example
 * const ims = new CecloudImsClient({ endpoint: 'https://ims.example.com', region: 'region0' });
 * for await (const image of ims.iteratePrivateImages()) console.log(image.imageId, image.status);
 */
export class CecloudImsClient {
  /** `region` is sent as x-regionid. Options are checked at the first call. */
  constructor(options: ClientOptions & { region: string });

  /**
   * Lists the public images (1.3).
   *
   * @example
   * const { list, total } = await ims.listImages({ current: 1, size: 20 });
   */
  listImages(page?: PageRequest, call?: CallOptions): Promise<Page<CloudImage>>;
  /**
   * Shows one image (1.4).
   *
   * @throws {ImsError} kind `service`, `IMG.DBGet.NoData` where there is no such image.
   * @example
   * const { name, status, size } = await ims.getImage(imageId);
   */
  getImage(imageId: string, call?: CallOptions): Promise<CloudImage>;
  /**
   * Creates the metadata of a private image (1.6); `upload` does this and the rest. Never repeated once sent.
   *
   * @throws {ImsError} kind `service`, `IMG.OperationDenied.QuotaNotEnough` where the quota is used up.
   * @example
   * const { imageId } = await ims.createImage({ ...metadata, name: 'web', minDisk: 40 });
   */
  createImage(image: CreateImage, call?: CallOptions): Promise<CreatedImage>;
  /**
   * Changes the information of a private image; all of it is sent (1.5).
   *
   * @throws {ImsError} kind `service`, `IMG.OperationDenied.ActionNotMatchStatus` while its state forbids it,
   * `IMG.OperationFailed.ModifyMinDiskSize` where `minDisk` gets smaller.
   * @example
   * await ims.updateImage(imageId, {
   *   name: 'web 2', bootMode: 'BIOS', cpuArch: 'x86', diskFormat: 'raw', instruction: '64-bits', minDisk: 40, minRam: 1024,
   *   osType: 'linux', osVersion: 'CentOS 7.9', platform: 'CentOS',
   * });
   */
  updateImage(imageId: string, image: UpdateImage, call?: CallOptions): Promise<void>;
  /**
   * Deletes a private image (1.12).
   *
   * @throws {ImsError} kind `service`, `IMG.OperationFailed.ImageIsShared` while it is shared, `IMG.OperationDenied.Identity`
   * where it is somebody else's.
   * @example
   * await ims.deleteImage(imageId);
   */
  deleteImage(imageId: string, call?: CallOptions): Promise<void>;
  /**
   * Lists the private images of the caller's tenant (1.10).
   *
   * @example
   * const { list } = await ims.listPrivateImages({ size: 50, filter: { name: 'web' } });
   */
  listPrivateImages(
    request?: PageRequest & { filter?: ImageFilter },
    call?: CallOptions,
  ): Promise<Page<PrivateImage>>;
  /**
   * Asks for the object store and the credentials of an upload (1.7); `size` is the file's, in bytes, from 1. The answer holds secrets.
   *
   * @throws {ImsError} kind `service`, `IMG.OperationFailed.UploadNotAllowed` where the image is not `queued`,
   * `IMG.OperationFailed.MinDiskSize` where the file does not fit into `minDisk`.
   * @example
   * const { domain, bucket, file: key } = await ims.prepareUpload(queuedId, { size: file.size });
   */
  prepareUpload(imageId: string, request: { size: number }, call?: CallOptions): Promise<UploadCredentials>;
  /**
   * Tells the service how an upload ended (1.9).
   *
   * @throws {ImsError} kind `service`, `IMG.OperationFailed.ImageSize` where the object has not the announced size.
   * @example
   * await ims.completeUpload(queuedId, { result: 'failed' });
   */
  completeUpload(
    imageId: string,
    request: { result: UploadOutcome; uploadId?: string },
    call?: CallOptions,
  ): Promise<void>;
  /**
   * Shares a private image with 1 to 50 users (1.13). Never repeated once sent.
   *
   * @throws {ImsError} kind `service`, `IMG.OperationFailed.AlreadyShared`, `IMG.OperationFailed.InvalidUserId`,
   * `IMG.OperationFailed.ActionNotMatch` where the image cannot be shared.
   * @example
   * await ims.shareImage(imageId, [userId]);
   */
  shareImage(imageId: string, userIds: string[], call?: CallOptions): Promise<void>;
  /**
   * Stops sharing with 1 to 50 users (1.15).
   *
   * @throws {ImsError} kind `service`, `IMG.OperationFailed.NotShared`.
   * @example
   * await ims.unshareImage(sharedId, [userId]);
   */
  unshareImage(imageId: string, userIds: string[], call?: CallOptions): Promise<void>;
  /**
   * Lists whom a private image is shared with (1.14).
   *
   * @example
   * for (const { userId, shareId } of (await ims.listImageShares(sharedId)).list) console.log(userId, shareId);
   */
  listImageShares(imageId: string, page?: PageRequest, call?: CallOptions): Promise<Page<Share>>;
  /**
   * Lists the images that others share with the caller (1.16); `orderBy` for example `createdAt:desc`.
   *
   * @example
   * const { list } = await ims.listSharedImages({ orderBy: 'createdAt:desc' });
   */
  listSharedImages(
    request?: PageRequest & { orderBy?: string; requestInfo?: string },
    call?: CallOptions,
  ): Promise<Page<SharedImage>>;
  /**
   * Deletes a share from the receiver's list (1.17).
   *
   * @throws {ImsError} kind `service`, `IMG.DBGet.NoData` where there is no such share.
   * @example
   * await ims.deleteSharedImage(shareId);
   */
  deleteSharedImage(shareId: string, call?: CallOptions): Promise<void>;
  /**
   * Copies a shared image into one of the caller's own (1.21); null where the service tells nothing of the copy, as the
   * document's table has it (its example has the image). Never repeated once sent.
   *
   * @throws {ImsError} kind `service`, `IMG.OperationDenied.QuotaNotEnough` where the quota is used up.
   * @example
   * const copy = await ims.copySharedImage(shareId, { tenantId, departmentId, resourceGroupId, name: 'a copy' });
   * if (copy) await ims.waitForImage(copy.imageId);
   */
  copySharedImage(shareId: string, request: CopySharedImage, call?: CallOptions): Promise<CopiedImage | null>;
  /**
   * Lets the service fetch an image from a URL (1.18); a part of its fields comes back, or null where the service tells
   * nothing, which the document allows. Never repeated once sent.
   *
   * @throws {ImsError} kind `service`, `IMG.OperationDenied.QuotaNotEnough` where the quota is used up.
   * @example
   * const image = await ims.importImage({ ...importable, imageUrl: 'https://files.example.com/web.qcow2' });
   * console.log(image?.imageId ?? 'the list of private images shows it');
   */
  importImage(request: ImportImage, call?: CallOptions): Promise<PrivateImage | null>;
  /**
   * Lists the buckets that an image can be exported to (1.19).
   *
   * @example
   * const [bucket] = await ims.listExportBuckets(imageId);
   */
  listExportBuckets(imageId: string, call?: CallOptions): Promise<Bucket[]>;
  /**
   * Exports an image to a bucket of the list (1.20). Never repeated once sent.
   *
   * @throws {ImsError} kind `service`, `IMG.OperationDenied.ActionNotMatchStatus` while its state forbids it.
   * @example
   * const [bucket] = await ims.listExportBuckets(imageId);
   * if (bucket) await ims.exportImage(imageId, bucket);
   */
  exportImage(imageId: string, bucket: Bucket, call?: CallOptions): Promise<void>;

  /**
   * Every public image, page by page (`size` per page, default 50), one at a time.
   *
   * @example
   * for await (const { imageId, name } of ims.iterateImages()) console.log(imageId, name);
   */
  iterateImages(request?: { size?: number }, call?: CallOptions): AsyncIterableIterator<CloudImage>;
  /**
   * Every private image, one at a time.
   *
   * @example
   * for await (const { status } of ims.iteratePrivateImages({ filter: { name: 'web' } })) console.log(status);
   */
  iteratePrivateImages(
    request?: { size?: number; filter?: ImageFilter },
    call?: CallOptions,
  ): AsyncIterableIterator<PrivateImage>;
  /**
   * Every image that others share with the caller, one at a time.
   *
   * @example
   * for await (const { shareId, image } of ims.iterateSharedImages()) console.log(shareId, image?.name);
   */
  iterateSharedImages(
    request?: { size?: number; orderBy?: string; requestInfo?: string },
    call?: CallOptions,
  ): AsyncIterableIterator<SharedImage>;
  /**
   * Polls (every `intervalMs`, default 2,000) until the image is `active`; rejects with kind `service` when it is
   * `killed` or `deleted`. Where image details (1.4) do not know a private image, the private list filtered by ID
   * (1.10) does. Looks that fail on the way are repeated for five minutes (or `maxAttempts × maxDelayMs` of the
   * client's `retry`). Bound it by a `signal`.
   *
   * @throws {ImsError} kind `service` where the image becomes `killed` or `deleted`, `aborted` by the signal.
   * @example
   * const { size } = await ims.waitForImage(imageId, { signal: AbortSignal.timeout(600_000) });
   */
  waitForImage(imageId: string, options?: { intervalMs?: number } & CallOptions): Promise<PrivateImage>;

  /**
   * The main job: look into the file, create the metadata (or take an image that is `queued`), get credentials, send the
   * parts, complete, tell the service, wait until the image is active, compare size and MD5.
   *
   * A file that is fatally wrong or dangerous (`ims-client/inspect` says why), that is not of the declared `diskFormat`, or
   * whose disk is larger than `minDisk`, is refused before anything is sent: `done` rejects with kind `validation`, the
   * problem's `code`, its `field` (`diskFormat`, `minDisk`, or `source`) and what to do as its `rule`. `allowUnsafe` lets
   * it pass. Only warnings are told as events. An image that exists is compared with the file once the service has shown
   * it. `minDisk` may be just as large as the disk: the service accepts it, although its document (1.6) wants it larger.
   *
   * @example
   * const task = ims.upload(file, metadata, { onProgress: (p) => show(p.bytesSent / p.bytesTotal) });
   * const { image, md5, verified } = await task.done;
   */
  upload(source: ImageSource, target: CreateImage | { imageId: string }, options?: UploadOptions): UploadTask;
  /**
   * Uploads that a closed tab, a crash or a stop has left in this store, the latest first; those of this client's
   * endpoint and region only, without those that a task of this page or process drives right now. In browsers the default
   * is IndexedDB; Node has no default.
   *
   * @example
   * for (const pending of await ims.pendingUploads({ directory: './uploads' })) await pending.resume().done;
   */
  pendingUploads(
    store?: CheckpointStore | { directory: string } | { account: string },
  ): Promise<PendingUpload[]>;
  /**
   * The file of a private image (1.11), resumed by ranges when the line breaks, compared with the checksum.
   *
   * @throws {ImsError} kind `service`, `IMG.OperationFailed.DownloadNotAllowed` where the image is none of the caller's own.
   * @example
   * const { bytes, md5, verified } = await ims.download(imageId, { path: 'disk.qcow2' }).done;
   */
  download(imageId: string, target: 'stream', options?: DownloadOptions): StreamedDownloadTask;
  download(imageId: string, target: DownloadTarget, options?: DownloadOptions): DownloadTask;
  /**
   * Why it does not work: asks service and object store, and says in sentences what a browser hides (CORS, mixed
   * content, certificates, local network access, Content-Security-Policy) or what is wrong otherwise (address,
   * credentials, region, clock). Ends within half a minute, each request within `timeoutMs` or ten seconds. Nothing is
   * uploaded, created or deleted; where an image is `queued` its upload credentials are asked for, as an upload does.
   * Where its own code cannot be loaded the only check is `code`. It rejects only for bad options, an aborted `signal` or a closed client; what it finds is in the result, which
   * holds no secret. A browser's console may show the requests that fail on purpose.
   *
   * @example
   * const { ok, checks } = await ims.diagnose();
   * for (const { name, ok, message, advice } of checks) console.log(ok ? 'ok  ' : 'FAIL', name, message, advice ?? '');
   */
  diagnose(call?: CallOptions): Promise<Diagnosis>;
  /**
   * Wipes secrets; calls and tasks under way end, later ones reject.
   *
   * @example
   * ims.close();
   */
  close(): void;
  /**
   * {@link CecloudImsClient.close} at the end of the block.
   *
   * @example
   * using ims = new CecloudImsClient(options);
   * console.log((await ims.listImages()).total);
   */
  [Symbol.dispose](): void;
}

// ---------------------------------------------------------------- upload

/**
 * A Blob or File, bytes, a path (Node), a FileSystemFileHandle, or a stream of Uint8Array chunks (a ReadableStream, a
 * Node Readable, an async iterable). A stream needs its size, which the service asks for first, and cannot resume.
 */
export type ImageSource =
  | BlobLike
  | ArrayBuffer
  | Uint8Array
  | { path: string }
  | FileHandleLike
  | { stream: ReadableStreamLike | AsyncIterable<Uint8Array>; size: number };

/** A Blob, as far as it is needed. */
export interface BlobLike {
  /** Bytes. */
  readonly size: number;
  /** A part of it, from the first byte to before the second. */
  slice(start?: number, end?: number): BlobLike;
  /** Its bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A ReadableStream of bytes, as far as it is needed. */
export interface ReadableStreamLike {
  /** Reads it to its end, chunk by chunk. */
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
}

/** A FileSystemFileHandle, as far as it is needed. */
export interface FileHandleLike {
  /** The file as it is now. */
  getFile(): Promise<BlobLike>;
  /** Where a download is written to. */
  createWritable?(options?: object): Promise<object>;
}

/** How an upload is done. */
export interface UploadOptions {
  /** Aborting the signal stops the task and keeps what is stored, like stop(). */
  signal?: AbortSignalLike;
  /** At most ten times a second; besides, at each change of phase and at the end. */
  onProgress?: (progress: UploadProgress) => void;
  /** What happens by the way: parts, credentials, warnings. */
  onEvent?: (event: UploadEvent) => void;
  /** Bytes, 5 MiB to 5 GiB. Default: 16 MiB, growing with the file so that 10,000 parts are never exceeded. */
  partSize?: number;
  /**
   * Most parts in flight, 1 to 64. Default: adapts, up to 16 in Node and 6 in browsers. Browsers open six connections to
   * an origin: all uploads of a page share them.
   */
  concurrency?: number;
  /**
   * Where progress survives a reload, a crash or a restart: see {@link CheckpointStore}. Default: IndexedDB in browsers,
   * none in Node; false turns it off. With a store, the same file for the same target goes on where it stopped, by
   * calling `upload` again or by {@link CecloudImsClient.pendingUploads}; while another task, tab or process has it,
   * `done` rejects (kind `source`, retryable). Streams have no checkpoint: nobody can read them again.
   *
   * A store knows nothing of accounts: where several people or projects use one browser, or one machine, give each its own,
   * by `{ account }` (a database of its own in browsers; any text, the project's ID for example) or `{ directory }` (Node).
   * Who is somebody else then neither sees the uploads nor goes on with them.
   */
  checkpoint?: CheckpointStore | { directory: string } | { account: string } | false;
  /** Whole-file digest, computed while reading and compared with the image's checksum. Default 'md5'. */
  checksum?: 'md5' | 'none';
  /**
   * Problems of the file that may pass: codes of {@link ImageProblemCode}. They are told as warnings. The service may
   * refuse the file all the same.
   */
  allowUnsafe?: (ImageProblemCode | (string & {}))[];
  /** The object store, where the defaults do not fit: region `us-east-1` (corrected from the store's answers), path addressing. */
  oss?: StoreOptions;
  /** Wait until the image is active. Default true: for ten minutes, and one more for each 600 MB. */
  wait?: boolean | { timeoutMs: number };
}

/** How the object store is spoken to. */
export interface StoreOptions {
  /**
   * Used instead of the `domain` that upload-prepare names (a proxy, for example). Behind an address of the page's own origin it
   * also gets the cookies of the page. A redirect of the store ends the upload (`protocol`); in pages the browser follows it
   * before that, with the session token: a strict `connect-src` of the page prevents it.
   */
  endpoint?: string;
  /** What is signed instead, when that proxy rewrites host or path. */
  signingEndpoint?: string;
  /** What requests are signed for. */
  region?: string;
  /** Whether the bucket stands in the path or in the host. */
  addressing?: 'path' | 'virtual';
}

/** How far an upload is. */
export interface UploadProgress {
  /** What is being done. */
  phase: 'inspecting' | 'creating' | 'preparing' | 'uploading' | 'completing' | 'verifying' | 'done';
  /** Bytes; never falls. */
  bytesSent: number;
  /** Bytes of the whole file. */
  bytesTotal: number;
  /** Smoothed over about ten seconds. */
  bytesPerSecond: number;
  /** Null while unknown. */
  etaSeconds: number | null;
  /** Parts of the file: stored, being sent, in all. */
  parts: { done: number; inFlight: number; total: number };
  /** How often something had to be repeated. */
  retries: number;
}

/**
 * What happens during an upload. The warning `inspection-skipped`: the file was not looked into, because the inspector's
 * .wasm could not be loaded within 15 seconds or failed; the upload goes on, and the service alone judges the file. Who
 * wants no upload without it calls `inspect()` of ims-client/inspect first. Streams are never looked into: they can be
 * read only once.
 */
export type UploadEvent =
  | {
      type: 'part';
      part: number;
      state: 'started' | 'stored' | 'retrying' | 'found';
      attempt: number;
      reason?: string;
    }
  | { type: 'credentials'; reason: 'first' | 'expired' | 'refused' }
  | { type: 'paced'; concurrency: number; reason: string }
  | { type: 'offline' }
  | { type: 'online' }
  | {
      type: 'warning';
      code:
        | 'etag-hidden'
        | 'clock-skew'
        | 'checksum-unverified'
        | 'region-corrected'
        | 'addressing-corrected'
        | 'started-over'
        | 'image-found'
        | 'image-doubled'
        | 'checkpoint-failed'
        | 'inspection-skipped'
        | ImageProblemCode
        | (string & {});
      message: string;
    };

/**
 * Why an upload ended, or cannot be gone on with, where neither service nor store says it: the `code` of its error.
 *
 * - `file-changed` (kind `source`): it is not the file that the upload was begun with, or it was changed meanwhile.
 * - `upload-in-use` (kind `source`, retryable): another task, tab or process drives it right now.
 * - `upload-ended` (kind `source`): it was finished or discarded elsewhere.
 * - `taken-over` (kind `aborted`): another tab or process has taken it over, and goes on with it.
 * - `left-behind` (kind `aborted`): it was aborted, and not everything could be taken back; the message says what stays.
 *
 * @example
 * const texts: Record<UploadEndCode, string> = {
 *   'file-changed': 'This is another file.',
 *   'upload-in-use': 'It is being uploaded in another tab.',
 *   'upload-ended': 'It was finished elsewhere.',
 *   'taken-over': 'Another tab goes on with it.',
 *   'left-behind': 'Not everything was removed.',
 * };
 */
export type UploadEndCode = 'file-changed' | 'upload-in-use' | 'upload-ended' | 'taken-over' | 'left-behind';

/** An upload that ended well. */
export interface UploadResult {
  /** The image as the service shows it at the end. */
  image: PrivateImage;
  /** Of the whole file, 32 hexadecimal digits; absent with checksum 'none'. */
  md5?: string;
  /** What of the image was compared with the file. */
  verified: 'md5' | 'size' | 'none';
  /** What was told by events of type `warning`. */
  warnings: string[];
}

/**
 * An upload under way; made by {@link CecloudImsClient.upload}.
 *
 * @example
 * const task = ims.upload(file, metadata, { onProgress: (p) => show(p.bytesSent / p.bytesTotal) });
 * try {
 *   const { image, verified } = await task.done;
 * } catch (error) {
 *   if (error instanceof ImsError) console.log(error.kind, error.message, error.resumable);
 * }
 */
export class UploadTask<Result = UploadResult> {
  private constructor();
  /** Known as soon as the image is created. */
  readonly imageId: string | undefined;
  /** What it is doing; `running` until it has ended or is held. */
  readonly state: 'running' | 'paused' | 'stopped' | 'done' | 'failed' | 'aborted';
  /** How far it is, now. */
  readonly progress: UploadProgress;
  /** Never an unhandled rejection: the task itself has caught it. */
  readonly done: Promise<Result>;
  /**
   * Begins nothing more and cuts what is being sent; what is stored stays.
   *
   * @example
   * task.pause();
   * setTimeout(() => task.resume(), 1_000);
   */
  pause(): void;
  /**
   * Goes on after a pause.
   *
   * @example
   * if (task.state === 'paused') task.resume();
   */
  resume(): void;
  /**
   * Ends the task, keeps parts, image and checkpoint: {@link CecloudImsClient.pendingUploads} finds it. `done` rejects
   * with kind 'aborted', resumable.
   *
   * @example
   * await task.stop();
   * const [pending] = await ims.pendingUploads(store);
   */
  stop(): Promise<void>;
  /**
   * Ends the upload for good: parts removed at the store, the service told `failed`, the image it created deleted, the
   * checkpoint forgotten. Where the service cannot be reached to delete the image, `done` rejects with a resumable
   * error and pendingUploads() lists it, to be discarded later. An image that only a later run has found (`image-found`)
   * may be somebody else's: it stays, and `done` names it. A task that has ended already (stopped, failed) is left as it is:
   * what it has kept is taken back by `discard()` of what pendingUploads() lists.
   *
   * @example
   * await task.abort(); // as if it had never begun
   */
  abort(): Promise<void>;
}

/**
 * Where checkpoints are kept: small texts (about 1 KB, whatever the size of the file) under keys of up to 64 letters,
 * digits, `-` and `_`. No credential is in them; names, sizes and the image's metadata are. Methods may be
 * asynchronous. What `load` and `list` throw ends the upload before anything is created. What `save` throws is told by a
 * warning (`checkpoint-failed`): the upload goes on, and a later run may have to begin anew. What `remove` throws leaves an
 * upload that has ended among the pending ones; a warning, or the error that it ends with, says so.
 */
export interface CheckpointStore {
  /** Undefined where there is no such key. */
  load(key: string): Promise<string | undefined> | string | undefined;
  /** Must replace the value whole or not at all, also when the process dies meanwhile. */
  save(key: string, value: string): Promise<void> | void;
  /** A key that does not exist is no error. */
  remove(key: string): Promise<void> | void;
  /** All keys that there are. */
  list(): Promise<string[]> | string[];
  /**
   * Keeps an upload to one driver: gives undefined, null or false while another process has the key. Without it, only
   * the uploads of this page or process are kept apart.
   */
  lock?(
    key: string,
  ): Promise<CheckpointLock | undefined | null | false> | CheckpointLock | undefined | null | false;
}

/** A key of a {@link CheckpointStore} that is held. */
export interface CheckpointLock {
  /** Lets others have it; called once. */
  release(): Promise<void> | void;
}

/**
 * An upload that a closed tab, a crash or a stop has left; from {@link CecloudImsClient.pendingUploads}.
 *
 * @example
 * for (const pending of await ims.pendingUploads(store)) console.log(pending.name, pending.bytesSent / pending.bytesTotal);
 */
export class PendingUpload<Options = UploadOptions, Result = UploadResult> {
  private constructor();
  /** Undefined where the run ended before it heard of the image. */
  readonly imageId: string | undefined;
  /** The image's name; empty for an upload into an image that existed. */
  readonly name: string;
  /** The file's name without its folders; empty where it had none. */
  readonly fileName: string;
  /** Bytes that were known to be stored. */
  readonly bytesSent: number;
  /** Bytes of the whole file. */
  readonly bytesTotal: number;
  /** RFC 3339, UTC. */
  readonly updatedAt: string;
  /**
   * False where resume() needs no source: Node knows the path, the browser kept a FileSystemFileHandle, or the service has
   * the whole file already and its image is only to be waited for.
   */
  readonly needsFile: boolean;
  /**
   * Whether another tab, worker or process drives it right now: then resume() and discard() reject with kind 'source'. Told
   * by Web Locks and by the lock files of a directory; false where it cannot be told (pages on http://, your own store).
   */
  readonly inUse: boolean;
  /**
   * Goes on where it stopped. The file must be the same one (size, modification time, first, middle and last bytes; all
   * bytes where what it was begun with had no time, such as a Blob), else `done` rejects with kind 'source'. Parts are cut and
   * digests computed as they were: `partSize`, `checksum` and `checkpoint` of the options are passed over.
   *
   * @example
   * const [pending] = await ims.pendingUploads(store);
   * await pending?.resume(pending.needsFile ? file : undefined, { onProgress }).done;
   */
  resume(source?: ImageSource, options?: Options): UploadTask<Result>;
  /**
   * Takes back what is stored: parts, and the image if the upload had created it. Rejects, and forgets nothing, while
   * the service cannot be reached, refuses it, or is still saving the image. An image that is active stays: its upload was
   * finished, and is only forgotten; unless its checksum is not the file's MD5: then it is deleted if the upload had created
   * and finished it, and rejected with kind 'integrity' if not. What may be somebody else's stays, and the error names it.
   *
   * @example
   * for (const pending of await ims.pendingUploads(store)) await pending.discard();
   */
  discard(options?: Options): Promise<void>;
}

// ---------------------------------------------------------------- download

/**
 * Node: a path (written as `path.part` until it is whole and right; a download that broke off leaves it with a note,
 * `path.part.json`, and the next download of the same image to the same path reads what is there again and goes on, if it is
 * as it was left: with `checksum: 'none'` only its time of modification tells. Meanwhile `path.part.lock` keeps other
 * downloads out, of other processes too. A `path.part` that no download has left, or that has become shorter or another
 * file since, is refused, kind `validation`). Browser: a handle from showSaveFilePicker, or 'download' (through the origin's
 * private file system; refused where there is none). The browser copies what 'download' has handed over, and does not say when
 * it is done: the private file stays for five minutes, and one more for each GiB, and counts towards the origin's quota until
 * then; where the page is closed earlier, until the next 'download'. 'stream' anywhere.
 */
export type DownloadTarget = { path: string } | FileHandleLike | 'download' | 'stream';

/** How a download is done. */
export interface DownloadOptions {
  /** Aborting the signal ends the download like abort(). */
  signal?: AbortSignalLike;
  /** At most ten times a second, and at the end. */
  onProgress?: (progress: DownloadProgress) => void;
  /** Default 'md5'. */
  checksum?: 'md5' | 'none';
}

/** How far a download is. */
export interface DownloadProgress {
  /**
   * Bytes. A download that goes on into a file first reads what is there, where it digests: those bytes count as they are
   * read, at 0 bytes per second. It falls only where they are not as they were: then all comes anew.
   */
  bytesReceived: number;
  /** Bytes of the whole file; null while unknown. */
  bytesTotal: number | null;
  /** Smoothed over about ten seconds. */
  bytesPerSecond: number;
  /** Seconds that are left; null while unknown. */
  etaSeconds: number | null;
}

/** A download that ended well. */
export interface DownloadResult {
  /** Bytes of the whole file. */
  bytes: number;
  /** Of the whole file, 32 hexadecimal digits; absent with checksum 'none'. */
  md5?: string;
  /** What of the file was compared with the image. */
  verified: 'md5' | 'size' | 'none';
}

/** The stream of a download: a ReadableStream of the platform. */
export interface DownloadStream extends AsyncIterable<Uint8Array> {
  /** Reads it chunk by chunk. */
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
  /** Ends the download. */
  cancel(reason?: unknown): Promise<void>;
}

/**
 * A download under way; made by {@link CecloudImsClient.download}.
 *
 * @example
 * const task = ims.download(imageId, 'stream');
 * for await (const chunk of task.stream) console.log(chunk.length);
 * const { verified } = await task.done;
 */
export class DownloadTask {
  private constructor();
  /** Never an unhandled rejection: the task itself has caught it. */
  readonly done: Promise<DownloadResult>;
  /** With target 'stream'; a checksum that does not match makes it fail at its end. */
  readonly stream: DownloadStream | undefined;
  /**
   * Reads no further; the connection is given up.
   *
   * @example
   * download.pause();
   * setTimeout(() => download.resume(), 1_000);
   */
  pause(): void;
  /**
   * Goes on after a pause, by a range.
   *
   * @example
   * download.resume();
   */
  resume(): void;
  /**
   * Ends it; `done` rejects with kind `aborted`. At a path what has arrived is kept (`resumable`), and the next download of
   * the image to there goes on; with any other target nothing is, as after abort().
   *
   * @example
   * await download.stop();
   */
  stop(): Promise<void>;
  /**
   * Ends it; nothing is left. A target that does not answer is waited for three seconds.
   *
   * @example
   * await download.abort();
   */
  abort(): Promise<void>;
}

/** A download that is read as a stream: it certainly has one. */
export type StreamedDownloadTask = DownloadTask & { readonly stream: DownloadStream };

// ---------------------------------------------------------------- diagnose

/** What was looked at, in order; made by {@link CecloudImsClient.diagnose}. */
export interface Diagnosis {
  /** All checks are. */
  ok: boolean;
  /** One by one, in the order in which they were made. */
  checks: DiagnosisCheck[];
}

/** One thing that was looked at; what could not be looked at is left out, or says so. */
export interface DiagnosisCheck {
  /** What was looked at. */
  name:
    | 'endpoint'
    | 'service-reachable'
    | 'service-cors'
    | 'service-answer'
    | 'authentication'
    | 'region'
    | 'clock'
    | 'store'
    | 'store-mixed-content'
    | 'store-reachable'
    | 'store-cors'
    | 'store-etag-exposed'
    | 'store-answer'
    | 'store-clock'
    | 'store-region'
    | 'store-credentials'
    | 'environment'
    | 'code'
    | (string & {});
  /** Nothing is wrong with it. */
  ok: boolean;
  /** What was seen, one or two sentences. */
  message: string;
  /** What to do, with the lines to paste where there are any. */
  advice?: string;
}

// ---------------------------------------------------------------- errors

/** What sort of failure it is. */
export type ImsErrorKind =
  | 'validation'
  | 'auth'
  | 'network'
  | 'timeout'
  | 'aborted'
  | 'service'
  | 'storage'
  | 'protocol'
  | 'integrity'
  | 'source'
  | 'unsupported'
  | 'internal';

/**
 * Every rejection is one of these. Nothing in it, its message, its cause or its stack is a secret.
 *
 * @example
 * try {
 *   await ims.deleteImage(imageId);
 * } catch (error) {
 *   if (error instanceof ImsError && error.kind === 'validation') console.log(error.field, error.value, error.rule);
 *   else if (error instanceof ImsError) console.log(error.kind, error.code, error.requestId, error.retryable);
 * }
 */
export class ImsError extends Error {
  private constructor();
  /** What sort of failure it is: what a program decides by. */
  readonly kind: ImsErrorKind;
  /**
   * The service's or the object store's own code: IMG.DBGet.NoData, NoSuchUpload … ({@link CecloudErrorCode}); of a refused
   * file {@link ImageProblemCode}; of an upload that ends for a reason of its own {@link UploadEndCode}.
   */
  readonly code?: string;
  /** HTTP status of the answer. */
  readonly status?: number;
  /** The service's name for the request: what its support asks for. */
  readonly requestId?: string;
  /** The call that failed: createImage, upload … */
  readonly operation: string;
  /** Of a validation error: the path of the field (volumeImages[0].minDisk), the value, the rule. */
  readonly field?: string;
  /** The value that was refused. */
  readonly value?: unknown;
  /** What it should have been, in words. */
  readonly rule?: string;
  /** The same call may pass later. */
  readonly retryable: boolean;
  /** What is stored is kept, and with a checkpoint can be gone on with: {@link CecloudImsClient.pendingUploads}. */
  readonly resumable: boolean;
  /** What was tried, the last ones of many. */
  readonly attempts: readonly { at: string; status?: number; code?: string; message: string }[];
}

/** One attempt of a request to the service or the store, without its secrets. */
export interface RequestEvent {
  /** The call that it belongs to: createImage, UploadPart … */
  operation: string;
  /** GET, POST … */
  method: string;
  /** Without what is secret in it. */
  url: string;
  /** From 1. */
  attempt: number;
  /** HTTP status of the answer; absent where there was none. */
  status?: number;
  /** Milliseconds from sending to the end of the answer. */
  durationMs: number;
  /** Why there was no answer, or none that is any good. */
  error?: string;
}
