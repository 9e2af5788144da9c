/** `ims-client/worker` in Node, so that servers can render pages that use it: uploads say that it is for browsers. */
import { shellError } from '../shell/errors.js';
import { UploadWorker } from './uploads.js';

export { ImsError } from '../shell/errors.js';

export function createUploadWorker(options) {
  return new UploadWorker(options, () => {
    throw shellError(
      'unsupported',
      'createUploadWorker',
      'this is for browsers: in Node use CecloudImsClient, which holds nobody up',
    );
  });
}
