/** CecloudImsClient: forwards to the core. */
import { ClientCore } from './base.js';
import { copied, turned } from './pages.js';
import { DownloadTask } from './tasks.js';
import { Uploads } from './uploads.js';

export class CecloudImsClient {
  static name = 'CecloudImsClient';

  #core;
  #uploads;

  constructor(options) {
    this.#core = new ClientCore('CecloudImsClient', 'CecloudCore', options);
    this.#uploads = new Uploads(this.#core);
  }

  listImages(page, call) {
    return this.#core.call('listImages', [page], call);
  }
  getImage(imageId, call) {
    return this.#core.call('getImage', [imageId], call);
  }
  createImage(image, call) {
    return this.#core.call('createImage', [image], call);
  }
  updateImage(imageId, image, call) {
    return this.#core.call('updateImage', [imageId, image], call);
  }
  deleteImage(imageId, call) {
    return this.#core.call('deleteImage', [imageId], call);
  }
  listPrivateImages(request, call) {
    return this.#core.call('listPrivateImages', [request], call);
  }
  prepareUpload(imageId, request, call) {
    return this.#core.call('prepareUpload', [imageId, request], call);
  }
  completeUpload(imageId, request, call) {
    return this.#core.call('completeUpload', [imageId, request], call);
  }
  shareImage(imageId, userIds, call) {
    return this.#core.call('shareImage', [imageId, userIds], call);
  }
  unshareImage(imageId, userIds, call) {
    return this.#core.call('unshareImage', [imageId, userIds], call);
  }
  listImageShares(imageId, page, call) {
    return this.#core.call('listImageShares', [imageId, page], call);
  }
  listSharedImages(request, call) {
    return this.#core.call('listSharedImages', [request], call);
  }
  deleteSharedImage(shareId, call) {
    return this.#core.call('deleteSharedImage', [shareId], call);
  }
  copySharedImage(shareId, request, call) {
    return this.#core.call('copySharedImage', [shareId, request], call);
  }
  importImage(request, call) {
    return this.#core.call('importImage', [request], call);
  }
  listExportBuckets(imageId, call) {
    return this.#core.call('listExportBuckets', [imageId], call);
  }
  exportImage(imageId, bucket, call) {
    return this.#core.call('exportImage', [imageId, bucket], call);
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

  waitForImage(imageId, options) {
    return this.#core.invoke('waitForImage', 'waitForImage', [imageId, options]);
  }

  upload(source, target, options) {
    return this.#uploads.start(source, target, options);
  }

  pendingUploads(store) {
    return this.#uploads.pending(store);
  }

  download(imageId, target, options) {
    return new DownloadTask(
      (begin) => this.#core.task('download', [imageId, target, options], begin),
      target,
    );
  }

  async diagnose(call) {
    try {
      return await this.#core.transfer('diagnose', 'diagnose', [call]);
    } catch (error) {
      // The page or the machine has lost the network: that is a finding, too.
      if (error?.operation !== 'load') throw error;
      const message = `What looks for causes is not there: ${error.message}.`;
      return { ok: false, checks: [{ name: 'code', ok: false, message, advice: ADVICE }] };
    }
  }

  close() {
    this.#core.close();
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }
}

const ADVICE =
  'See that this machine has a network and that the files of the package are still where the page came from; load({ transfers: true }) at its start keeps them.';

/** Page after page, one entry at a time. */
async function* pages(list, request, key) {
  const { size = 50, current = 1, ...rest } = await copied(list, request);
  let next = current;
  yield* turned(async () => {
    const page = await list({ ...rest, size, current: next });
    next = Number(next) + 1;
    // By its own size where the service gives fewer than it was asked for, and says so.
    return [page.list, page.total, Math.min(size, page.size || size)];
  }, key);
}
