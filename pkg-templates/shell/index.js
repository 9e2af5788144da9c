/** The main entry: CECloud IMS with upload and download. */

export { load } from '#core';
export { CecloudImsClient } from './client.js';
export { ImsError } from './errors.js';
export { DownloadTask, PendingUpload, UploadTask } from './tasks.js';
