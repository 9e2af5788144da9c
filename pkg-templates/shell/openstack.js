/** `ims-client/openstack`: OpenStack's Image service, on any cloud. Forwards to the core. */
import { ClientCore } from './base.js';
import { held } from './held.js';
import { pages } from './pages.js';
import { DownloadTask, FileUploadTask } from './tasks.js';

export { load } from '#core';
export { ImsError } from './errors.js';
export { DownloadTask, FileUploadTask };

export class OpenStackImageClient {
  static name = 'OpenStackImageClient';

  #core;

  constructor(options) {
    this.#core = new ClientCore('OpenStackImageClient', 'OpenStackCore', options);
  }

  listVersions(call) {
    return this.#core.call('listVersions', [], call);
  }
  getVersion(version, call) {
    return this.#core.call('getVersion', [version], call);
  }
  listImages(filters, call) {
    return this.#core.call('listImages', [filters], call);
  }
  createImage(image, call) {
    return this.#core.call('createImage', [image], call);
  }
  getImage(imageId, call) {
    return this.#core.call('getImage', [imageId], call);
  }
  updateImage(imageId, changes, call) {
    return this.#core.call('updateImage', [imageId, changes], call);
  }
  deleteImage(imageId, options, call) {
    return this.#core.call('deleteImage', [imageId, options], call);
  }
  deactivateImage(imageId, call) {
    return this.#core.call('deactivateImage', [imageId], call);
  }
  reactivateImage(imageId, call) {
    return this.#core.call('reactivateImage', [imageId], call);
  }
  importImage(imageId, request, call) {
    return this.#core.call('importImage', [imageId, request], call);
  }
  getImportInfo(call) {
    return this.#core.call('getImportInfo', [], call);
  }
  listStores(call) {
    return this.#core.call('listStores', [], call);
  }
  listImageTasks(imageId, call) {
    return this.#core.call('listImageTasks', [imageId], call);
  }
  listMembers(imageId, page, call) {
    return this.#core.call('listMembers', [imageId, page], call);
  }
  getMember(imageId, memberId, call) {
    return this.#core.call('getMember', [imageId, memberId], call);
  }
  addMember(imageId, member, call) {
    return this.#core.call('addMember', [imageId, member], call);
  }
  updateMember(imageId, memberId, change, call) {
    return this.#core.call('updateMember', [imageId, memberId, change], call);
  }
  removeMember(imageId, memberId, call) {
    return this.#core.call('removeMember', [imageId, memberId], call);
  }
  addTag(imageId, tag, call) {
    return this.#core.call('addTag', [imageId, tag], call);
  }
  removeTag(imageId, tag, call) {
    return this.#core.call('removeTag', [imageId, tag], call);
  }
  getImageSchema(call) {
    return this.#core.call('getImageSchema', [], call);
  }
  getImagesSchema(call) {
    return this.#core.call('getImagesSchema', [], call);
  }
  getMemberSchema(call) {
    return this.#core.call('getMemberSchema', [], call);
  }
  getMembersSchema(call) {
    return this.#core.call('getMembersSchema', [], call);
  }
  listImagesV1(filters, call) {
    return this.#core.call('listImagesV1', [filters], call);
  }
  getImageV1(imageId, call) {
    return this.#core.call('getImageV1', [imageId], call);
  }
  deleteImageV1(imageId, call) {
    return this.#core.call('deleteImageV1', [imageId], call);
  }

  iterateImages(filters, call) {
    return pages('iterateImages', (page) => this.listImages(page, call), filters, 'id', nextImage);
  }
  iterateMembers(imageId, page, call) {
    const list = (next) => this.listMembers(imageId, next, call);
    return pages('iterateMembers', list, page, 'member_id', nextMember);
  }

  waitForImage(imageId, options) {
    return this.#core.invoke('waitForImage', 'waitForImage', [imageId, options]);
  }

  upload(imageId, source, options) {
    return new FileUploadTask((begin) => this.#core.task('upload', [imageId, held(source), options], begin));
  }

  download(imageId, target, options) {
    return new DownloadTask(
      (begin) => this.#core.task('download', [imageId, target, options], begin),
      target,
    );
  }

  close() {
    this.#core.close();
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }
}

/** The marker that a path of a next page holds; none where it is no path. */
function markerOf(next) {
  try {
    return new URL(next, 'http://service').searchParams.get('marker');
  } catch {
    return undefined;
  }
}

/**
 * Images of a page, and the marker of the next one. The filters are kept, only the marker is taken from `next`: Glance
 * leaves all but one of several tags out of it. Without `next` this was the last page; a service that never tells it is
 * asked on from the last image of a page that is full.
 */
function nextImage({ images, next }, { limit }) {
  const last = images.at(-1)?.id;
  if (next) return [images, markerOf(next) ?? last];
  return [images, limit > 0 && images.length >= limit ? last : undefined];
}

function nextMember({ members, page_info: info }) {
  return [members, info?.next_marker];
}
