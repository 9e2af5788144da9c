/** `ims-client/workspace`: HuaweiWorkspaceClient forwards to the core. */
import { ClientCore } from './base.js';
import { shellError } from './errors.js';
import { offsetPages } from './pages.js';

export { load } from '#core';
export { ImsError } from './errors.js';

/** The largest offset that the list of images takes. */
const MOST_PASSED = 5000;

export class HuaweiWorkspaceClient {
  static name = 'HuaweiWorkspaceClient';

  #core;

  constructor(options) {
    this.#core = new ClientCore('HuaweiWorkspaceClient', 'WorkspaceCore', options);
  }

  attachImageServerApp(serverId, software, call) {
    return this.#core.call('attachImageServerApp', [serverId, software], call);
  }
  batchDeleteImageServer(servers, call) {
    return this.#core.call('batchDeleteImageServer', [servers], call);
  }
  createImageServer(server, call) {
    return this.#core.call('createImageServer', [server], call);
  }
  listImageServers(request, call) {
    return this.#core.call('listImageServers', [request], call);
  }
  listLatestAttachedServerApp(serverId, call) {
    return this.#core.call('listLatestAttachedServerApp', [serverId], call);
  }
  recreateServerImage(serverId, image, call) {
    return this.#core.call('recreateServerImage', [serverId, image], call);
  }
  showImageServer(serverId, call) {
    return this.#core.call('showImageServer', [serverId], call);
  }
  updateImageServer(serverId, changes, call) {
    return this.#core.call('updateImageServer', [serverId, changes], call);
  }
  batchDeleteImageSubJobs(subJobs, call) {
    return this.#core.call('batchDeleteImageSubJobs', [subJobs], call);
  }
  countImageSubJobs(request, call) {
    return this.#core.call('countImageSubJobs', [request], call);
  }
  listImageJobs(request, call) {
    return this.#core.call('listImageJobs', [request], call);
  }
  listImageSubJobs(request, call) {
    return this.#core.call('listImageSubJobs', [request], call);
  }
  showImageJob(jobId, call) {
    return this.#core.call('showImageJob', [jobId], call);
  }
  listImages(request, call) {
    return this.#core.call('listImages', [request], call);
  }

  iterateImageServers(request, call) {
    return offsetPages((asked) => this.listImageServers(asked, call), request, 'items', 'id');
  }
  iterateImageJobs(request, call) {
    return offsetPages((asked) => this.listImageJobs(asked, call), request, 'items', 'id');
  }
  iterateImageSubJobs(request, call) {
    return offsetPages((asked) => this.listImageSubJobs(asked, call), request, 'items', 'id');
  }
  iterateImages(request, call) {
    let total;
    const list = async (asked) => {
      // Of a request that begins behind them the list itself says what is wrong.
      if (asked.offset > MOST_PASSED && !(request?.offset > MOST_PASSED)) {
        // That were all.
        if (asked.offset === total) return {};
        const words = `the service passes over ${MOST_PASSED} images at most: ask for fewer, by image_type or the like`;
        throw shellError('unsupported', 'iterateImages', words);
      }
      const page = await this.listImages(asked, call);
      total = page.total_count;
      return page;
    };
    return offsetPages(list, request, 'images', 'id');
  }

  waitForJob(jobId, options) {
    return this.#core.invoke('waitForJob', 'waitForJob', [jobId, options]);
  }

  close() {
    this.#core.close();
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }
}
