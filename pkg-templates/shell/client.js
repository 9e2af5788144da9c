/** CecloudImsClient: forwards to the core. */
import { current } from './core.js';
import { shellError } from './errors.js';
import { DownloadTask, PendingUpload, UploadTask } from './tasks.js';

export class CecloudImsClient {
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
    const core = instance.enter('CecloudImsClient', (glue) => new glue.CecloudCore(options));
    if (this.#closed) core.close();
    this.#core = { instance, core };
    return this.#core;
  }

  async #call(operation, args, call) {
    const { instance, core } = await this.#client(operation);
    return instance.guard(instance.enter(operation, () => core.call(operation, args, call)));
  }

  listImages(page, call) {
    return this.#call('listImages', [page], call);
  }
  getImage(imageId, call) {
    return this.#call('getImage', [imageId], call);
  }
  createImage(image, call) {
    return this.#call('createImage', [image], call);
  }
  updateImage(imageId, image, call) {
    return this.#call('updateImage', [imageId, image], call);
  }
  deleteImage(imageId, call) {
    return this.#call('deleteImage', [imageId], call);
  }
  listPrivateImages(request, call) {
    return this.#call('listPrivateImages', [request], call);
  }
  prepareUpload(imageId, request, call) {
    return this.#call('prepareUpload', [imageId, request], call);
  }
  completeUpload(imageId, request, call) {
    return this.#call('completeUpload', [imageId, request], call);
  }
  shareImage(imageId, userIds, call) {
    return this.#call('shareImage', [imageId, userIds], call);
  }
  unshareImage(imageId, userIds, call) {
    return this.#call('unshareImage', [imageId, userIds], call);
  }
  listImageShares(imageId, page, call) {
    return this.#call('listImageShares', [imageId, page], call);
  }
  listSharedImages(request, call) {
    return this.#call('listSharedImages', [request], call);
  }
  deleteSharedImage(shareId, call) {
    return this.#call('deleteSharedImage', [shareId], call);
  }
  copySharedImage(shareId, request, call) {
    return this.#call('copySharedImage', [shareId, request], call);
  }
  importImage(request, call) {
    return this.#call('importImage', [request], call);
  }
  listExportBuckets(imageId, call) {
    return this.#call('listExportBuckets', [imageId], call);
  }
  exportImage(imageId, bucket, call) {
    return this.#call('exportImage', [imageId, bucket], call);
  }

  iterateImages(request, call) {
    return pages((page) => this.listImages(page, call), request, 'imageId');
  }
  iteratePrivateImages(request, call) {
    return pages((page) => this.listPrivateImages(page, call), request, 'imageId');
  }
  iterateSharedImages(request, call) {
    return pages((page) => this.listSharedImages(page, call), request, 'shareId');
  }

  async waitForImage(imageId, options) {
    const { instance, core } = await this.#client('waitForImage');
    return instance.guard(instance.enter('waitForImage', () => core.waitForImage(imageId, options)));
  }

  upload(source, target, options) {
    return new UploadTask((begin) => this.#task('upload', [source, target, options], begin));
  }

  async pendingUploads(store) {
    const { instance, core } = await this.#client('pendingUploads');
    const found = await instance.guard(instance.enter('pendingUploads', () => core.pendingUploads(store)));
    return found.map(
      ({ key, ...known }) =>
        new PendingUpload(known, (name, ...rest) =>
          name === 'resume' ? this.#resume(store, key, ...rest) : this.#discard(store, key),
        ),
    );
  }

  #resume(store, key, source, options) {
    return new UploadTask((begin) => this.#task('resumeUpload', [store, key, source, options], begin));
  }

  async #discard(store, key) {
    const { instance, core } = await this.#client('discard');
    await instance.guard(instance.enter('discard', () => core.discardUpload(store, key)));
  }

  download(imageId, target, options) {
    return new DownloadTask((begin) => this.#task('download', [imageId, target, options], begin), target);
  }

  async diagnose(call) {
    const { instance, core } = await this.#client('diagnose');
    return instance.guard(instance.enter('diagnose', () => core.diagnose(call)));
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

/** Page after page, one entry at a time; an entry that a page shows again (the list moved) is passed over. */
async function* pages(list, request, key) {
  const { size = 50, ...rest } = request ?? {};
  const seen = new Set();
  for (let current = 1; ; current++) {
    const page = await list({ ...rest, size, current });
    for (const entry of page.list) {
      if (seen.has(entry[key])) continue;
      seen.add(entry[key]);
      yield entry;
    }
    // The total may be a count of pages (the document says both): a page that is not full is the last one.
    if (page.list.length < size) return;
  }
}
