/** The memory of an upload does not depend on the size of the file: a process of its own uploads sparse files to a sink. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEmulator } from '../support/emulator.mjs';
import { GIB, MIB, measureInNode } from '../support/measuring.mjs';

/** Node itself, the .wasm and the buffers of 16 parts in flight: most of it is there before the upload begins. */
const LIMIT = 130 * MIB;
/** The young generation of V8 doubles once or twice in a process that goes on, when V8 likes. */
const STEP = 8 * MIB;

test('6 GiB need no more memory than 1 GiB', { timeout: 600_000 }, async (t) => {
  const emulator = await startEmulator(t, '--oss-sink');
  const small = await measureInNode(t, emulator, GIB);
  const large = await measureInNode(t, emulator, 6 * GIB);
  for (const one of [small, large]) {
    const said = [one.peakRss, one.loadedRss, one.wasmMemory].map((bytes) => Math.round(bytes / MIB));
    t.diagnostic(
      `${one.size / GIB} GiB: peak ${said[0]} MiB (${said[1]} before), .wasm ${said[2]} MiB, ` +
        `${one.seconds.toFixed(1)} s, ${one.cpuSeconds.toFixed(1)} s of CPU`,
    );
    assert.ok(one.peakRss < LIMIT, `${said[0]} MiB for ${one.size} bytes`);
    assert.equal(one.parts, one.size / (16 * MIB));
    assert.ok(one.checkpoints.writes >= 2, 'progress is kept');
  }
  assert.ok(
    large.peakRss <= small.peakRss * 1.1 + STEP,
    `${large.peakRss} bytes, ${small.peakRss} for a sixth of it`,
  );
  assert.ok(large.wasmMemory <= small.wasmMemory + MIB, `${large.wasmMemory} bytes of the .wasm`);
  const grown = large.checkpoints.largest - small.checkpoints.largest;
  assert.ok(grown < 4096, `a checkpoint grew by ${grown} bytes`);
});
