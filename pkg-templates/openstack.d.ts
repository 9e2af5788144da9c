/**
 * ims-client/openstack: the Image service (Glance) of any OpenStack cloud, also of Huawei Cloud's. Field names are the
 * service's own; properties that only a cloud or an owner knows are kept, readable and writable.
 */
import type {
  AbortSignalLike,
  CallOptions,
  ClientOptions,
  DownloadOptions,
  DownloadTarget,
  DownloadTask,
  ImageSource,
} from './index.js';
import type {
  AddOpenStackMember,
  CreateOpenStackImage,
  DeleteOpenStackImage,
  ImportOpenStackImage,
  OpenStackImage,
  OpenStackImageFilters,
  OpenStackImageList,
  OpenStackMember,
  OpenStackMemberList,
  OpenStackMemberPage,
  OpenStackSchema,
  OpenStackSortKey,
  OpenStackStores,
  OpenStackTasks,
  OpenStackV1ImageList,
  OpenStackVersions,
  UpdateOpenStackMember,
} from './openstack-types.js';

export { DownloadTask, ImsError, type LoadOptions, load } from './index.js';

/** A change of an image as JSON patch has it; `path` is the property's name after a slash (`/` as `~1`, `~` as `~0`). */
export type OpenStackPatch =
  | { op: 'add' | 'replace'; path: `/${string}`; value: string | number | boolean | string[] }
  | { op: 'remove'; path: `/${string}` };

/** Changes of an image: a JSON patch, or what is to be set and removed. */
export type OpenStackImageChanges =
  | OpenStackPatch[]
  | { set?: CreateOpenStackImage & { id?: never }; remove?: string[] };

/** Filters of the list of version 1.1; `changes-since` is a time. */
export interface OpenStackV1Filters {
  name?: string;
  container_format?: string;
  disk_format?: string;
  status?: string;
  /** Bytes. */
  size_min?: number;
  /** Bytes. */
  size_max?: number;
  'changes-since'?: string;
  limit?: number;
  marker?: string;
  sort_key?: OpenStackSortKey;
  sort_dir?: 'asc' | 'desc';
  /** A property: `property-os_type` for example. */
  [property: `property-${string}`]: string;
}

/** By which methods a service imports images. */
export interface OpenStackImportInfo {
  'import-methods'?: { description?: string; type?: string; value?: string[] };
  [member: string]: unknown;
}

/** How a client reaches the Image service. */
export interface OpenStackClientOptions extends Omit<ClientOptions, 'endpoint'> {
  /**
   * Base URL of the service; a version at its end (`/v2`), as some catalogs have it, is passed over. Default: what the
   * catalog of the token says, where `auth` is 'password' or 'application-credential'.
   */
  endpoint?: string;
  /** Which of the catalog's regions; where it has several. */
  region?: string;
  /** Which of the catalog's endpoints; default 'public'. */
  interface?: 'public' | 'internal' | 'admin';
}

/**
 * OpenStack's Image service: one method per operation of its API reference. Every rejection is an {@link ImsError}; what
 * the service would refuse rejects with kind `validation` before anything is sent.
 *
 * @example
 * const images = new OpenStackImageClient({ endpoint: 'https://glance.example.com', auth: { type: 'token', token } });
 * const image = await images.createImage({ name: 'debian', disk_format: 'qcow2', container_format: 'bare' });
 * await images.upload(image.id, { path: 'debian.qcow2' }).done;
 */
export class OpenStackImageClient {
  /**
   * Options are checked at the first call.
   *
   * @example
   * const auth = { type: 'password', iamEndpoint, user, password, project, domain: 'Default' } as const;
   * const images = new OpenStackImageClient({ auth, region: 'RegionOne' }); // the catalog tells the endpoint
   */
  constructor(options: OpenStackClientOptions);

  /** Lists the versions of the API (GET /). */
  listVersions(call?: CallOptions): Promise<OpenStackVersions>;
  /** Shows one version of the API (GET /v2): Huawei Cloud's; Glance answers with all of them. */
  getVersion(version: string, call?: CallOptions): Promise<OpenStackVersions>;

