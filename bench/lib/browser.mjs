/** Uploads in a tab of Chromium that are measured: the pages, and what the browser's processes cost meanwhile. */
import { existsSync } from 'node:fs';
import { copyFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BROWSERS, launch, openPage } from '../../tests/support/browsers.mjs';
import { GIB, MIB, processesOf, rssOf } from '../../tests/support/costs.mjs';
import { temporaryFolder } from '../../tests/support/places.mjs';
import { startSite } from '../../tests/support/site.mjs';
import { scoped } from './scope.mjs';

const FOLDER = fileURLToPath(new URL('../browser', import.meta.url));
/** How often the tab is looked at: what it costs is the same for everybody. */
const LOOK_MS = 250;
/** Nothing here takes longer. */
const LIMIT_MS = 600_000;

/** Whoever stops the program ends the browser among other things: see scope.mjs. */
const OWN = { handleSIGINT: false, handleSIGTERM: false };

/** Why there is nothing to measure, where that is so. */
export function missingChromium() {
  const { executablePath } = BROWSERS.chromium;
  if (existsSync(executablePath)) return undefined;
  return `no browser at ${executablePath}: install Chromium, or name it in IMS_CHROMIUM`;
}

/** Serves the page, and every contender bundled as a page would have it; gives the address. */
export async function startPages(context) {
  const pages = await temporaryFolder(context);
  const folder = path.join(FOLDER, 'contenders');
  await build({
    entryPoints: (await readdir(folder)).map((name) => path.join(folder, name)),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir: pages,
    logLevel: 'error',
    // The package stands beside them as it is published, with its .wasm.
    external: ['./ims-client/*'],
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  });
  for (const name of ['page.html', 'page.mjs'])
    await copyFile(path.join(FOLDER, name), path.join(pages, name));
  return startSite(context, { pages });
}

/** CPU seconds of every process of the browser so far, by process. */
async function cpuSeconds(session) {
  return new Map((await processesOf(session)).map(({ id, cpuTime }) => [id, cpuTime]));
}

/** Waits for the end of the upload, looking at heap and memory. */
async function watch(page, session) {
  const seen = { peakHeap: 0, peakRss: 0 };
  for (const started = Date.now(); Date.now() - started < LIMIT_MS; ) {
    const { JSHeapUsedSize } = await page.metrics();
    seen.peakHeap = Math.max(seen.peakHeap, JSHeapUsedSize);
    const renderers = (await processesOf(session)).filter(({ type }) => type === 'renderer');
    seen.peakRss = Math.max(seen.peakRss, ...renderers.map(({ id }) => rssOf(id)));
    const outcome = await page.evaluate(() => globalThis.bench.look());
    if (outcome?.failed) throw new Error(outcome.failed.slice(0, 300));
    if (outcome) return { ...seen, ...outcome };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`it takes more than ${LIMIT_MS / 1000} s`);
}

/** One upload in a browser of its own. */
export function measureUpload(site, request) {
  return scoped(async (context) => {
    const browser = await launch(context, 'chromium', OWN);
    const { page } = await openPage(browser, `${site}/page.html`);
    const [tab, session] = [await page.createCDPSession(), await browser.target().createCDPSession()];
    const input = await page.$('#file');
    await input.uploadFile(request.file);
    await page.evaluate((given) => globalThis.bench.prepare(given), request);
    await tab.send('HeapProfiler.collectGarbage');
    const before = await cpuSeconds(session);
    await page.evaluate(() => globalThis.bench.begin());
    const { peakHeap, peakRss, ...outcome } = await watch(page, session);
    let cpu = 0;
    for (const [id, seconds] of await cpuSeconds(session)) cpu += seconds - (before.get(id) ?? 0);
    await tab.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize } = await page.metrics();
    return {
      ...outcome,
      cpuSecondsPerGiB: (cpu / request.size) * GIB,
      peakHeapMiB: peakHeap / MIB,
      heapAfterMiB: JSHeapUsedSize / MIB,
      peakRssMiB: peakRss / MIB,
    };
  });
}

/** Milliseconds from import to first answer, in a new browser; `module` is one of the contenders named start. */
export function measureStart(site, module, answer) {
  return scoped(async (context) => {
    const browser = await launch(context, 'chromium', OWN);
    const { page } = await openPage(browser, `${site}/page.html`);
    return page.evaluate((given) => globalThis.bench.start(given), { module, answer });
  });
}
