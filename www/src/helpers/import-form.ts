/** The form of an import, and the request that it makes. */
import type { ImportImage } from 'ims-client';
import type { Owner } from './connection';

/** A data disk while it is being filled in. */
export interface DiskForm {
  imageUrl: string;
  minDisk?: number;
}

/** The form: what the service fixes is not in it. */
export type ImportForm = Omit<
  ImportImage,
  'visibility' | 'minDisk' | 'minRam' | 'imageType' | 'volumeImages' | 'description' | 'resourceGroupId'
> &
  Owner & { minDisk?: number; minRam?: number; description: string; disks: DiskForm[] };

/** The form before anybody types. */
export function emptyImport(owner: Owner): ImportForm {
  return {
    name: '',
    imageUrl: '',
    diskFormat: 'qcow2',
    minDisk: 20,
    minRam: 0,
    instruction: '64-bits',
    cpuArch: 'x86',
    osType: 'linux',
    platform: 'other',
    osVersion: '',
    usage: 'ecs',
    description: '',
    ...owner,
    disks: [],
  };
}

/** What is sent: data disks make it an image of a whole machine; a missing number is the package's to refuse. */
export function toImportImage({ description, resourceGroupId, disks, ...rest }: ImportForm): ImportImage {
  return {
    ...rest,
    visibility: 'private',
    imageType: disks.length > 0 ? 'whole_image' : 'os_image',
    ...(description ? { description } : {}),
    ...(resourceGroupId ? { resourceGroupId } : {}),
    ...(disks.length > 0
      ? {
          volumeImages: disks.map(({ imageUrl, minDisk }) => ({
            ...(imageUrl.trim() ? { imageUrl: imageUrl.trim() } : {}),
            ...(minDisk === undefined ? {} : { minDisk }),
          })),
        }
      : {}),
  } as ImportImage;
}
