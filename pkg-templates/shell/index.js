/** The main entry: CECloud IMS with upload and download. */
export { CecloudImsClient } from './client.js';
export { load } from '#core';
export { ImsError } from './errors.js';
export { DownloadTask, PendingUpload, UploadTask } from './tasks.js';
