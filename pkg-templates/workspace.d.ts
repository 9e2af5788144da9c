/**
 * ims-client/workspace: Huawei Cloud Workspace, its image instances, their jobs and product images. Field names are the
 * service's own; requests are checked against the limits of its API reference before anything is sent.
 *
 * ```js
 * import { HuaweiWorkspaceClient } from 'ims-client/workspace';
 *
 * const workspace = new HuaweiWorkspaceClient({ endpoint, projectId, auth: { type: 'token', token } });
 * const { job_id } = await workspace.recreateServerImage(serverId, { name: 'office-2026' });
 * if (job_id) await workspace.waitForJob(job_id);
 * ```
 */
import type { AbortSignalLike, CallOptions, ClientOptions } from './index.js';
import type {
  AttachedServerApp,
  AttachServerApp,
  BatchDeleteImageServer,
  BatchDeleteSubJobs,
  CountImageSubJobs,
  CreateImageServer,
  CreateServerImage,
  ImageJob,
  ImageJobPage,
  ImageServer,
  ImageServerPage,
  ImageSubJob,
  ImageSubJobCount,
  ImageSubJobPage,
  ListImageJobs,
  ListImageServers,
  ListImageSubJobs,
  ListProductImages,
  ProductImage,
  ProductImagePage,
  ServerApps,
  StartedImageJob,
  UpdateImageServer,
} from './workspace-types.js';

export {
  type AbortSignalLike,
  type Auth,
  type CallOptions,
  type ClientOptions,
  type FetchInit,
  ImsError,
  type ImsErrorKind,
  type LoadOptions,
  load,
  type RequestEvent,
  type RetryOptions,
  type SignedParts,
  type UnsignedRequest,
} from './index.js';

/** How a client reaches Huawei Cloud Workspace. */
export interface HuaweiWorkspaceOptions extends Omit<ClientOptions, 'endpoint'> {
  /** Base URL of the service; default: that of the region. */
  endpoint?: string;
  /** ID of a region, such as cn-north-4: the address of the service, and the project of an access key. */
  region?: string;
  /**
   * Base URL of the identity service; default: that of the region. With an `endpoint` that is not in the region's cloud it
   * has no default: a password of another cloud, and what an access key signs, are not sent to the public one.
   */
  iamEndpoint?: string;
  /** The project's ID, which every path names; where it is left out, that of the credentials, or the region's. */
  projectId?: string;
}

/** How a job is waited for. */
export interface WaitForImageJobOptions {
  /** Aborting rejects with kind `aborted`; the job goes on. */
  signal?: AbortSignalLike;
  /** Between two looks, milliseconds; 5,000 where it is left out. */
  intervalMs?: number;
  /** For the whole, milliseconds; a day where it is left out. */
  timeoutMs?: number;
  /** Sent on top of the client's. */
  headers?: Record<string, string>;
  /** Called with the job after every look. */
  onProgress?: (job: ImageJob) => void;
}

/**
 * Image instances, jobs and product images of Huawei Cloud Workspace. Its calls reject with an `ImsError`.
 *
 * @example
 * const workspace = new HuaweiWorkspaceClient({ region: 'cn-north-4', auth: { type: 'aksk', accessKey, secretKey } });
 * for await (const { id, name, status } of workspace.iterateImageServers()) console.log(id, name, status);
 */
export declare class HuaweiWorkspaceClient {
  /** Wrong options are told by the first call. */
  constructor(options: HuaweiWorkspaceOptions);

