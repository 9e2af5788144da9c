/**
 * What an upload costs, as tables: `node tests/memory.mjs [--large] [--node] [--browser]`. Asserts nothing; the tests
 * named `memory` do. Read tests/README.md for what must be built and installed before.
 */
import { parseArgs } from 'node:util';
import { launch } from './support/browsers.mjs';
import { startEmulator } from './support/emulator.mjs';
import { GIB, MIB, measureInNode, measureInTab } from './support/measuring.mjs';
import { startSite } from './support/site.mjs';

const { values: flags } = parseArgs({
  options: { large: { type: 'boolean' }, node: { type: 'boolean' }, browser: { type: 'boolean' } },
});
const everything = !flags.node && !flags.browser;

/** What is uploaded: bytes, and the options where they are not the usual ones. */
const NODE = flags.large
  ? [
      ['1 GiB', GIB],
      ['50 GiB', 50 * GIB],
      ['48 GiB, 5 MiB parts, no MD5', 48 * GIB, { partSize: 5 * MIB, checksum: 'none' }],
    ]
  : [
      ['1 GiB', GIB],
      ['6 GiB', 6 * GIB],
      ['1 GiB, no MD5', GIB, { checksum: 'none' }],
    ];
const TAB = flags.large
  ? [
      ['1 GiB', GIB],
      ['4 GiB', 4 * GIB],
    ]
  : [
      ['512 MiB', 512 * MIB],
      ['2 GiB', 2 * GIB],
    ];

const mib = (bytes) => (bytes / MIB).toFixed(1);

function nodeRow(one) {
  return {
    parts: one.parts,
    seconds: one.seconds.toFixed(1),
    'CPU s': one.cpuSeconds.toFixed(1),
    'CPU s/GiB': ((one.cpuSeconds / one.size) * GIB).toFixed(2),
    'before, MiB': mib(one.loadedRss),
    'peak RSS, MiB': mib(one.peakRss),
    '.wasm, MiB': mib(one.wasmMemory),
    'checkpoint, bytes': one.checkpoints.largest,
    'checkpoints written': one.checkpoints.writes,
  };
}

function tabRow(one) {
  const tasks = (list) =>
    list.length
      ? `${list.length}, up to ${Math.max(...list.map(({ duration }) => Math.round(duration)))}`
      : 'none';
  return {
    parts: one.parts,
    seconds: one.seconds.toFixed(1),
    'heap in use, MiB': mib(one.heap),
    'peak heap, MiB': mib(one.peakHeap),
    'renderer RSS, MiB': mib(one.peakRss),
    '.wasm, MiB': mib(one.wasmMemory),
    'long tasks at start-up, ms': tasks(one.startUp),
    'later, ms': tasks(one.longTasks),
    'longest later, CPU ms': one.longestTask?.toFixed(1) ?? '',
  };
}

/** What was started, ended last first. */
const endings = [];
const context = { after: (end) => endings.unshift(end) };
try {
  // The credentials outlive the longest upload: renewing them is not what is measured.
  const emulator = await startEmulator(context, '--oss-sink', '--credential-ttl', '86400');
  if (flags.node || everything) {
    const rows = {};
    for (const [name, size, options] of NODE) {
      rows[name] = nodeRow(await measureInNode(context, emulator, size, options));
    }
    console.log(`Node ${process.versions.node}`);
    console.table(rows);
  }
  if (flags.browser || everything) {
    const site = await startSite(context);
    const browser = await launch(context, 'chromium');
    const rows = {};
    for (const [name, size] of TAB) {
      rows[name] = tabRow(await measureInTab(context, browser, site, emulator, size));
    }
    const traced = await measureInTab(context, browser, site, emulator, GIB, { trace: true });
    rows['1 GiB, traced'] = { ...tabRow(traced), 'heap in use, MiB': '' };
    console.log(await browser.version());
    console.table(rows);
  }
} finally {
  for (const end of endings) await end();
}
