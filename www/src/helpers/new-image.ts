/** What the upload form is filled with before anybody types: as far as the file's name and size tell. */
import type { CreateImage, DiskFormat, Platform, UpdateImage } from 'ims-client';
import type { Owner } from './connection';
import type { AnyImage } from './image-list';

/** A form while it is being filled in: numbers may be missing. */
export type NewImage = Omit<CreateImage, 'minDisk' | 'minRam'> & { minDisk?: number; minRam?: number };

const GIB = 1024 ** 3;
const LONGEST_NAME = 128;
const PLATFORMS: Platform[] = ['windows', 'ubuntu', 'CentOS', 'kylin', 'CCLinux', 'other'];

/** The file's name without its extension, with everything replaced that a name must not hold. */
export function nameFromFile(fileName: string): string {
  const stem = fileName.replace(/\.(qcow2?|raw|img|bin|dd|iso)$/i, '');
  const allowed = stem.replace(/[^\p{Script=Han}A-Za-z0-9\-._ ]+/gu, '-');
  // What stood beside a space or at an end leaves nothing behind: "disk (1)" is "disk 1".
  const tidy = allowed.replace(/(^| )-+|-+($| )/g, '$1$2');
  return Array.from(tidy).slice(0, LONGEST_NAME).join('').trim() || 'image';
}

/** By the extension; a file that does not say is most likely a plain copy of a disk. */
export function formatFromFile(fileName: string): DiskFormat {
  return /\.qcow2?$/i.test(fileName) ? 'qcow2' : 'raw';
}

/** The smallest disk that could hold the file, in whole GiB; a qcow2's disk is often larger: the user knows. */
export function minDiskFromSize(size: number): number {
  return Math.max(1, Math.ceil(size / GIB));
}

/** A form for a file that was just picked. */
export function newImageFor(file: File, owner: Owner): NewImage {
  return {
    ...newImage(owner),
    name: nameFromFile(file.name),
    diskFormat: formatFromFile(file.name),
    minDisk: minDiskFromSize(file.size),
  };
}

/** A form for an image without a file. */
export function newImage(owner: Owner): NewImage {
  return {
    name: '',
    diskFormat: 'qcow2',
    minDisk: 20,
    minRam: 0,
    imageType: 'os_image',
    instruction: '64-bits',
    cpuArch: 'x86',
    osType: 'linux',
    platform: 'other',
    bootMode: 'BIOS',
    usage: 'ecs',
    visibility: 'private',
    description: '',
    ...owner,
  };
}

/** What is sent: a description that was not written is left out. */
export function toCreateImage(form: NewImage): CreateImage {
  const { description, resourceGroupId, ...rest } = form;
  // A missing number is the package's to refuse, with the field's name.
  return {
    ...rest,
    ...(description ? { description } : {}),
    ...(resourceGroupId ? { resourceGroupId } : {}),
  } as CreateImage;
}

/** What an image has, as a request that changes it: letter case of answers varies, that of requests does not. */
export function updateOf(image: AnyImage): Partial<UpdateImage> {
  const platform = PLATFORMS.find((each) => each.toLowerCase() === image.platform?.toLowerCase());
  const given = {
    name: image.name,
    bootMode: image.bootMode || 'BIOS',
    cpuArch: image.cpuArch,
    diskFormat: image.diskFormat,
    instruction: image.instructions || '64-bits',
    minDisk: image.minDisk,
    minRam: image.minRam,
    osType: image.osType?.toLowerCase(),
    osVersion: image.osVersion ?? '',
    platform: platform ?? image.platform,
  };
  return given as Partial<UpdateImage>;
}
