/** Uploads that can be gone on with: the same for all clients that have them. */
import { held } from './held.js';
import { emptinessOf } from './kept.js';
import { PendingUpload, UploadTask } from './tasks.js';

export class Uploads {
  #core;

  constructor(core) {
    this.#core = core;
  }

  start(source, target, options) {
    return new UploadTask((begin) => this.#core.task('upload', [held(source), target, options], begin));
  }

  async pending(store) {
    const empty = emptinessOf(store);
    const found = await this.#core.transfer('pendingUploads', 'pendingUploads', [store], empty);
    return (found ?? []).map(
      ({ key, ...known }) =>
        new PendingUpload(known, (name, ...rest) =>
          name === 'resume' ? this.#resume(store, key, ...rest) : this.#discard(store, key, ...rest),
        ),
    );
  }

  #resume(store, key, source, options) {
    return new UploadTask((begin) =>
      this.#core.task('resumeUpload', [store, key, held(source), options], begin),
    );
  }

  #discard(store, key, options) {
    return this.#core.transfer('discard', 'discardUpload', [store, key, options]);
  }
}
