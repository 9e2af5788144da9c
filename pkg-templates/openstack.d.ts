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
  StreamedDownloadTask,
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

/**
 * A change of an image as JSON patch has it; `path` is the property's name after a slash (`/` as `~1`, `~` as `~0`). Null, which
 * is no value, have `name`, `container_format`, `disk_format` and `owner`.
 */
export type OpenStackPatch =
  | { op: 'add' | 'replace'; path: `/${string}`; value: string | number | boolean | string[] | null }
  | { op: 'remove'; path: `/${string}` };

/** Properties that may have no value: null then. */
type OpenStackNullable = 'name' | 'container_format' | 'disk_format' | 'owner';

/** Properties of an image with their new values; an own one has no null. */
export type OpenStackImageProperties = {
  [Name in keyof CreateOpenStackImage]: Name extends 'id'
    ? never
    : string extends Name
      ? CreateOpenStackImage[Name] | null
      : CreateOpenStackImage[Name] | (Name extends OpenStackNullable ? null : never);
};

/** Changes of an image: a JSON patch, or what is to be set and removed, no property both. */
export type OpenStackImageChanges =
  | OpenStackPatch[]
  | { set: OpenStackImageProperties; remove?: string[] }
  | { set?: OpenStackImageProperties; remove: string[] };

/** Filters of the list of version 1.1; `changes-since` is a time. */
export interface OpenStackV1Filters {
  /** It has this name. */
  name?: string;
  /** `bare` … */
  container_format?: string;
  /** `qcow2`, `raw` … */
  disk_format?: string;
  /** `active`, `queued` … */
  status?: string;
  /** Bytes. */
  size_min?: number;
  /** Bytes. */
  size_max?: number;
  /** Changed since then: ISO 8601. */
  'changes-since'?: string | undefined;
  /** Images on a page. */
  limit?: number;
  /** The ID of the last image of the page before. */
  marker?: string;
  /** By which attribute they are sorted. */
  sort_key?: OpenStackSortKey;
  /** Which way. */
  sort_dir?: 'asc' | 'desc';
  /** A property: `property-os_type` for example. */
  [property: `property-${string}`]: string;
}

/** By which methods a service imports images. */
export interface OpenStackImportInfo {
  /** The names of the methods, as `value`. */
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

  /**
   * Lists the versions of the API (GET /).
   *
   * @example
   * for (const { id, status } of (await images.listVersions()).versions) console.log(id, status);
   */
  listVersions(call?: CallOptions): Promise<OpenStackVersions>;
  /**
   * Shows one version of the API (GET /v2), on Huawei Cloud alone: Glance answers 404; {@link listVersions} tells all.
   *
   * @example
   * const { versions } = await images.getVersion('v2');
   */
  getVersion(version: string, call?: CallOptions): Promise<OpenStackVersions>;