  /**
   * Tells an image instance which software of the application repository it is to get: 1 to 100 IDs.
   * Source: Workspace API Reference, "Distributing Software Information to an Image Instance".
   *
   * @example
   * await workspace.attachImageServerApp(serverId, { items: [appId] });
   */
  attachImageServerApp(
    serverId: string,
    software: AttachServerApp,
    call?: CallOptions,
  ): Promise<AttachedServerApp>;
  /**
   * Deletes 1 to 20 image instances. The answer's job is waited for by `waitForJob`.
   * Source: Workspace API Reference, "Deleting Image Instances in Batches".
   *
   * @example
   * const { job_id } = await workspace.batchDeleteImageServer({ items: [serverId], recursive: true });
   * if (job_id) await workspace.waitForJob(job_id);
   */
  batchDeleteImageServer(servers: BatchDeleteImageServer, call?: CallOptions): Promise<StartedImageJob>;
  /**
   * Creates an image instance. `image_ref` of type `gold` needs `spce_code` and `product_id`; `root_volume.size` is a
   * multiple of 10 GB; at most 20 tags, each key once. The answer's job is waited for by `waitForJob`.
   * Source: Workspace API Reference, "Creating an Image Instance".
   *
   * @example
   * const { job_id } = await workspace.createImageServer({ ...server, name: 'office' });
   * if (job_id) await workspace.waitForJob(job_id);
   */
  createImageServer(server: CreateImageServer, call?: CallOptions): Promise<StartedImageJob>;
  /**
   * A page of image instances: 1 to 100 entries, 10 where `limit` is left out.
   * Source: Workspace API Reference, "Querying Image Instances".
   *
   * @example
   * const { items, count } = await workspace.listImageServers({ server_name: 'office', limit: 100 });
   */
  listImageServers(request?: ListImageServers, call?: CallOptions): Promise<ImageServerPage>;
  /**
   * The software that an image instance was told last.
   * Source: Workspace API Reference, "Querying the Latest Distributed Software".
   *
   * @example
   * for (const { app_id } of (await workspace.listLatestAttachedServerApp(serverId)).items ?? []) console.log(app_id);
   */
  listLatestAttachedServerApp(serverId: string, call?: CallOptions): Promise<ServerApps>;
  /**
   * Makes an image of an image instance. The answer's job is waited for by `waitForJob`.
   * Source: Workspace API Reference, "Building a Workspace Application Image from an Image Instance".
   *
   * @example
   * const { job_id } = await workspace.recreateServerImage(serverId, { name: 'office-2026', execute_sysprep: true });
   * if (job_id) await workspace.waitForJob(job_id);
   */
  recreateServerImage(
    serverId: string,
    image: CreateServerImage,
    call?: CallOptions,
  ): Promise<StartedImageJob>;
  /**
   * An image instance. Source: Workspace API Reference, "Querying Specified Image Instances".
   *
   * @example
   * const { name, status, image_ref } = await workspace.showImageServer(serverId);
   */
  showImageServer(serverId: string, call?: CallOptions): Promise<ImageServer>;
  /**
   * Changes name or description of an image instance.
   * Source: Workspace API Reference, "Modifying an Image Instance".
   *
   * @example
   * await workspace.updateImageServer(serverId, { name: 'office-2' });
   */
  updateImageServer(serverId: string, changes: UpdateImageServer, call?: CallOptions): Promise<void>;
  /**
   * Deletes the records of 1 to 20 parts of jobs that succeeded or failed.
   * Source: Workspace API Reference, "Deleting Image Subtasks in Batches".
   *
   * @example
   * await workspace.batchDeleteImageSubJobs({ items: [subJobId] });
   */
  batchDeleteImageSubJobs(subJobs: BatchDeleteSubJobs, call?: CallOptions): Promise<void>;
  /**
   * Counts parts of jobs. Source: Workspace API Reference, "Querying the Number of Image Subtasks".
   *
   * @example
   * const { count } = await workspace.countImageSubJobs({ job_id: jobId });
   */
  countImageSubJobs(request?: CountImageSubJobs, call?: CallOptions): Promise<ImageSubJobCount>;
  /**
   * A page of jobs of one type: 1 to 100 entries, 10 where `limit` is left out.
   * Source: Workspace API Reference, "Querying the Image Tasks of a Tenant".
   *
   * @example
   * const { items } = await workspace.listImageJobs({ job_type: 'CREATE_SERVER', limit: 100 });
   */
  listImageJobs(request: ListImageJobs, call?: CallOptions): Promise<ImageJobPage>;
  /**
   * A page of parts of jobs of one type: 1 to 100 entries, 10 where `limit` is left out.
   * Source: Workspace API Reference, "Querying Image Subtasks".
   *
   * @example
   * const { items } = await workspace.listImageSubJobs({ job_type: 'CREATE_SERVER', job_id: jobId });
   */
  listImageSubJobs(request: ListImageSubJobs, call?: CallOptions): Promise<ImageSubJobPage>;
  /**
   * A job with its parts. Source: Workspace API Reference, "Querying Image Task Details".
   *
   * @example
   * const { status, sub_jobs } = await workspace.showImageJob(jobId);
   */
  showImageJob(jobId: string, call?: CallOptions): Promise<ImageJob>;
  /**
   * A page of product images: 0 to 100 entries, 100 where `limit` is left out.
   * Source: Workspace API Reference, "Querying Product Images".
   *
   * @example
   * const { images } = await workspace.listImages({ image_type: 'private', limit: 100 });
   */
  listImages(request?: ListProductImages, call?: CallOptions): Promise<ProductImagePage>;

  /**
   * Every image instance, one at a time. `limit` is the size of the pages that are asked for, 100 where it is left out.
   *
   * @example
   * for await (const { id, name } of workspace.iterateImageServers()) console.log(id, name);
   */
  iterateImageServers(request?: ListImageServers, call?: CallOptions): AsyncIterable<ImageServer>;
  /**
   * Every job of one type, one at a time.
   *
   * @example
   * for await (const { id, status } of workspace.iterateImageJobs({ job_type: 'CREATE_SERVER' })) console.log(id, status);
   */
  iterateImageJobs(request: ListImageJobs, call?: CallOptions): AsyncIterable<ImageJob>;
  /**
   * Every part of jobs of one type, one at a time.
   *
   * @example
   * for await (const { id, status } of workspace.iterateImageSubJobs({ job_type: 'CREATE_SERVER' })) console.log(id, status);
   */
  iterateImageSubJobs(request: ListImageSubJobs, call?: CallOptions): AsyncIterable<ImageSubJob>;
  /**
   * Every product image, one at a time. The service passes over 5,000 of them at most: where there are more than the pages
   * up to there hold, the loop ends with kind `unsupported`.
   *
   * @example
   * for await (const { id, name } of workspace.iterateImages({ image_type: 'private' })) console.log(id, name);
   */
  iterateImages(request?: ListProductImages, call?: CallOptions): AsyncIterable<ProductImage>;

  /**
   * Polls a job until it is done; resolves with the job. Rejects with the job's own error (kind `service`, `code` is
   * the service's), with kind `timeout` after `timeoutMs`, with kind `aborted` when the signal is aborted. Looks that
   * are lost on the way are repeated for five minutes.
   *
   * @example
   * const { status } = await workspace.waitForJob(jobId, { intervalMs: 2_000, onProgress: (job) => console.log(job.status) });
   */
  waitForJob(jobId: string, options?: WaitForImageJobOptions): Promise<ImageJob>;
  /**
   * Wipes secrets; calls under way reject with kind `aborted`.
   *
   * @example
   * workspace.close();
   */
  close(): void;
  /**
   * {@link HuaweiWorkspaceClient.close} at the end of the block.
   *
   * @example
   * using workspace = new HuaweiWorkspaceClient({ region: 'cn-north-4', auth: { type: 'aksk', accessKey, secretKey } });
   * console.log((await workspace.listImageServers()).count);
   */
  [Symbol.dispose](): void;
}
