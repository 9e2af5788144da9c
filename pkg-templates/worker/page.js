/** `ims-client/worker`: uploads off the main thread. */
import { UploadWorker } from './uploads.js';

export { ImsError } from '../shell/errors.js';

export function createUploadWorker(options) {
  // Bundlers find the worker by this very expression.
  return new UploadWorker(
    options,
    () => new Worker(new URL('./upload-worker.js', import.meta.url), { type: 'module' }),
  );
}
