/**
 * ims-client/huawei: Huawei Cloud IMS, its own calls. OpenStack's calls, which the service has too, are those of
 * `ims-client/openstack`.
 *
 * The types of requests and answers are generated from the core and follow the service's API reference: field names are
 * the service's own. Where a body has several shapes, a mixture of them does not compile, and is refused before anything
 * is sent.
 */
import type {
  AbortSignalLike,
  CallOptions,
  CheckpointStore,
  ClientOptions,
  ImageSource,
  PendingUpload,
  StoreOptions,
  UploadOptions,
  UploadTask,
} from './index.js';

export {
  type AbortSignalLike,
  type Auth,
  type BlobLike,
  type CallOptions,
  type CheckpointLock,
  type CheckpointStore,
  type ClientOptions,
  type FetchInit,
  type FileHandleLike,
  type ImageSource,
  ImsError,
  type ImsErrorKind,
  type LoadOptions,
  load,
  PendingUpload,
  type ReadableStreamLike,
  type RequestEvent,
  type RetryOptions,
  type SignedParts,
  type UnsignedRequest,
  type UploadEndCode,
  type UploadEvent,
  type UploadProgress,
  UploadTask,
} from './index.js';

/** How a client reaches Huawei Cloud IMS. */
export interface HuaweiImsOptions extends Omit<ClientOptions, 'endpoint'> {
  /** Base URL of the service; default: that of the region. */
  endpoint?: string;
  /** ID of a region, such as cn-north-4: the address of the service, and the project of an access key. */
  region?: string;
  /**
   * Base URL of the identity service; default: that of the region. With an `endpoint` that is not in the region's cloud it
   * has no default: a password of another cloud, and what an access key signs, are not sent to the public one.
   */
  iamEndpoint?: string;
  /** The project's ID, for the calls whose path names it: tags, members, `showJob`. */
  projectId?: string;
  /**
   * The enterprise project that is put where a call supports one and names none: the query of `listImages` (unless it
   * asks for public or shared images) and the bodies of creations and of copies in a region. `0` or a UUID.
   */
  enterpriseProjectId?: string;
}

/** Every field of every member of a union. */
type FieldsOf<Union> = Union extends unknown ? keyof Union : never;

/** One member of a union, without the fields of the others. */
type OneOf<Union, All = Union> = Union extends unknown
  ? Union & { [Field in Exclude<FieldsOf<All>, keyof Union>]?: never }
  : never;

/** Images for ARM boot by UEFI only. */
export type FirmwareOfArchitecture =
  | { architecture?: 'x86'; hw_firmware_type?: FirmwareType }
  | { architecture: 'arm'; hw_firmware_type?: 'uefi' };

/** What an image is created out of: a server, a data disk, a file, an ISO file, or data disks. */
export type CreateImage =
  | (OneOf<ImageFromServer | ImageFromVolume, AnyCreation> & EitherTags)
  | (OneOf<ImageFromFile | ImageFromFileQuickly | ImageFromIso, AnyCreation> &
      EitherTags &
      FirmwareOfArchitecture)
  | OneOf<ImagesFromDataVolumes, AnyCreation>;

type AnyCreation =
  | ImageFromServer
  | ImageFromVolume
  | ImageFromFile
  | ImageFromFileQuickly
  | ImageFromIso
  | ImagesFromDataVolumes;

/** A data disk image out of a file. */
export type CreateDataImage = DataImageFromFile & EitherTags;

/** What a full-server image is created out of: the server, or a backup of it. */
export type CreateWholeImage = OneOf<WholeImageFromServer | WholeImageFromCbr | WholeImageFromCsbs> &
  EitherTags;

/** A quick import of a system disk or of a data disk. */
export type ImportImageQuick =
  | (OneOf<QuickSystemImage, QuickSystemImage | QuickDataImage> & EitherTags & FirmwareOfArchitecture)
  | (OneOf<QuickDataImage, QuickSystemImage | QuickDataImage> & EitherTags);

/** An export in a format, or a fast one. */
export type ExportImage = OneOf<OrdinaryExport | FastExport>;

