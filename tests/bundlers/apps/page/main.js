/** A page that imports the package by its name. */
import { CecloudImsClient } from 'ims-client';
import { createUploadWorker } from 'ims-client/worker';
import { run } from './checks.js';

run({ CecloudImsClient, createUploadWorker });