  /**
   * Lists images, a page at a time (GET /v2/images); {@link iterateImages} goes through all of them.
   *
   * @example
   * const { images: page, next } = await images.listImages({ status: 'active', sort: 'created_at:desc', limit: 20 });
   */
  listImages(filters?: OpenStackImageFilters, call?: CallOptions): Promise<OpenStackImageList>;
  /**
   * Every image that the filters let through, page by page, one at a time; `limit` is the size of a page. What a page shows
   * again is passed over.
   *
   * @throws {ImsError} kind `protocol` where the service leads back to a page that was there: another order may help.
   * @example
   * for await (const { id, name } of images.iterateImages({ tag: ['web'] })) console.log(id, name);
   */
  iterateImages(filters?: OpenStackImageFilters, call?: CallOptions): AsyncIterableIterator<OpenStackImage>;
  /**
   * Creates an image without its file (POST /v2/images): it is `queued` until {@link upload} or
   * {@link importImage}. Never repeated once sent.
   *
   * @example
   * const { id } = await images.createImage({ name: 'debian', disk_format: 'qcow2', container_format: 'bare', os_distro: 'debian' });
   */
  createImage(image: CreateOpenStackImage, call?: CallOptions): Promise<OpenStackImage>;
  /**
   * Shows one image (GET /v2/images/{image_id}).
   *
   * @example
   * const { name, status, size, checksum } = await images.getImage(id);
   */
  getImage(imageId: string, call?: CallOptions): Promise<OpenStackImage>;
  /**
   * Changes properties of an image (PATCH /v2/images/{image_id}), all but `locations`, which are refused. Never repeated once
   * sent.
   *
   * @example
   * await images.updateImage(id, { set: { name: 'debian 13', os_distro: 'debian' }, remove: ['old_property'] });
   */
  updateImage(imageId: string, changes: OpenStackImageChanges, call?: CallOptions): Promise<OpenStackImage>;
  /**
   * Deletes an image (DELETE /v2/images/{image_id}); the options are Huawei Cloud's.
   *
   * @example
   * await images.deleteImage(id);
   */
  deleteImage(imageId: string, options?: DeleteOpenStackImage, call?: CallOptions): Promise<void>;
  /**
   * Makes the file of an image unavailable to all but administrators (POST …/actions/deactivate).
   *
   * @example
   * await images.deactivateImage(id);
   */
  deactivateImage(imageId: string, call?: CallOptions): Promise<void>;
  /**
   * Makes it available again (POST …/actions/reactivate).
   *
   * @example
   * await images.reactivateImage(id);
   */
  reactivateImage(imageId: string, call?: CallOptions): Promise<void>;
  /**
   * Lets the service get the file itself (POST …/import); {@link waitForImage} waits for it. Never repeated once sent.
   * The method `glance-direct` takes what was staged before (PUT …/stage), which this client does not do: {@link upload}
   * sends a file.
   *
   * @example
   * await images.importImage(queuedId, { method: { name: 'web-download', uri: 'https://files.example.com/debian.qcow2' } });
   * await images.waitForImage(queuedId);
   */
  importImage(imageId: string, request: ImportOpenStackImage, call?: CallOptions): Promise<void>;
  /**
   * By which methods the service imports (GET /v2/info/import).
   *
   * @example
   * const methods = (await images.getImportInfo())['import-methods']?.value;
   */
  getImportInfo(call?: CallOptions): Promise<OpenStackImportInfo>;
  /**
   * Lists the stores behind the service, where it has several (GET /v2/info/stores).
   *
   * @example
   * for (const { id, description } of (await images.listStores()).stores) console.log(id, description);
   */
  listStores(call?: CallOptions): Promise<OpenStackStores>;
  /**
   * Lists what the service does with an image (GET …/tasks).
   *
   * @example
   * for (const { type, status, message } of (await images.listImageTasks(id)).tasks) console.log(type, status, message);
   */
  listImageTasks(imageId: string, call?: CallOptions): Promise<OpenStackTasks>;

  /**
   * Lists the projects that an image is shared with (GET …/members); only Huawei Cloud knows pages here.
   *
   * @example
   * const { members } = await images.listMembers(sharedId);
   */
  listMembers(imageId: string, page?: OpenStackMemberPage, call?: CallOptions): Promise<OpenStackMemberList>;
  /**
   * Every project that an image is shared with, one at a time.
   *
   * @example
   * for await (const { member_id, status } of images.iterateMembers(sharedId)) console.log(member_id, status);
   */
  iterateMembers(
    imageId: string,
    page?: OpenStackMemberPage,
    call?: CallOptions,
  ): AsyncIterableIterator<OpenStackMember>;
  /**
   * Shows how far an image is shared with a project (GET …/members/{member_id}).
   *
   * @example
   * const { status } = await images.getMember(sharedId, theirProject);
   */
  getMember(imageId: string, memberId: string, call?: CallOptions): Promise<OpenStackMember>;
  /**
   * Shares an image, which must be `shared`, with a project (POST …/members). Never repeated once sent.
   *
   * @example
   * await images.addMember(id, { member: theirProject });
   */
  addMember(imageId: string, member: AddOpenStackMember, call?: CallOptions): Promise<OpenStackMember>;
  /**
   * Accepts or rejects an image that is shared with one's own project (PUT …/members/{member_id}).
   *
   * @example
   * await images.updateMember(sharedWithMe, myProject, { status: 'accepted' });
   */
  updateMember(
    imageId: string,
    memberId: string,
    change: UpdateOpenStackMember,
    call?: CallOptions,
  ): Promise<OpenStackMember>;
  /**
   * Stops sharing an image with a project (DELETE …/members/{member_id}).
   *
   * @example
   * await images.removeMember(sharedId, theirProject);
   */
  removeMember(imageId: string, memberId: string, call?: CallOptions): Promise<void>;