/** A tag of an image, as a text or as a pair. */
export type TagOfImage = OneOf<TagTextOfImage | TagPairOfImage>;

/** What is decided about shared images. */
export type UpdateMembers = OneOf<AcceptImages | RejectImages>;

/** One change of an image as JSON patch spells it; `path` is a slash and the name of the attribute. */
export type ImagePatch =
  | { op: 'add' | 'replace'; path: `/${string}`; value: string | number }
  | { op: 'remove'; path: `/${string}`; value?: '' };

/**
 * Changes of an image: a JSON patch, or which attributes are set and which are removed. Extension attributes are set to
 * texts; their names have no capital letters.
 */
export type UpdateImage =
  | ImagePatch[]
  | { set: AttributesToSet; remove?: string[] }
  | { set?: AttributesToSet; remove: string[] };

type AttributesToSet = ImageChanges & { [attribute: string]: string | number | undefined };

/** Which images are listed; what a receiver decided is asked of shared ones. */
export type ListImages = ImageFilters & ({ member_status?: never } | { visibility: 'shared' });

/** Without the file's address, which an upload fills in. */
type WithoutFile<Creation> = Creation extends unknown
  ? Omit<Creation, 'image_url'> & { image_url?: never }
  : never;

/**
 * What an upload makes of the file: an image, by the call that `using` names (default `createImage`) and with that call's
 * own fields but `image_url`; or the content of an image that exists (its metadata was made by OpenStack's API): then it is
 * registered.
 */
export type UploadTarget = OneOf<
  | ({ using?: 'createImage' | 'createImageInSafeMode' } & WithoutFile<
      OneOf<ImageFromFile | ImageFromFileQuickly | ImageFromIso>
    > &
      EitherTags &
      FirmwareOfArchitecture)
  | ({ using: 'createDataImage' | 'createDataImageInSafeMode' } & WithoutFile<DataImageFromFile> & EitherTags)
  | ({ using: 'importImageQuick' | 'importImageQuickInSafeMode' } & WithoutFile<ImportImageQuick>)
  | { imageId: string }
>;

/** Keys of the object store; temporary ones come with a token. */
export interface ObsCredentials {
  /** The ID of the key, which is no secret. */
  accessKey: string;
  /** What is signed with; it is never sent. */
  secretKey: string;
  /** Of temporary keys. */
  securityToken?: string;
}

/** The caller's bucket, and how its store is spoken to. */
export interface ObsOptions extends Omit<StoreOptions, 'endpoint'> {
  /** The bucket: in the service's own region, of storage class Standard. Needed to begin an upload, not to go on with one. */
  bucket?: string;
  /**
   * The object, which is overwritten if it is there. Its ending tells the service the format. Default: the file's name
   * behind 32 digits that no other upload has; where the file has no name (bytes, a stream), it is needed.
   */
  key?: string;
  /**
   * The keys of the bucket. A function is asked when the upload begins, and again whenever the store refuses what it
   * gave: so temporary keys are renewed; it has `timeoutMs` of the client for that. Default: the client's own, where its
   * `auth` is `aksk`. They are in no checkpoint: who goes on with an upload, or discards one, gives them again.
   */
  credentials?: ObsCredentials | (() => ObsCredentials | Promise<ObsCredentials>);
  /**
   * Where the store stands; default: that of the client's region, `https://obs.REGION.myhuaweicloud.com`. There the bucket
   * stands in the host (unless its name has dots), at an endpoint of your own in the path, unless `addressing` says
   * otherwise; what the store wants to have otherwise is corrected. `region` is what is signed for, default the client's.
   */
  endpoint?: string;
}

/** How an upload is done. */
export interface HuaweiUploadOptions extends Omit<UploadOptions, 'oss' | 'checksum'> {
  /** The caller's bucket. */
  obs?: ObsOptions;
  /**
   * Delete the object when the image is active; default false. Not together with `wait: false`. `discard()` goes by it where
   * the image is finished already.
   */
  deleteObject?: boolean;
  /**
   * Whole-file digest, computed while reading. The service converts what it imports, so that its image cannot be compared
   * with the file: compared is each part, with the ETag that the store gives it. Default 'md5'.
   */
  checksum?: 'md5' | 'none';
}

