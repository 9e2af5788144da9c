/** A page that has the .wasm in its script. */
import { CecloudImsClient } from 'ims-client/inline';
import { createUploadWorker } from 'ims-client/worker';
import { run } from './checks.js';

run({ CecloudImsClient, createUploadWorker });
