/** The types of ims-client/huawei: calls, unions of which the service takes one shape only, answers. */
import type {
  AbortSignalLike,
  Accepted,
  AcceptImages,
  Architecture,
  Attributes,
  CbrType,
  CopyCrossRegion,
  CopyInRegion,
  Count,
  CountByTags,
  CreateDataImage,
  CreateImage,
  CreateWholeImage,
  CsbsType,
  DataFile,
  DataImageFromFile,
  DataOsType,
  DataType,
  DataVolume,
  DiskFormat,
  EitherTags,
  Environment,
  ExportFormat,
  ExportImage,
  FastExport,
  Filter,
  FindByTags,
  FirmwareOfArchitecture,
  FirmwareType,
  FlagText,
  FoundDetail,
  FoundImage,
  FoundImages,
  HuaweiImsOptions,
  Image,
  ImageChanges,
  ImageFilters,
  ImageFromFile,
  ImageFromFileQuickly,
  ImageFromIso,
  ImageFromServer,
  ImageFromVolume,
  ImageKind,
  ImageMembers,
  ImagePage,
  ImagePatch,
  ImageStatus,
  ImagesFromDataVolumes,
  ImageTags,
  ImportImageQuick,
  IsoType,
  Job,
  JobEntities,
  JobId,
  JobResult,
  LicenseType,
  ListedTag,
  ListImageMembers,
  ListImages,
  ListOsVersions,
  ListTags,
  Match,
  Member,
  MemberPage,
  MemberStatus,
  OldTag,
  OrdinaryExport,
  OsBit,
  OsTag,
  OsType,
  OsVersion,
  OsVersions,
  PageInfo,
  Platform,
  ProjectTags,
  QuickDataImage,
  QuickSystemImage,
  QuickSystemType,
  QuotaAnswer,
  QuotaResource,
  Quotas,
  RegisterImage,
  Rejected,
  RejectImages,
  RemovedTags,
  SortDirection,
  SortKey,
  SubJob,
  SubJobEntities,
  SystemImageType,
  Tag,
  TagFilter,
  TagOfImage,
  TagPairOfImage,
  TagsToAdd,
  TagsToRemove,
  TagTextOfImage,
  TagTexts,
  TagValues,
  UpdateImage,
  UpdateMembers,
  Visibility,
  WaitForJobOptions,
  WholeImageFromCbr,
  WholeImageFromCsbs,
  WholeImageFromServer,
} from 'ims-client/huawei';
import { HuaweiImsClient, ImsError, load } from 'ims-client/huawei';

export const byRegion: HuaweiImsOptions = { region: 'cn-north-4' };
const options: HuaweiImsOptions = {
  endpoint: 'https://ims.example.com',
  auth: { type: 'token', token: 't' },
  projectId: 'p',
  enterpriseProjectId: '0',
};
await load();
const ims = new HuaweiImsClient(options);

const file = { name: 'a', image_url: 'bucket:o', min_disk: 40 };
const disk: DataFile & EitherTags = { image_url: 'bucket:d', min_disk: 100, tags: ['a.b'] };
const volume: DataVolume & EitherTags = { name: 'd', volume_id: 'v', image_tags: [{ key: 'k', value: '' }] };
const tag: Tag = { key: 'k', value: 'v' };

export const shapes: CreateImage[] = [
  { name: 'a', instance_id: 's', tags: ['a.b'] },
  { name: 'a', instance_id: 's', image_tags: [tag], max_ram: 4096 },
  { name: 'a', volume_id: 'v', os_version: 'CentOS 7.0 64bit', type: 'BMS' },
  file,
  { ...file, is_quick_import: false, data_images: [disk] },
  { ...file, is_quick_import: true, os_version: 'CentOS 7.0 64bit' },
  { ...file, type: 'IsoImage', os_version: 'CentOS 7.0 64bit' },
  { ...file, architecture: 'arm', hw_firmware_type: 'uefi' },
  { ...file, hw_firmware_type: 'bios' },
  { data_images: [volume], enterprise_project_id: '0' },
];