/** An upload that ended well. */
export interface HuaweiUploadResult {
  /** With `wait: false` only what is known of it as soon as the job is ordered: `id` is empty where it is not told yet. */
  image: Image;
  /** The job that has made the image; absent where the answer that named it was lost. */
  jobId?: string;
  /** Where the file stands, `bucket:key`; gone with `deleteObject`. */
  imageUrl: string;
  /** Of the whole file, 32 hexadecimal digits; absent with checksum 'none'. */
  md5?: string;
  /** `md5` where the store's ETag of every part was the part's MD5. */
  verified: 'md5' | 'none';
  /** What was told by events of type `warning`. */
  warnings: string[];
}

/** How a job is waited for. */
export interface WaitForJobOptions {
  /** Aborting rejects with kind `aborted`; the job goes on. */
  signal?: AbortSignalLike;
  /** Called with the job after every look. */
  onProgress?: (job: Job) => void;
  /** Between two looks, milliseconds, 1 to 3,600,000; default 5,000. */
  intervalMs?: number;
  /** For the whole, milliseconds, up to 86,400,000, which is the default; then it rejects with kind `timeout`. */
  timeoutMs?: number;
  /** Sent on top of the client's. */
  headers?: Record<string, string>;
}

/**
 * Huawei Cloud IMS: one method per operation of its API reference. Every rejection is an {@link ImsError}; what the
 * reference forbids rejects with kind `validation` before anything is sent.
 *
 * @example
 * const ims = new HuaweiImsClient({ region: 'cn-north-4', auth: { type: 'token', token }, projectId });
 * const { job_id } = await ims.createImage({ name: 'web', instance_id: server });
 * const { entities } = await ims.waitForJob(job_id, { onProgress: (job) => show(job.entities?.process_percent ?? 0) });
 * console.log(entities?.image_id);
 */
export class HuaweiImsClient {
  /** Options are checked at the first call. */
  constructor(options: HuaweiImsOptions);

