/** `ims-client/workspace`: HuaweiWorkspaceClient forwards to the core. */
import { ClientCore } from './base.js';

export { load } from './core.js';
export { ImsError } from './errors.js';

export class HuaweiWorkspaceClient {
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
    return pages((asked) => this.listImageServers(asked, call), request, 'items', 100);
  }
  iterateImageJobs(request, call) {
    return pages((asked) => this.listImageJobs(asked, call), request, 'items', 100);
  }
  iterateImageSubJobs(request, call) {
    return pages((asked) => this.listImageSubJobs(asked, call), request, 'items', 100);
  }
  iterateImages(request, call) {
    return pages((asked) => this.listImages(asked, call), request, 'images', 100);
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

/** Page after page, one entry at a time; an entry that a page shows again (the list moved) is passed over. */
async function* pages(list, request, field, most) {
  const { limit = most, offset: start = 0, ...rest } = request ?? {};
  const seen = new Set();
  for (let offset = start; ; offset += limit) {
    const { [field]: entries = [] } = await list({ ...rest, limit, offset });
    const before = seen.size;
    for (const entry of entries) {
      if (seen.has(entry.id)) continue;
      seen.add(entry.id);
      yield entry;
    }
    // A page without anything new would lead round for ever.
    if (entries.length < limit || seen.size === before) return;
  }
}
