/** Requests and answers, field by field where a union says what is allowed. */
import type {
  BootMode,
  Bucket,
  CopiedImage,
  CopySharedImage,
  CpuArch,
  CreatedImage,
  CreateImage,
  DiskFormat,
  Image,
  ImageTag,
  ImageType,
  ImageUsage,
  ImportImage,
  ImportUsage,
  ImportVisibility,
  ImportVolume,
  InstructionWidth,
  OsType,
  Platform,
  PrivateImage,
  Share,
  SharedImage,
  SharedImageDetails,
  UpdateImage,
  UploadCredentials,
  UploadOutcome,
  Visibility,
} from 'ims-client';

const bootMode: BootMode = 'UEFI';
const cpuArch: CpuArch = 'x86';
const diskFormat: DiskFormat = 'qcow2';
const imageType: ImageType = 'os_image';
const instruction: InstructionWidth = '64-bits';
const osType: OsType = 'linux';
const platform: Platform = 'ubuntu';
const usage: ImageUsage = 'ecs';
const visibility: Visibility = 'private';
const tag: ImageTag = { role: 'build' };

export const create: CreateImage = {
  name: 'ubuntu',
  bootMode,
  cpuArch,
  departmentId: 'd-1',
  description: 'made by hand',
  diskFormat,
  imageTags: [tag],
  imageType,
  instruction,
  minDisk: 20,
  minRam: 1024,
  osType,
  platform,
  tenantId: 't-1',
  usage,
  visibility,
};
// @ts-expect-error the document knows raw and qcow2
export const wrongFormat: CreateImage = { ...create, diskFormat: 'vmdk' };

export const update: UpdateImage = {
  bootMode,
  cpuArch,
  diskFormat,
  instruction,
  minDisk: 20,
  minRam: 1024,
  name: 'ubuntu',
  osType,
  osVersion: '24.04',
  platform,
};

const importUsage: ImportUsage = 'ecs';
const onlyPrivate: ImportVisibility = 'private';
const volume: ImportVolume = { imageUrl: 'https://images.example.com/data.raw', minDisk: 10 };
export const imported: ImportImage = {
  cpuArch,
  departmentId: 'd-1',
  diskFormat,
  imageUrl: 'https://images.example.com/disk.qcow2',
  instruction,
  minDisk: 20,
  minRam: 1024,
  name: 'ubuntu',
  osType,
  osVersion: '24.04',
  platform,
  tenantId: 't-1',
  usage: importUsage,
  visibility: onlyPrivate,
  volumeImages: [volume],
};

export const copy: CopySharedImage = {
  departmentId: 'd-1',
  name: 'a copy',
  resourceGroupId: 'r-1',
  tenantId: 't-1',
};
export const bucket: Bucket = { azId: 'az-1', cellId: 'cell-1', name: 'exports' };
export const outcome: UploadOutcome = 'failed';

/** What an answer may lack is undefined, not missing from the type. */
export function summary(
  image: Image,
  own: PrivateImage,
  created: CreatedImage,
  copied: CopiedImage,
  share: Share,
  shared: SharedImage,
  credentials: UploadCredentials,
): (string | number | undefined)[] {
  const details: SharedImageDetails | undefined = shared.image ?? share.image;
  const progress: number | undefined = own.progress;
  return [
    image.imageId,
    own.checksum,
    progress,
    created.imageId,
    copied.status,
    details?.name,
    credentials.bucket,
  ];
}