  /**
   * Creates a private image out of a server, disks, or a file in the object store: a job. Never repeated once
   * sent.
   *
   * @example
   * const { job_id } = await ims.createImage({ name: 'web', instance_id: server });
   * const { entities } = await ims.waitForJob(job_id);
   */
  createImage(request: CreateImage, call?: CallOptions): Promise<JobId>;
  /**
   * The same as `createImage` by the newer address; the pages say nothing about the difference. Never repeated
   * once sent.
   *
   * @example
   * const { job_id } = await ims.createImageInSafeMode({ name: 'web', image_url: 'my-images:web.qcow2', min_disk: 40 });
   */
  createImageInSafeMode(request: CreateImage, call?: CallOptions): Promise<JobId>;
  /**
   * Creates a data disk image out of a file in the object store: a job. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.createDataImage({ name: 'data', image_url: 'my-images:web.qcow2', min_disk: 40 });
   */
  createDataImage(request: CreateDataImage, call?: CallOptions): Promise<JobId>;
  /**
   * The same as `createDataImage` by the newer address. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.createDataImageInSafeMode({
   *   name: 'data', image_url: 'my-images:web.qcow2', min_disk: 40, os_type: 'Linux',
   * });
   */
  createDataImageInSafeMode(request: CreateDataImage, call?: CallOptions): Promise<JobId>;
  /**
   * Creates an image of a whole server out of the server or a backup of it: a job. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.createWholeImage({ name: 'all of it', instance_id: server, vault_id: vault });
   */
  createWholeImage(request: CreateWholeImage, call?: CallOptions): Promise<JobId>;
  /**
   * Creates an image out of a large RAW or ZVHD2 file that is prepared already: a job. Never repeated once
   * sent.
   *
   * @example
   * const { job_id } = await ims.importImageQuick({
   *   name: 'large', image_url: 'my-images:large.raw', min_disk: 40, os_version: 'CentOS 7.6 64bit',
   * });
   */
  importImageQuick(request: ImportImageQuick, call?: CallOptions): Promise<JobId>;
  /**
   * The same as `importImageQuick` by the newer address. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.importImageQuickInSafeMode({
   *   name: 'large', image_url: 'my-images:large.raw', min_disk: 40, type: 'DataImage',
   * });
   */
  importImageQuickInSafeMode(request: ImportImageQuick, call?: CallOptions): Promise<JobId>;
  /**
   * Gives an image whose metadata is there (made by OpenStack's API) its file: a job. Never repeated once
   * sent.
   *
   * @example
   * const { job_id } = await ims.registerImage(queuedId, { image_url: 'my-images:web.qcow2' });
   */
  registerImage(imageId: string, request: RegisterImage, call?: CallOptions): Promise<JobId>;
  /**
   * Exports a private image to the object store: a job. Full-server and ISO images, and images made of most
   * public ones, cannot be exported. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.exportImage(imageId, { bucket_url: 'my-images:out.qcow2', file_format: 'qcow2' });
   */
  exportImage(imageId: string, request: ExportImage, call?: CallOptions): Promise<JobId>;
  /**
   * The same as `exportImage` by the newer address. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.exportImageInSafeMode(imageId, { bucket_url: 'my-images:out', is_quick_export: true });
   */
  exportImageInSafeMode(imageId: string, request: ExportImage, call?: CallOptions): Promise<JobId>;
  /**
   * Changes attributes of an active private image. Never repeated once sent.
   *
   * @example
   * const { name } = await ims.updateImage(imageId, { set: { name: 'web 2', min_ram: 1024, my_own: 'x' } });
   */
  updateImage(imageId: string, changes: UpdateImage, call?: CallOptions): Promise<Image>;
  /**
   * Copies an image in its region: a job. Full-server and ISO images cannot be copied. Never repeated once
   * sent.
   *
   * @example
   * const { job_id } = await ims.copyImageInRegion(imageId, { name: 'a copy' });
   */
  copyImageInRegion(imageId: string, request: CopyInRegion, call?: CallOptions): Promise<JobId>;
  /**
   * The same as `copyImageInRegion` by the newer address. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.copyImageInRegionInSafeMode(imageId, { name: 'a copy', description: 'of web' });
   */
  copyImageInRegionInSafeMode(imageId: string, request: CopyInRegion, call?: CallOptions): Promise<JobId>;
  /**
   * Copies an image to another region: a job. At most 128 GiB, neither encrypted nor an ISO image. Never
   * repeated once sent.
   *
   * @example
   * const { job_id } = await ims.copyImageCrossRegion(imageId, {
   *   name: 'away', region: 'cn-east-3', project_name: 'cn-east-3', agency_name: 'ims_admin_agency',
   * });
   */
  copyImageCrossRegion(imageId: string, request: CopyCrossRegion, call?: CallOptions): Promise<JobId>;
  /**
   * Lists images, page by page.
   *
   * @example
   * const { images } = await ims.listImages({ __imagetype: 'private', status: 'active', limit: 100 });
   */
  listImages(query?: ListImages, call?: CallOptions): Promise<ImagePage>;
  /**
   * Lists the operating systems that images may have.
   *
   * @example
   * for (const { platform, version_list } of await ims.listOsVersions({ tag: 'x86' })) console.log(platform, version_list);
   */
  listOsVersions(query?: ListOsVersions, call?: CallOptions): Promise<OsVersions[]>;
  /**
   * Shows how many images the project may have, and has.
   *
   * @example
   * const { quotas } = await ims.showImageQuota();
   * for (const { type, used, quota } of quotas.resources) console.log(type, used, quota);
   */
  showImageQuota(call?: CallOptions): Promise<QuotaAnswer>;
  /**
   * Shows a job. The service's authors call it outdated: `showJobProgress` takes its place.
   *
   * @example
   * const { status, entities } = await ims.showJob(jobId);
   * @deprecated Use `showJobProgress`, which needs no project.
   */
  showJob(jobId: string, call?: CallOptions): Promise<Job>;
  /**
   * Shows a job and how far it is. Its page names a project, its path has none.
   *
   * @example
   * const { status, entities } = await ims.showJobProgress(jobId);
   * console.log(status, entities?.process_percent);
   */
  showJobProgress(jobId: string, call?: CallOptions): Promise<Job>;
  /**
   * Adds a tag to an image, or changes its value.
   *
   * @example
   * await ims.addImageTag(imageId, { key: 'stage', value: 'test' });
   */
  addImageTag(imageId: string, tag: Tag, call?: CallOptions): Promise<void>;
  /**
   * Adds tags to an image, or removes tags from it.
   *
   * @example
   * await ims.batchAddOrDeleteTags(imageId, { action: 'create', tags: [{ key: 'stage', value: 'test' }] });
   */
  batchAddOrDeleteTags(imageId: string, request: TagsToAdd | TagsToRemove, call?: CallOptions): Promise<void>;
  /**
   * Removes tags from an image.
   *
   * @example
   * await ims.batchDeleteTags(imageId, { tags: [{ key: 'role', value: 'web' }] });
   */
  batchDeleteTags(imageId: string, request: RemovedTags, call?: CallOptions): Promise<void>;
  /**
   * Adds a tag to an image, or changes its value; the image stands in the body.
   *
   * @example
   * await ims.createOrUpdateTags({ image_id: imageId, image_tag: { key: 'stage', value: 'test' } });
   */
  createOrUpdateTags(request: TagOfImage, call?: CallOptions): Promise<void>;
  /**
   * Removes a tag from an image; 404 where it is not there.
   *
   * @example
   * await ims.deleteImageTag(imageId, 'role');
   */
  deleteImageTag(imageId: string, key: string, call?: CallOptions): Promise<void>;
  /**
   * Finds images by their tags, or counts them.
   *
   * @example
   * const { resources } = await ims.listImageByTags({ action: 'filter', tags: [{ key: 'role', values: ['web'] }] });
   */
  listImageByTags(request: FindByTags | CountByTags, call?: CallOptions): Promise<FoundImages>;
  /**
   * Lists the tags of an image.
   *
   * @example
   * for (const { key, value } of (await ims.listImageTags(imageId)).tags) console.log(key, value);
   */
  listImageTags(imageId: string, call?: CallOptions): Promise<ImageTags>;
  /**
   * Lists the tags of all images of the project.
   *
   * @example
   * for (const { key, values } of (await ims.listImagesTags()).tags) console.log(key, values);
   */
  listImagesTags(call?: CallOptions): Promise<ProjectTags>;
  /**
   * Lists tags of images as texts.
   *
   * @example
   * const { tags } = await ims.listTags({ id: imageId, limit: 100 });
   */
  listTags(query?: ListTags, call?: CallOptions): Promise<TagTexts>;
  /**
   * Shares images: a job, whose `entities.results` tell of each. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.batchAddMembers({ images: [imageId], projects: [theirProject] });
   */
  batchAddMembers(request: ImageMembers, call?: CallOptions): Promise<JobId>;
  /**
   * Takes shared images, or does not: a job. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.batchUpdateMembers({ images: [sharedWithMe], project_id: myProject, status: 'accepted' });
   */
  batchUpdateMembers(request: UpdateMembers, call?: CallOptions): Promise<JobId>;
  /**
   * Stops sharing images: a job. Never repeated once sent.
   *
   * @example
   * const { job_id } = await ims.batchDeleteMembers({ images: [sharedId], projects: [theirProject] });
   */
  batchDeleteMembers(request: ImageMembers, call?: CallOptions): Promise<JobId>;
  /**
   * Lists whom an image is shared with.
   *
   * @example
   * const { members } = await ims.listImageMembers(sharedId, { limit: 10 });
   */
  listImageMembers(imageId: string, query?: ListImageMembers, call?: CallOptions): Promise<MemberPage>;
  /**
   * Shows whether somebody takes a shared image.
   *
   * @example
   * const { status } = await ims.showImageMember(sharedId, theirProject);
   */
  showImageMember(imageId: string, memberId: string, call?: CallOptions): Promise<Member>;

