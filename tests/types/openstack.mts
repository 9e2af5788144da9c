/** The types of ims-client/openstack: known fields are typed, others are kept. */
import {
  type AddOpenStackMember,
  type CreateOpenStackImage,
  type DeleteOpenStackImage,
  type DownloadTask,
  type FileUploadOptions,
  type FileUploadProgress,
  type FileUploadResult,
  type FileUploadTask,
  type ImportOpenStackImage,
  ImsError,
  load,
  type OpenStackClientOptions,
  type OpenStackFilterProperties,
  type OpenStackImage,
  type OpenStackImageChanges,
  OpenStackImageClient,
  type OpenStackImageFilters,
  type OpenStackImageList,
  type OpenStackImageProperties,
  type OpenStackImageStatus,
  type OpenStackImportFields,
  type OpenStackImportInfo,
  type OpenStackImportMethod,
  type OpenStackLink,
  type OpenStackMember,
  type OpenStackMemberList,
  type OpenStackMemberPage,
  type OpenStackOwnProperties,
  type OpenStackPageInfo,
  type OpenStackPatch,
  type OpenStackProperties,
  type OpenStackSchema,
  type OpenStackSchemaExtras,
  type OpenStackSortKey,
  type OpenStackStore,
  type OpenStackStoreExtras,
  type OpenStackStores,
  type OpenStackTask,
  type OpenStackTasks,
  type OpenStackV1Filters,
  type OpenStackV1Image,
  type OpenStackV1ImageList,
  type OpenStackVersion,
  type OpenStackVersions,
  type OpenStackVisibility,
  type UpdateOpenStackMember,
} from 'ims-client/openstack';

declare function tell(...what: unknown[]): void;

export async function images(client: OpenStackImageClient): Promise<void> {
  await load();
  const own: OpenStackOwnProperties = { os_distro: 'debian', __os_version: 'Debian 13' };
  const visibility: OpenStackVisibility = 'shared';
  const image: CreateOpenStackImage = {
    name: 'n',
    visibility,
    tags: ['t'],
    min_disk: 1,
    disk_format: 'x',
    ...own,
  };
  const created: OpenStackImage = await client.createImage(image);
  const id: string = created.id;
  const size: number | undefined = created.size;
  const status: OpenStackImageStatus | undefined = created.status;
  const extra: unknown = created.os_distro;
  const huawei: string | undefined = created.__os_type;
  const open: OpenStackProperties = created;
  // @ts-expect-error what a property of a cloud holds is not known
  const text: string = created.os_distro;
  // @ts-expect-error a size is a number
  await client.createImage({ min_disk: '1' });
  // @ts-expect-error there is no such visibility
  await client.createImage({ visibility: 'mine' });

  const patch: OpenStackPatch[] = [
    { op: 'add', path: '/a', value: 'b' },
    { op: 'remove', path: '/c' },
  ];
  const changes: OpenStackImageChanges = { set: { name: 'm', mine: 'x' }, remove: ['old'] };
  await client.updateImage(id, patch);
  await client.updateImage(id, changes);
  // @ts-expect-error what is removed has no value
  await client.updateImage(id, [{ op: 'remove', path: '/c', value: 'x' }]);
  // @ts-expect-error a path begins with a slash
  await client.updateImage(id, [{ op: 'remove', path: 'c' }]);
  // @ts-expect-error known properties are typed here too
  await client.updateImage(id, { set: { min_disk: '1' } });
  // @ts-expect-error there is nothing to change
  await client.updateImage(id, {});
  await client.updateImage(id, { set: { name: null, owner: null, disk_format: null }, remove: ['x'] });
  await client.updateImage(id, [{ op: 'replace', path: '/name', value: null }]);
  // @ts-expect-error a size is a size
  await client.updateImage(id, { set: { min_disk: null } });
  // @ts-expect-error an image keeps its ID
  await client.updateImage(id, { set: { id: 'x' } });
  const what: DeleteOpenStackImage = { delete_backup: true };
  await client.deleteImage(id, what);
  tell(size, status, extra, huawei, open, text);
}