export const mixtures: CreateImage[] = [
  // @ts-expect-error a server and a disk at once
  { name: 'a', instance_id: 's', volume_id: 'v', os_version: 'x' },
  // @ts-expect-error the size of a disk is that of the server's
  { name: 'a', instance_id: 's', min_disk: 40 },
  // @ts-expect-error nothing that an image is made of
  { name: 'a' },
  // @ts-expect-error tags of both kinds
  { name: 'a', instance_id: 's', tags: ['a.b'], image_tags: [{ key: 'k', value: 'v' }] },
  // @ts-expect-error a file has a size
  { name: 'a', image_url: 'bucket:o' },
  // @ts-expect-error a quick import says which system it is
  { name: 'a', image_url: 'bucket:o', min_disk: 40, is_quick_import: true },
  // @ts-expect-error an ISO file says which system it is
  { name: 'a', image_url: 'bucket:o', min_disk: 40, type: 'IsoImage' },
  // @ts-expect-error an ISO file is not encrypted
  { name: 'a', image_url: 'bucket:o', min_disk: 40, type: 'IsoImage', os_version: 'x', cmk_id: 'k' },
  // @ts-expect-error images for ARM boot by UEFI
  { name: 'a', image_url: 'bucket:o', min_disk: 40, architecture: 'arm', hw_firmware_type: 'bios' },
  // @ts-expect-error the names stand with the disks
  { name: 'a', data_images: [{ name: 'd', volume_id: 'v' }] },
  // @ts-expect-error tags of both kinds inside
  { data_images: [{ name: 'd', volume_id: 'v', tags: ['a.b'], image_tags: [{ key: 'k', value: 'v' }] }] },
];

export const whole: CreateWholeImage[] = [
  { name: 'a', instance_id: 's', vault_id: 'v' },
  { name: 'a', backup_id: 'b', whole_image_type: 'CBR' },
  { name: 'a', backup_id: 'b', whole_image_type: 'CSBS' },
  { name: 'a', backup_id: 'b' },
  // @ts-expect-error a backup lies in its vault already
  { name: 'a', backup_id: 'b', vault_id: 'v' },
  // @ts-expect-error a server and a backup at once
  { name: 'a', instance_id: 's', backup_id: 'b' },
];

export const quick: ImportImageQuick[] = [
  { ...file, os_version: 'x', type: 'ECS', license_type: 'byol' },
  { ...file, type: 'DataImage', os_type: 'Linux' },
  // @ts-expect-error a system disk says which system it is
  { name: 'a', image_url: 'bucket:o', min_disk: 40 },
  // @ts-expect-error a data disk has no licence
  { name: 'a', image_url: 'bucket:o', min_disk: 40, type: 'DataImage', license_type: 'byol' },
];

export const exports: ExportImage[] = [
  { bucket_url: 'bucket:o', file_format: 'qcow2' },
  { bucket_url: 'bucket:o', is_quick_export: true },
  // @ts-expect-error a fast export has no format
  { bucket_url: 'bucket:o', is_quick_export: true, file_format: 'vhd' },
  // @ts-expect-error an ordinary export has one
  { bucket_url: 'bucket:o' },
];

export const tags: TagOfImage[] = [
  { image_id: 'i', tag: 'a.b' },
  { image_id: 'i', image_tag: tag },
  // @ts-expect-error one or the other
  { image_id: 'i', tag: 'a.b', image_tag: { key: 'k', value: 'v' } },
];

export const decisions: UpdateMembers[] = [
  { images: ['i'], project_id: 'p', status: 'accepted', vault_id: 'v' },
  { images: ['i'], project_id: 'p', status: 'rejected' },
  // @ts-expect-error what is not taken goes into no vault
  { images: ['i'], project_id: 'p', status: 'rejected', vault_id: 'v' },
];

const patch: ImagePatch = { op: 'remove', path: '/old' };
const set: ImageChanges = { name: 'a', min_ram: 1024, hw_firmware_type: 'uefi' };
export const changes: UpdateImage[] = [
  [patch, { op: 'replace', path: '/name', value: 'a' }],
  { set: { ...set, my_own: 'x' }, remove: ['old'] },
  // @ts-expect-error no such operation
  [{ op: 'move', path: '/name' }],
  // @ts-expect-error a path starts with a slash
  [{ op: 'remove', path: 'name' }],
  // @ts-expect-error not a boot mode
  { set: { hw_firmware_type: 'efi' } },
];

declare const signal: AbortSignalLike;