  /** Lists images, a page at a time (GET /v2/images); {@link iterateImages} goes through all of them. */
  listImages(filters?: OpenStackImageFilters, call?: CallOptions): Promise<OpenStackImageList>;
  /** Every image that the filters let through, page by page, one at a time; `limit` is the size of a page. */
  iterateImages(filters?: OpenStackImageFilters, call?: CallOptions): AsyncIterableIterator<OpenStackImage>;
  /**
   * Creates an image without its file (POST /v2/images): it is `queued` until {@link upload} or
   * {@link importImage}. Never repeated once sent.
   */
  createImage(image: CreateOpenStackImage, call?: CallOptions): Promise<OpenStackImage>;
  /** Shows one image (GET /v2/images/{image_id}). */
  getImage(imageId: string, call?: CallOptions): Promise<OpenStackImage>;
  /**
   * Changes properties of an image (PATCH /v2/images/{image_id}). Never repeated once sent.
   *
   * @example
   * await images.updateImage(id, { set: { name: 'debian 13', os_distro: 'debian' }, remove: ['old_property'] });
   */
  updateImage(imageId: string, changes: OpenStackImageChanges, call?: CallOptions): Promise<OpenStackImage>;
  /** Deletes an image (DELETE /v2/images/{image_id}); the options are Huawei Cloud's. */
  deleteImage(imageId: string, options?: DeleteOpenStackImage, call?: CallOptions): Promise<void>;
  /** Makes the file of an image unavailable to all but administrators (POST …/actions/deactivate). */
  deactivateImage(imageId: string, call?: CallOptions): Promise<void>;
  /** Makes it available again (POST …/actions/reactivate). */
  reactivateImage(imageId: string, call?: CallOptions): Promise<void>;
  /** Lets the service get the file itself (POST …/import); {@link waitForImage} waits for it. Never repeated once sent. */
  importImage(imageId: string, request: ImportOpenStackImage, call?: CallOptions): Promise<void>;
  /** By which methods the service imports (GET /v2/info/import). */
  getImportInfo(call?: CallOptions): Promise<OpenStackImportInfo>;
  /** Lists the stores behind the service, where it has several (GET /v2/info/stores). */
  listStores(call?: CallOptions): Promise<OpenStackStores>;
  /** Lists what the service does with an image (GET …/tasks). */
  listImageTasks(imageId: string, call?: CallOptions): Promise<OpenStackTasks>;

  /** Lists the projects that an image is shared with (GET …/members); only Huawei Cloud knows pages here. */
  listMembers(imageId: string, page?: OpenStackMemberPage, call?: CallOptions): Promise<OpenStackMemberList>;
  /** Every project that an image is shared with, one at a time. */
  iterateMembers(
    imageId: string,
    page?: OpenStackMemberPage,
    call?: CallOptions,
  ): AsyncIterableIterator<OpenStackMember>;
  /** Shows how far an image is shared with a project (GET …/members/{member_id}). */
  getMember(imageId: string, memberId: string, call?: CallOptions): Promise<OpenStackMember>;
  /** Shares an image, which must be `shared`, with a project (POST …/members). Never repeated once sent. */
  addMember(imageId: string, member: AddOpenStackMember, call?: CallOptions): Promise<OpenStackMember>;
  /** Accepts or rejects an image that is shared with one's own project (PUT …/members/{member_id}). */
  updateMember(
    imageId: string,
    memberId: string,
    change: UpdateOpenStackMember,
    call?: CallOptions,
  ): Promise<OpenStackMember>;
  /** Stops sharing an image with a project (DELETE …/members/{member_id}). */
  removeMember(imageId: string, memberId: string, call?: CallOptions): Promise<void>;

  /** Puts a tag on an image (PUT …/tags/{tag}). */
  addTag(imageId: string, tag: string, call?: CallOptions): Promise<void>;
  /** Takes a tag off an image (DELETE …/tags/{tag}). */
  removeTag(imageId: string, tag: string, call?: CallOptions): Promise<void>;

  /** The JSON schema of an image: which properties there are (GET /v2/schemas/image). */
  getImageSchema(call?: CallOptions): Promise<OpenStackSchema>;
  /** The JSON schema of a list of images (GET /v2/schemas/images). */
  getImagesSchema(call?: CallOptions): Promise<OpenStackSchema>;
  /** The JSON schema of a member (GET /v2/schemas/member). */
  getMemberSchema(call?: CallOptions): Promise<OpenStackSchema>;
  /** The JSON schema of a list of members (GET /v2/schemas/members). */
  getMembersSchema(call?: CallOptions): Promise<OpenStackSchema>;

