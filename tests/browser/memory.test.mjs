/** The memory of a tab does not depend on the size of the file that it uploads from the disk to a sink. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launch } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { MIB, measureInTab } from '../support/measuring.mjs';
import { startSite } from '../support/site.mjs';

test('chromium: 2 GiB need no more memory than 512 MiB', { timeout: 600_000 }, async (t) => {
  const emulator = await startEmulator(t, '--oss-sink');
  const site = await startSite(t);
  const browser = await launch(t, 'chromium');
  const small = await measureInTab(t, browser, site, emulator, 512 * MIB);
  const large = await measureInTab(t, browser, site, emulator, 2048 * MIB);
  for (const one of [small, large]) {
    const said = [one.heap, one.peakHeap, one.peakRss].map((bytes) => (bytes / MIB).toFixed(1));
    t.diagnostic(`${one.size / MIB} MiB: heap ${said[0]} MiB (${said[1]} with garbage), tab ${said[2]} MiB`);
  }
  // What is in use; a heap of so few mebibytes may vary by a quarter of one.
  assert.ok(
    large.heap <= small.heap * 1.1 + MIB / 4,
    `${large.heap} bytes of heap, ${small.heap} for a quarter`,
  );
  assert.ok(large.wasmMemory <= small.wasmMemory + MIB / 2, `${large.wasmMemory} bytes of the .wasm`);
  // Blocks that were read and not yet collected are outside the heap: they show in the tab as a whole.
  assert.ok(
    large.peakRss <= small.peakRss * 1.1 + 16 * MIB,
    `${large.peakRss} bytes, ${small.peakRss} for a quarter`,
  );
});
