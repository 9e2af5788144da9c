/** `ims-client/huawei`: HuaweiImsClient forwards to the core. */
import { ClientCore } from './base.js';
import { offsetPages, pages } from './pages.js';
import { Uploads } from './uploads.js';

export { load } from '#core';
export { ImsError } from './errors.js';
export { PendingUpload, UploadTask } from './tasks.js';

export class HuaweiImsClient {
  static name = 'HuaweiImsClient';

  #core;
  #uploads;

  constructor(options) {
    this.#core = new ClientCore('HuaweiImsClient', 'HuaweiCore', options);
    this.#uploads = new Uploads(this.#core);
  }

  createImage(request, call) {
    return this.#core.call('createImage', [request], call);
  }
  createImageInSafeMode(request, call) {
    return this.#core.call('createImageInSafeMode', [request], call);
  }
  createDataImage(request, call) {
    return this.#core.call('createDataImage', [request], call);
  }
  createDataImageInSafeMode(request, call) {
    return this.#core.call('createDataImageInSafeMode', [request], call);
  }
  createWholeImage(request, call) {
    return this.#core.call('createWholeImage', [request], call);
  }
  importImageQuick(request, call) {
    return this.#core.call('importImageQuick', [request], call);
  }
  importImageQuickInSafeMode(request, call) {
    return this.#core.call('importImageQuickInSafeMode', [request], call);
  }
  registerImage(imageId, request, call) {
    return this.#core.call('registerImage', [imageId, request], call);
  }
  exportImage(imageId, request, call) {
    return this.#core.call('exportImage', [imageId, request], call);
  }
  exportImageInSafeMode(imageId, request, call) {
    return this.#core.call('exportImageInSafeMode', [imageId, request], call);
  }
  updateImage(imageId, changes, call) {
    return this.#core.call('updateImage', [imageId, changes], call);
  }
  copyImageInRegion(imageId, request, call) {
    return this.#core.call('copyImageInRegion', [imageId, request], call);
  }
  copyImageInRegionInSafeMode(imageId, request, call) {
    return this.#core.call('copyImageInRegionInSafeMode', [imageId, request], call);
  }
  copyImageCrossRegion(imageId, request, call) {
    return this.#core.call('copyImageCrossRegion', [imageId, request], call);
  }
  listImages(query, call) {
    return this.#core.call('listImages', [query], call);
  }
  listOsVersions(query, call) {
    return this.#core.call('listOsVersions', [query], call);
  }
  showImageQuota(call) {
    return this.#core.call('showImageQuota', [], call);
  }
  showJob(jobId, call) {
    return this.#core.call('showJob', [jobId], call);
  }
  showJobProgress(jobId, call) {
    return this.#core.call('showJobProgress', [jobId], call);
  }
  addImageTag(imageId, tag, call) {
    return this.#core.call('addImageTag', [imageId, tag], call);
  }
  batchAddOrDeleteTags(imageId, request, call) {
    return this.#core.call('batchAddOrDeleteTags', [imageId, request], call);
  }
  batchDeleteTags(imageId, request, call) {
    return this.#core.call('batchDeleteTags', [imageId, request], call);
  }
  createOrUpdateTags(request, call) {
    return this.#core.call('createOrUpdateTags', [request], call);
  }
  deleteImageTag(imageId, key, call) {
    return this.#core.call('deleteImageTag', [imageId, key], call);
  }
  listImageByTags(request, call) {
    return this.#core.call('listImageByTags', [request], call);
  }
  listImageTags(imageId, call) {
    return this.#core.call('listImageTags', [imageId], call);
  }
  listImagesTags(call) {
    return this.#core.call('listImagesTags', [], call);
  }
  listTags(query, call) {
    return this.#core.call('listTags', [query], call);
  }
  batchAddMembers(request, call) {
    return this.#core.call('batchAddMembers', [request], call);
  }
  batchUpdateMembers(request, call) {
    return this.#core.call('batchUpdateMembers', [request], call);
  }
  batchDeleteMembers(request, call) {
    return this.#core.call('batchDeleteMembers', [request], call);
  }
  listImageMembers(imageId, query, call) {
    return this.#core.call('listImageMembers', [imageId, query], call);
  }
  showImageMember(imageId, memberId, call) {
    return this.#core.call('showImageMember', [imageId, memberId], call);
  }

  iterateImages(query, call) {
    return pages('iterateImages', (page) => this.listImages(page, call), query, 'id', nextImage);
  }
  iterateImageMembers(imageId, query, call) {
    const list = (page) => this.listImageMembers(imageId, page, call);
    return pages('iterateImageMembers', list, query, 'member_id', nextMember);
  }
  iterateImagesByTags(request, call) {
    const find = (asked) => this.listImageByTags(asked, call);
    return offsetPages(find, request, 'resources', 'resource_id', { action: 'filter' });
  }

  waitForJob(jobId, options) {
    return this.#core.invoke('waitForJob', 'waitForJob', [jobId, options]);
  }

  upload(source, target, options) {
    return this.#uploads.start(source, target, options);
  }

  pendingUploads(store) {
    return this.#uploads.pending(store);
  }

  close() {
    this.#core.close();
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }
}

/**
 * Editions of the service that do not say where the next page starts are asked on from the end of a full one; where no
 * limit is given, it has 500.
 */
function nextImage({ images, page_info: info }, { limit }) {
  const last = images.length >= (limit ?? 500) ? images.at(-1)?.id : undefined;
  return [images, info ? info.next_marker : last];
}

function nextMember({ members, page_info: info }) {
  return [members, info?.next_marker];
}