  /**
   * Every image, page by page (`limit` per page), one at a time. What a page shows again is passed over.
   *
   * @throws {ImsError} kind `protocol` where the service leads back to a page that was there: another order may help.
   * @example
   * for await (const { id, name } of ims.iterateImages({ __imagetype: 'private' })) console.log(id, name);
   */
  iterateImages(query?: ListImages, call?: CallOptions): AsyncIterableIterator<Image>;
  /**
   * Everybody an image is shared with, one at a time.
   *
   * @example
   * for await (const { member_id, status } of ims.iterateImageMembers(sharedId)) console.log(member_id, status);
   */
  iterateImageMembers(
    imageId: string,
    query?: ListImageMembers,
    call?: CallOptions,
  ): AsyncIterableIterator<Member>;
  /**
   * Every image with such tags, page by page (`limit` per page, default 100), one at a time.
   *
   * @example
   * for await (const image of ims.iterateImagesByTags({ tags: [{ key: 'role', values: ['web'] }] })) console.log(image.resource_id);
   */
  iterateImagesByTags(
    request?: Omit<FindByTags, 'action'>,
    call?: CallOptions,
  ): AsyncIterableIterator<FoundImage>;
  /**
   * Polls a job until it is done. Rejects with kind `service`, the job's own code and reason when it has failed. Looks
   * that fail on the way are repeated for five minutes (or `maxAttempts × maxDelayMs` of the client's `retry`).
   *
   * @example
   * const { entities } = await ims.waitForJob(jobId, { intervalMs: 2_000, timeoutMs: 3_600_000 });
   * console.log(entities?.image_id);
   */
  waitForJob(jobId: string, options?: WaitForJobOptions): Promise<Job>;
  /**
   * A file to an image: looks into it, sends it in parts to a bucket of the caller's with the caller's keys, orders the
   * image of the object (once: after a lost answer it is looked for, by name and object, for half a minute before the
   * order is sent again), waits for the job and for the image to be active.
   *
   * It pauses, stops, aborts and goes on as the main entry's uploads do, with the same checkpoints, progress and events.
   * A file that is fatally wrong or dangerous, or whose disk is larger than `min_disk`, is refused before anything is
   * sent (`allowUnsafe` lets it pass). An error of the store has kind `storage` (or `auth`) and says «the object store», one
   * of the service kind `service` and its own code. Where the service does not take a file that is stored, the error
   * says which object holds it, and the object stays: the calls that take an `image_url` can be tried with it. Aborting
   * removes parts, object and image.
   *
   * @example
   * const task = ims.upload({ path: 'web.qcow2' }, { name: 'web', min_disk: 40 }, { obs: { bucket: 'my-images' } });
   * const { image, imageUrl } = await task.done;
   */
  upload(
    source: ImageSource,
    target: UploadTarget,
    options: HuaweiUploadOptions,
  ): UploadTask<HuaweiUploadResult>;
  /**
   * Uploads that a closed tab, a crash or a stop has left in this store, the latest first; those of this client's endpoint
   * and region only. In browsers the default is IndexedDB; Node has no default. `resume` and `discard` take the keys
   * again: `{ obs: { credentials } }`, unless the client has its own; and `endpoint`, `region` and `addressing` of `obs`, where
   * the upload was given any.
   *
   * @example
   * for (const pending of await ims.pendingUploads({ directory: './uploads' })) {
   *   await pending.resume(undefined, { obs: { credentials } }).done;
   * }
   */
  pendingUploads(
    store?: CheckpointStore | { directory: string } | { account: string },
  ): Promise<PendingUpload<HuaweiUploadOptions, HuaweiUploadResult>[]>;
  /**
   * Wipes secrets; calls and uploads under way end, later ones reject.
   *
   * @example
   * ims.close();
   */
  close(): void;
  /**
   * {@link HuaweiImsClient.close} at the end of the block.
   *
   * @example
   * using ims = new HuaweiImsClient({ region: 'cn-north-4', auth: { type: 'token', token }, projectId });
   * console.log((await ims.listImages()).images.length);
   */
  [Symbol.dispose](): void;
}