  /**
   * Puts a tag on an image (PUT …/tags/{tag}).
   *
   * @example
   * await images.addTag(id, 'web');
   */
  addTag(imageId: string, tag: string, call?: CallOptions): Promise<void>;
  /**
   * Takes a tag off an image (DELETE …/tags/{tag}).
   *
   * @example
   * await images.removeTag(id, 'old');
   */
  removeTag(imageId: string, tag: string, call?: CallOptions): Promise<void>;

  /**
   * The JSON schema of an image: which properties there are (GET /v2/schemas/image).
   *
   * @example
   * const { properties } = await images.getImageSchema();
   */
  getImageSchema(call?: CallOptions): Promise<OpenStackSchema>;
  /**
   * The JSON schema of a list of images (GET /v2/schemas/images).
   *
   * @example
   * const { properties } = await images.getImagesSchema();
   */
  getImagesSchema(call?: CallOptions): Promise<OpenStackSchema>;
  /**
   * The JSON schema of a member (GET /v2/schemas/member).
   *
   * @example
   * const { properties } = await images.getMemberSchema();
   */
  getMemberSchema(call?: CallOptions): Promise<OpenStackSchema>;
  /**
   * The JSON schema of a list of members (GET /v2/schemas/members).
   *
   * @example
   * const { properties } = await images.getMembersSchema();
   */
  getMembersSchema(call?: CallOptions): Promise<OpenStackSchema>;

  /**
   * Lists images by version 1.1 of the API (GET /v1.1/images/detail).
   *
   * @example
   * const { images: page } = await images.listImagesV1({ limit: 20 });
   * @deprecated Huawei Cloud still answers it; use {@link listImages}.
   */
  listImagesV1(filters?: OpenStackV1Filters, call?: CallOptions): Promise<OpenStackV1ImageList>;
  /**
   * Shows an image by version 1 of the API (HEAD /v1/images/{image_id}): its headers without `x-image-meta-`. A page of
   * another origin sees those that the service exposes.
   *
   * @example
   * const { name, status } = await images.getImageV1(id);
   * @deprecated Huawei Cloud still answers it; use {@link getImage}.
   */
  getImageV1(imageId: string, call?: CallOptions): Promise<Record<string, string>>;
  /**
   * Deletes an image by version 1.1 of the API (DELETE /v1.1/images/{image_id}).
   *
   * @example
   * await images.deleteImageV1(id);
   * @deprecated Huawei Cloud still answers it; use {@link deleteImage}.
   */
  deleteImageV1(imageId: string, call?: CallOptions): Promise<void>;

  /**
   * Polls (every `intervalMs`, default 2,000) until the image is `active`; rejects with kind `service` when it is
   * `killed` or `deleted`. Looks that fail on the way are repeated for five minutes (or `maxAttempts × maxDelayMs` of
   * the client's `retry`). Bound it by a `signal`.
   *
   * @example
   * const { size } = await images.waitForImage(id, { signal: AbortSignal.timeout(600_000) });
   */
  waitForImage(imageId: string, options?: { intervalMs?: number } & CallOptions): Promise<OpenStackImage>;

