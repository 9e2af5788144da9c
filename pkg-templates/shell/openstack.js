/** `ims-client/openstack`: OpenStack's Image service, on any cloud. Forwards to the core. */
import { current } from './core.js';
import { shellError } from './errors.js';
import { DownloadTask, FileUploadTask } from './tasks.js';

export { load } from './core.js';
export { ImsError } from './errors.js';
export { DownloadTask, FileUploadTask };

export class OpenStackImageClient {
  #options;
  #ready;
  #core;
  #closed = false;

  constructor(options) {
    this.#options = options;
  }

  /** The core's client, made at the first call. */
  #client(operation) {
    if (this.#closed) return Promise.reject(shellError('aborted', operation, 'the client is closed'));
    this.#ready ??= this.#make().catch((error) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #make() {
    // close() may come while the WebAssembly loads: then calls under way find a client that is closed.
    const options = this.#options;
    const instance = await current();
    const core = instance.enter('OpenStackImageClient', (glue) => new glue.OpenStackCore(options));
    if (this.#closed) core.close();
    this.#core = { instance, core };
    return this.#core;
  }

  async #call(operation, args, call) {
    const { instance, core } = await this.#client(operation);
    return instance.guard(instance.enter(operation, () => core.call(operation, args, call)));
  }

  listVersions(call) {
    return this.#call('listVersions', [], call);
  }
  getVersion(version, call) {
    return this.#call('getVersion', [version], call);
  }
  listImages(filters, call) {
    return this.#call('listImages', [filters], call);
  }
  createImage(image, call) {
    return this.#call('createImage', [image], call);
  }
  getImage(imageId, call) {
    return this.#call('getImage', [imageId], call);
  }
  updateImage(imageId, changes, call) {
    return this.#call('updateImage', [imageId, changes], call);
  }
  deleteImage(imageId, options, call) {
    return this.#call('deleteImage', [imageId, options], call);
  }
  deactivateImage(imageId, call) {
    return this.#call('deactivateImage', [imageId], call);
  }
  reactivateImage(imageId, call) {
    return this.#call('reactivateImage', [imageId], call);
  }
  importImage(imageId, request, call) {
    return this.#call('importImage', [imageId, request], call);
  }
  getImportInfo(call) {
    return this.#call('getImportInfo', [], call);
  }
  listStores(call) {
    return this.#call('listStores', [], call);
  }
  listImageTasks(imageId, call) {
    return this.#call('listImageTasks', [imageId], call);
  }
  listMembers(imageId, page, call) {
    return this.#call('listMembers', [imageId, page], call);
  }
  getMember(imageId, memberId, call) {
    return this.#call('getMember', [imageId, memberId], call);
  }
  addMember(imageId, member, call) {
    return this.#call('addMember', [imageId, member], call);
  }
  updateMember(imageId, memberId, change, call) {
    return this.#call('updateMember', [imageId, memberId, change], call);
  }
  removeMember(imageId, memberId, call) {
    return this.#call('removeMember', [imageId, memberId], call);
  }
  addTag(imageId, tag, call) {
    return this.#call('addTag', [imageId, tag], call);
  }
  removeTag(imageId, tag, call) {
    return this.#call('removeTag', [imageId, tag], call);
  }
  getImageSchema(call) {
    return this.#call('getImageSchema', [], call);
  }
  getImagesSchema(call) {
    return this.#call('getImagesSchema', [], call);
  }
  getMemberSchema(call) {
    return this.#call('getMemberSchema', [], call);
  }
  getMembersSchema(call) {
    return this.#call('getMembersSchema', [], call);
  }
  listImagesV1(filters, call) {
    return this.#call('listImagesV1', [filters], call);
  }
  getImageV1(imageId, call) {
    return this.#call('getImageV1', [imageId], call);
  }
  deleteImageV1(imageId, call) {
    return this.#call('deleteImageV1', [imageId], call);
  }

  iterateImages(filters, call) {
    return pages((page) => this.listImages(page, call), filters, nextImage);
  }
  iterateMembers(imageId, page, call) {
    return pages((next) => this.listMembers(imageId, next, call), page, nextMember);
  }

  async waitForImage(imageId, options) {
    const { instance, core } = await this.#client('waitForImage');
    return instance.guard(instance.enter('waitForImage', () => core.waitForImage(imageId, options)));
  }

  upload(imageId, source, options) {
    return new FileUploadTask((begin) => this.#task('upload', [imageId, source, options], begin));
  }

  download(imageId, target, options) {
    return new DownloadTask((begin) => this.#task('download', [imageId, target, options], begin), target);
  }

  /** Starts a task of the core; the promise is that of its end. */
  async #task(name, args, begin) {
    const { instance, core } = await this.#client(name);
    const task = instance.enter(name, () => core[name](...args));
    begin(task);
    return instance.guard(task.done);
  }

  close() {
    this.#closed = true;
    this.#options = undefined;
    const { instance, core } = this.#core ?? {};
    this.#core = undefined;
    try {
      instance?.enter('close', () => core.close());
    } catch {
      // After a panic there is nothing left to wipe that could be reached.
    }
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }
}

/** The marker that a path of a next page holds. */
function markerOf(next) {
  return new URL(next, 'http://service').searchParams.get('marker');
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

/** Page after page, one entry at a time; ends at an empty page, without a marker, and where a marker comes again. */
async function* pages(list, request, next) {
  const asked = new Set();
  let page = request ?? {};
  for (;;) {
    const [entries, marker] = next(await list(page), page);
    yield* entries;
    if (entries.length === 0 || !marker || asked.has(marker)) return;
    asked.add(marker);
    page = { ...page, marker };
  }
}
