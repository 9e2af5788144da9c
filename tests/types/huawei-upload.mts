/** The types of uploads to Huawei Cloud: targets that no call takes do not compile; results are the service's own image. */
import type {
  BlobLike,
  CheckpointLock,
  CheckpointStore,
  FileHandleLike,
  HuaweiUploadOptions,
  HuaweiUploadResult,
  Image,
  ImageSource,
  ObsCredentials,
  ObsOptions,
  ReadableStreamLike,
  UploadEvent,
  UploadProgress,
  UploadTarget,
} from 'ims-client/huawei';
import { HuaweiImsClient, type PendingUpload, type UploadTask } from 'ims-client/huawei';

const ims = new HuaweiImsClient({ region: 'cn-north-4', auth: { type: 'token', token: 't' } });
const file = { name: 'a', min_disk: 40 };

export const targets: UploadTarget[] = [
  file,
  { ...file, using: 'createImageInSafeMode', tags: ['a.b'] },
  { ...file, is_quick_import: true, os_version: 'CentOS 7.0 64bit' },
  { ...file, type: 'IsoImage', os_version: 'CentOS 7.0 64bit' },
  { ...file, architecture: 'arm', hw_firmware_type: 'uefi' },
  { ...file, using: 'createDataImage', os_type: 'Linux' },
  { ...file, using: 'importImageQuick', os_version: 'CentOS 7.0 64bit' },
  { ...file, using: 'importImageQuickInSafeMode', type: 'DataImage' },
  { imageId: 'i' },
];

export const mistakes: UploadTarget[] = [
  // @ts-expect-error an image that exists, or a new one
  { ...file, imageId: 'i' },
  // @ts-expect-error the upload says where the file is
  { ...file, image_url: 'b:o' },
  // @ts-expect-error a server is no file
  { name: 'a', instance_id: 's' },
  // @ts-expect-error no such call makes an image of a file
  { ...file, using: 'exportImage' },
  // @ts-expect-error a quick import names its system
  { ...file, using: 'importImageQuick' },
  // @ts-expect-error one kind of tags
  { ...file, tags: ['a.b'], image_tags: [{ key: 'k', value: 'v' }] },
];

const keys: ObsCredentials = { accessKey: 'a', secretKey: 's', securityToken: 't' };
const obs: ObsOptions = {
  bucket: 'my-images',
  key: 'a.raw',
  credentials: async () => keys,
  addressing: 'path',
};
const lock: CheckpointLock = { release() {} };
const store: CheckpointStore = {
  load: () => undefined,
  save() {},
  remove() {},
  list: () => [],
  lock: () => lock,
};
const options: HuaweiUploadOptions = {
  obs,
  checkpoint: store,
  deleteObject: true,
  allowUnsafe: ['backing-file'],
  onProgress: (progress: UploadProgress) => progress.phase,
  onEvent: (event: UploadEvent) => event.type,
};

export async function uploaded(source: ImageSource): Promise<HuaweiUploadResult> {
  const task: UploadTask<HuaweiUploadResult> = ims.upload(source, file, options);
  task.pause();
  const { image, imageUrl, jobId, verified } = await task.done;
  const made: Image = image;
  const how: 'md5' | 'none' = verified;
  for (const pending of await ims.pendingUploads({ directory: './uploads' })) {
    const one: PendingUpload<HuaweiUploadOptions, HuaweiUploadResult> = pending;
    await one.discard({ obs: { credentials: keys } });
    const { imageUrl: there } = await one.resume(undefined, { obs: { credentials: keys } }).done;
    if (there === imageUrl) break;
  }
  // @ts-expect-error an upload to Huawei has no store but the caller's
  ims.upload(source, file, { oss: {} });
  return { image: made, imageUrl, verified: how, warnings: [], ...(jobId ? { jobId } : {}) };
}

/** Sources, as structures of any platform. */
export type Sources = [BlobLike, FileHandleLike, ReadableStreamLike];