export async function lists(client: OpenStackImageClient): Promise<unknown[]> {
  const keys: OpenStackSortKey[] = ['name', 'size'];
  const more: OpenStackFilterProperties = { os_distro: 'debian', __os_type: 'Linux' };
  const filters: OpenStackImageFilters = {
    status: ['active'],
    tag: ['a', 'b'],
    sort_key: keys,
    limit: 3,
    ...more,
  };
  const page: OpenStackImageList = await client.listImages(filters);
  const first: OpenStackImage | undefined = page.images[0];
  for await (const image of client.iterateImages(filters)) tell(image.name);
  // @ts-expect-error images are not sorted by their owner
  await client.listImages({ sort_key: 'owner' });
  // @ts-expect-error a flag
  await client.listImages({ protected: 'true' });
  const versions: OpenStackVersions = await client.listVersions();
  const version: OpenStackVersion | undefined = versions.versions[0];
  const link: OpenStackLink | undefined = version?.links?.[0];
  const schema: OpenStackSchema = await client.getImageSchema();
  const rest: OpenStackSchemaExtras = schema;
  const stores: OpenStackStores = await client.listStores();
  const store: OpenStackStore | undefined = stores.stores[0];
  const tasks: OpenStackTasks = await client.listImageTasks('i');
  const task: OpenStackTask | undefined = tasks.tasks[0];
  const info: OpenStackImportInfo = await client.getImportInfo();
  const method: OpenStackImportMethod = {
    name: info['import-methods']?.value?.[0] ?? 'web-download',
    uri: 'https://h/x',
  };
  const request: ImportOpenStackImage = { method, all_stores: true };
  await client.importImage('i', request);
  await client.importImage('i', { method: { name: 'copy-image' }, stores: ['a'] });
  await client.importImage('i', { method: { name: 'of-this-cloud', uri: undefined } });
  // @ts-expect-error nobody knows where the bytes are
  await client.importImage('i', { method: { name: 'web-download' } });
  const v1: OpenStackV1Filters = { 'changes-since': '2018-10-28', 'property-os': 'x', size_min: 1 };
  const old: OpenStackV1ImageList = await client.listImagesV1(v1);
  const oldest: OpenStackV1Image | undefined = old.images[0];
  const headers: Record<string, string> = await client.getImageV1('i');
  return [first, link, rest, store, task?.type, oldest?.is_public, headers];
}

export async function members(client: OpenStackImageClient): Promise<unknown[]> {
  const whom: AddOpenStackMember = { member: 'project' };
  const member: OpenStackMember = await client.addMember('i', whom);
  const change: UpdateOpenStackMember = { status: 'accepted' };
  await client.updateMember('i', 'project', change);
  // @ts-expect-error there is no such status
  await client.updateMember('i', 'project', { status: 'maybe' });
  const page: OpenStackMemberPage = { limit: 5 };
  const list: OpenStackMemberList = await client.listMembers('i', page);
  const info: OpenStackPageInfo | undefined = list.page_info;
  return [member.status, info?.next_marker];
}

export async function files(client: OpenStackImageClient): Promise<unknown> {
  const options: FileUploadOptions = { onProgress: show, checksum: 'md5', wait: { timeoutMs: 1 } };
  const task: FileUploadTask = client.upload('i', { path: 'disk.qcow2' }, options);
  const result: FileUploadResult = await task.done;
  // @ts-expect-error one request cannot be held
  task.pause();
  const download: DownloadTask = client.download('i', { path: 'disk.qcow2' });
  try {
    await download.done;
  } catch (error) {
    if (error instanceof ImsError && error.kind === 'integrity') await download.abort();
  }
  return [result.image.id, result.verified, task.state];
}

function show(progress: FileUploadProgress): void {
  tell(progress.phase, progress.bytesSent / progress.bytesTotal);
}

export const client = new OpenStackImageClient({
  endpoint: 'https://h',
  auth: { type: 'token', token: 't' },
});

const options: OpenStackClientOptions = { region: 'RegionOne', interface: 'internal' };
export const byCatalog = new OpenStackImageClient(options);

export const properties: OpenStackImageProperties = { name: null, owner: null, os_distro: 'debian' };
// @ts-expect-error tags are a list, or stay as they are
export const untagged: OpenStackImageProperties = { tags: null };
export const fields: OpenStackImportFields = { uri: 'https://files.example.com/web.qcow2' };
export const readOnly: OpenStackStoreExtras['read-only'] = 'true';