  /**
   * The file of an image that is `queued` (PUT …/file): looks at the image, sends the file in one request, waits until
   * the image is active, compares size and MD5 (`checksum`; `os_hash_value` is not compared). The API knows no parts:
   * what broke off is not resumed, the image goes back to `queued` and takes the file again. It is given up when nothing
   * moves for a minute, or when the service does not answer ten minutes after the last byte. Where only the answer is
   * lost, or a gateway gives up (408, 502, 503, 504), the image tells whether the file is there; looks at it that fail are
   * repeated for five minutes (or `maxAttempts × maxDelayMs` of the client's `retry`). A stream that was read is not sent
   * again after a 401. In browsers a stream is first collected into a Blob; bytes go out by
   * XMLHttpRequest or node:http, not by the client's `fetch`. A redirect elsewhere ends the upload (`protocol`); in pages the
   * browser follows it before that, with the token: a strict `connect-src` of the page prevents it. Nobody looks into the file before it is sent: `inspect(file)` of
   * 'ims-client/inspect' does, in milliseconds, and says what speaks against it.
   *
   * @example
   * const task = images.upload(queuedId, file, { onProgress: (p) => show(p.bytesSent / p.bytesTotal) });
   * const { image, md5, verified } = await task.done;
   */
  upload(imageId: string, source: ImageSource, options?: FileUploadOptions): FileUploadTask;
  /**
   * The file of an image (GET …/file), resumed by ranges when the line breaks, compared with the MD5 (`checksum`;
   * `os_hash_value` is not compared).
   *
   * @example
   * const { bytes, md5, verified } = await images.download(id, { path: 'debian.qcow2' }).done;
   */
  download(imageId: string, target: 'stream', options?: DownloadOptions): StreamedDownloadTask;
  download(imageId: string, target: DownloadTarget, options?: DownloadOptions): DownloadTask;
  /**
   * Wipes secrets; calls and tasks under way end, later ones reject.
   *
   * @example
   * images.close();
   */
  close(): void;
  /**
   * {@link OpenStackImageClient.close} at the end of the block.
   *
   * @example
   * using images = new OpenStackImageClient({ endpoint: 'https://glance.example.com', auth: { type: 'token', token } });
   * console.log((await images.listImages()).images.length);
   */
  [Symbol.dispose](): void;
}

/** How a file is uploaded. */
export interface FileUploadOptions {
  /** Aborting the signal ends the upload like abort(). */
  signal?: AbortSignalLike;
  /** At most ten times a second; besides, at each change of phase and at the end. */
  onProgress?: (progress: FileUploadProgress) => void;
  /** Digest of the file, computed while reading and compared with the image's `checksum`. Default 'md5'. */
  checksum?: 'md5' | 'none';
  /** Wait until the image is active. Default true: for ten minutes, and one more for each 600 MB. */
  wait?: boolean | { timeoutMs: number };
}

/** How far an upload is. */
export interface FileUploadProgress {
  /** What is being done. */
  phase: 'inspecting' | 'uploading' | 'verifying' | 'done';
  /** Bytes; never falls. */
  bytesSent: number;
  /** Bytes of the whole file. */
  bytesTotal: number;
  /** Smoothed over about ten seconds. */
  bytesPerSecond: number;
  /** Null while unknown. */
  etaSeconds: number | null;
}

/** An upload that ended well. */
export interface FileUploadResult {
  /** The image as the service shows it at the end. */
  image: OpenStackImage;
  /** Of the whole file, 32 hexadecimal digits; absent with checksum 'none'. */
  md5?: string;
  /** What of the image was compared with the file. */
  verified: 'md5' | 'size' | 'none';
}

/**
 * An upload under way; made by {@link OpenStackImageClient.upload}.
 *
 * @example
 * const task = images.upload(queuedId, file, { onProgress: (p) => show(p.bytesSent / p.bytesTotal) });
 * const { image, verified } = await task.done;
 */
export class FileUploadTask {
  private constructor();
  /** What it is doing; `running` until it has ended. */
  readonly state: 'running' | 'done' | 'failed' | 'aborted';
  /** How far it is, now. */
  readonly progress: FileUploadProgress;
  /** Never an unhandled rejection: the task itself has caught it. */
  readonly done: Promise<FileUploadResult>;
  /**
   * Ends it. While bytes are sent, the image goes back to `queued` and takes a file again; once all are there
   * (`progress.phase` is `verifying`), the service goes on without it.
   *
   * @example
   * await task.abort(); // while bytes are sent: the image is `queued` again
   */
  abort(): Promise<void>;
}