  /**
   * Lists images by version 1.1 of the API (GET /v1.1/images/detail).
   *
   * @deprecated Huawei Cloud still answers it; use {@link listImages}.
   */
  listImagesV1(filters?: OpenStackV1Filters, call?: CallOptions): Promise<OpenStackV1ImageList>;
  /**
   * Shows an image by version 1 of the API (HEAD /v1/images/{image_id}): its headers without `x-image-meta-`. A page of
   * another origin sees those that the service exposes.
   *
   * @deprecated Huawei Cloud still answers it; use {@link getImage}.
   */
  getImageV1(imageId: string, call?: CallOptions): Promise<Record<string, string>>;
  /**
   * Deletes an image by version 1.1 of the API (DELETE /v1.1/images/{image_id}).
   *
   * @deprecated Huawei Cloud still answers it; use {@link deleteImage}.
   */
  deleteImageV1(imageId: string, call?: CallOptions): Promise<void>;

  /**
   * Polls (every `intervalMs`, default 2,000) until the image is `active`; rejects with kind `service` when it is
   * `killed` or `deleted`. Bound it by a `signal`.
   */
  waitForImage(imageId: string, options?: { intervalMs?: number } & CallOptions): Promise<OpenStackImage>;

  /**
   * The file of an image that is `queued` (PUT …/file): looks at the image, sends the file in one request, waits until
   * the image is active, compares size and MD5. The API knows no parts: what broke off is not resumed, the image goes
   * back to `queued` and takes the file again. It is given up when nothing moves for a minute, or when the service does
   * not answer ten minutes after the last byte. In browsers a stream is first collected into a Blob; bytes go out by
   * XMLHttpRequest or node:http, not by the client's `fetch`.
   *
   * @example
   * const task = images.upload(id, fileInput.files[0], { onProgress: (p) => show(p.bytesSent / p.bytesTotal) });
   * const { image, md5, verified } = await task.done;
   */
  upload(imageId: string, source: ImageSource, options?: FileUploadOptions): FileUploadTask;
  /** The file of an image (GET …/file), resumed by ranges when the line breaks, compared with the checksum. */
  download(imageId: string, target: DownloadTarget, options?: DownloadOptions): DownloadTask;
  /** Wipes secrets; calls and tasks under way end, later ones reject. Also `[Symbol.dispose]`. */
  close(): void;
}

/** How a file is uploaded. */
export interface FileUploadOptions {
  /** Aborting the signal ends the upload like abort(). */
  signal?: AbortSignalLike;
  /** At most ten times a second, and at the end. */
  onProgress?: (progress: FileUploadProgress) => void;
  /** Digest of the file, computed while reading and compared with the image's checksum. Default 'md5'. */
  checksum?: 'md5' | 'none';
  /** Wait until the image is active. Default true: for ten minutes, and one more for each 600 MB. */
  wait?: boolean | { timeoutMs: number };
}

/** How far an upload is. */
export interface FileUploadProgress {
  phase: 'inspecting' | 'uploading' | 'verifying' | 'done';
  /** Bytes; never falls. */
  bytesSent: number;
  bytesTotal: number;
  /** Smoothed over about ten seconds. */
  bytesPerSecond: number;
  /** Null while unknown. */
  etaSeconds: number | null;
}

/** An upload that ended well. */
export interface FileUploadResult {
  image: OpenStackImage;
  /** Of the whole file, 32 hexadecimal digits; absent with checksum 'none'. */
  md5?: string;
  /** What of the image was compared with the file. */
  verified: 'md5' | 'size' | 'none';
}

/** An upload under way; made by {@link OpenStackImageClient.upload}. */
export class FileUploadTask {
  private constructor();
  readonly state: 'running' | 'done' | 'failed' | 'aborted';
  readonly progress: FileUploadProgress;
  /** Never an unhandled rejection: the task itself has caught it. */
  readonly done: Promise<FileUploadResult>;
  /** Ends it; the image goes back to `queued` and takes a file again. */
  abort(): Promise<void>;
}
