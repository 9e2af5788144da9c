/** What an upload costs: memory of a Node process or of a tab, CPU time, tasks that hold the main thread. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openPage } from './browsers.mjs';
import { GIB, MIB, rendererRss, sparseFile } from './costs.mjs';
import { temporaryFolder } from './places.mjs';
import { imageOf } from './samples.mjs';

export { GIB, MIB };

const UPLOADER = fileURLToPath(new URL('./measured-uploader.mjs', import.meta.url));
const run = promisify(execFile);

/** Uploads a sparse file from a Node process of its own, with checkpoints in a directory. */
export async function measureInNode(context, emulator, size, options = {}) {
  const folder = await temporaryFolder(context);
  const request = {
    client: { endpoint: emulator.ims, region: 'region0' },
    path: await sparseFile(folder, size),
    image: imageOf(size),
    options: { checkpoint: { directory: path.join(folder, 'checkpoints') }, ...options },
  };
  const { stdout } = await run(process.execPath, [UPLOADER, JSON.stringify(request)]);
  await rm(request.path);
  const measured = JSON.parse(stdout);
  assert.ok(measured.verified === 'size' || measured.verified === 'md5', measured.verified);
  return { size, ...measured };
}

/** How often a tab is looked at, milliseconds. */
const LOOK_MS = 250;
/** How often its garbage is collected, so that what remains is what is in use. */
const COLLECT_AT = [0.25, 0.5, 0.75, 0.95];

/** The longest task of the page's main thread in a trace, by the CPU time that it took, milliseconds. */
function longestTask(trace) {
  const { traceEvents } = JSON.parse(Buffer.from(trace).toString());
  const mains = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  );
  const threads = new Set(mains.map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(
    ({ ph, pid, tid, tdur }) => ph === 'X' && tdur && threads.has(`${pid} ${tid}`),
  );
  return tasks.reduce((longest, { tdur }) => Math.max(longest, tdur), 0) / 1000;
}

/**
 * Uploads a sparse file that was picked from the disk, on the main thread of a tab of its own. `heap` is the largest
 * JavaScript heap that was in use after a collection, `peakHeap` with garbage, `peakRss` the renderer's. With
 * `trace` it also gives the longest task after start-up, and leaves the garbage alone: collecting holds the thread.
 */
export async function measureInTab(
  context,
  browser,
  site,
  emulator,
  size,
  { trace = false, ...options } = {},
) {
  const { page, complaints } = await openPage(browser, `${site}/measure.html`);
  const [tab, whole] = [await page.createCDPSession(), await browser.target().createCDPSession()];
  const heapNow = async () => (await page.metrics()).JSHeapUsedSize;
  const file = await sparseFile(await temporaryFolder(context), size);
  const input = await page.$('#file');
  await input.uploadFile(file);
  const given = { endpoint: emulator.ims, metadata: imageOf(size), options };
  await page.evaluate((given) => globalThis.tests.begin(given), given);
  const left = trace ? [] : [...COLLECT_AT];
  let tracing = false;
  const measured = { size, heap: 0, peakHeap: 0, peakRss: 0 };
  for (;;) {
    const seen = await page.evaluate(() => globalThis.tests.look());
    measured.peakHeap = Math.max(measured.peakHeap, await heapNow());
    measured.peakRss = Math.max(measured.peakRss, await rendererRss(whole));
    if (seen.bytesSent / size >= left[0]) {
      left.shift();
      await tab.send('HeapProfiler.collectGarbage');
      measured.heap = Math.max(measured.heap, await heapNow());
    }
    if (trace && !tracing && seen.bytesSent > 0) {
      tracing = true;
      await page.tracing.start({ categories: ['toplevel'] });
    }
    if (seen.failed) assert.fail(`the upload failed: ${seen.failed}`);
    if (seen.verified) {
      Object.assign(measured, seen);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  if (tracing) measured.longestTask = longestTask(await page.tracing.stop());
  assert.deepEqual(complaints, []);
  assert.deepEqual(left, [], 'the heap was looked at all along');
  await page.close();
  await rm(file);
  return measured;
}