export async function calls(id: string): Promise<string | undefined> {
  const waiting: WaitForJobOptions = {
    signal,
    intervalMs: 1_000,
    timeoutMs: 60_000,
    onProgress: (job: Job) => job.entities?.process_percent?.toFixed(),
  };
  const created: JobId = await ims.createImage({ name: 'a', instance_id: 's' });
  const job: Job = await ims.waitForJob(created.job_id, waiting);
  const data: CreateDataImage = { ...file, os_type: 'Linux' };
  await ims.createDataImageInSafeMode(data, { timeoutMs: 1 });
  const copy: CopyInRegion = { name: 'b' };
  await ims.copyImageInRegion(id, copy);
  const register: RegisterImage = { image_url: 'bucket:o' };
  await ims.registerImage(id, register);
  await ims.listImages({ member_status: 'pending', visibility: 'shared' });
  // @ts-expect-error what a receiver decided is asked of shared images
  await ims.listImages({ member_status: 'pending' });
  // @ts-expect-error there is nothing to change
  await ims.updateImage('i', {});
  const query: ListImages = { __imagetype: 'private', limit: 10, created_at: 'gt:2018-10-28T10:00:00Z' };
  const page: ImagePage = await ims.listImages(query);
  for await (const image of ims.iterateImages(query)) {
    const known: string | undefined = image.__os_version;
    const unknown: unknown = image.__support_new_things;
    if (known === unknown) return image.id;
  }
  const systems: OsVersions[] = await ims.listOsVersions({ tag: ['arm', 'uefi'] });
  const members: MemberPage = await ims.listImageMembers(id, { limit: 1 });
  for await (const member of ims.iterateImageMembers(id)) if (member.status === 'accepted') return member.urn;
  const found: FoundImages = await ims.listImageByTags({ action: 'count', without_any_tag: true });
  for await (const image of ims.iterateImagesByTags({ limit: 5 })) return image.resource_id;
  // @ts-expect-error a count has no pages
  await ims.listImageByTags({ action: 'count', limit: 5 });
  await ims.batchAddOrDeleteTags(id, { action: 'delete', tags: [{ key: 'k' }] });
  // @ts-expect-error a tag that is added has a value
  await ims.batchAddOrDeleteTags(id, { action: 'create', tags: [{ key: 'k' }] });
  const quota: QuotaAnswer = await ims.showImageQuota();
  try {
    await ims.showJobProgress('j');
  } catch (error) {
    if (error instanceof ImsError && error.kind === 'service') return error.code;
  } finally {
    ims.close();
  }
  return [page, systems, members, found, quota, job].length > 0 ? id : undefined;
}

/** Every other name that the entry exports. */
export type Others = [
  [Accepted, AcceptImages, Architecture, Attributes, CbrType, CopyCrossRegion, Count, CountByTags, CsbsType],
  [DataImageFromFile, DataOsType, DataType, DiskFormat, Environment, ExportFormat, FastExport, Filter],
  [FindByTags, FirmwareOfArchitecture, FirmwareType, FlagText, FoundDetail, FoundImage, Image, ImageKind],
  [
    ImageFromFile,
    ImageFromFileQuickly,
    ImageFromIso,
    ImageFromServer,
    ImageFromVolume,
    ImageMembers,
    ImagesFromDataVolumes,
  ],
  [ImageStatus, ImageTags, IsoType, JobEntities, JobResult, LicenseType, ListedTag, ListImageMembers],
  [ListOsVersions, ListTags, Match, Member, MemberStatus, OldTag, OrdinaryExport, OsBit, OsTag, OsType],
  [OsVersion, PageInfo, Platform, ProjectTags, QuickDataImage, QuickSystemImage, QuickSystemType],
  [
    QuotaResource,
    Quotas,
    Rejected,
    RejectImages,
    RemovedTags,
    SortDirection,
    SortKey,
    SubJob,
    SubJobEntities,
  ],
  [SystemImageType, TagFilter, TagPairOfImage, TagsToAdd, TagsToRemove, TagTexts, TagTextOfImage, TagValues],
  [Visibility, WholeImageFromCbr, WholeImageFromCsbs, WholeImageFromServer],
];

export const filters: ImageFilters = { __imagetype: 'gold' };
