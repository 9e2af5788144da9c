/** The page of the measurements: uploads the picked file on the main thread and keeps nothing but a few numbers. */

import { CecloudImsClient } from './ims-client/index.js';
import { wasmMemory } from './wasm-memory.mjs';

/** Tasks of more than 50 ms, as the browser counts them: when they began, and how long they took. */
const longTasks = [];
if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });
}

let task;
let started;
const outcome = {};

globalThis.tests = {
  /** Begins the upload; `look` tells how it goes. */
  begin({ endpoint, metadata, options }) {
    const [file] = document.querySelector('#file').files;
    const ims = new CecloudImsClient({ endpoint, region: 'region0' });
    started = performance.now();
    let firstPart;
    task = ims.upload(file, metadata, {
      ...options,
      onEvent: ({ type, state }) => {
        // Start-up is over when the first part is on its way: the .wasm is loaded and compiled.
        if (type === 'part' && state === 'started') firstPart ??= performance.now();
      },
    });
    task.done
      .then(({ verified }) => {
        outcome.seconds = (performance.now() - started) / 1000;
        outcome.longTasks = longTasks.filter(({ startTime }) => startTime >= firstPart);
        outcome.startUp = longTasks.filter(({ startTime }) => startTime < firstPart);
        outcome.wasmMemory = wasmMemory();
        outcome.parts = task.progress.parts.done;
        outcome.verified = verified;
        ims.close();
      })
      .catch((error) => {
        outcome.failed = String(error);
      });
  },
  look: () => ({ bytesSent: task.progress.bytesSent, ...outcome }),
};
