/** The client in a thread. */
import { parentPort, workerData } from 'node:worker_threads';
import * as client from 'ims-client';
import { upload } from './checks.mjs';

const { endpoint, path } = workerData;
try {
  parentPort.postMessage(await upload(client, endpoint, path, 'in a thread'));
} catch (error) {
  parentPort.postMessage({ error: `${error.name}: ${error.message}` });
}
