/** A process of its own that uploads a file and says what that cost: `node measured-uploader.mjs '{ client, path, … }'`. */
import { promises, readFileSync } from 'node:fs';
import { importClient } from './places.mjs';

const { client, path, image, options } = JSON.parse(process.argv[2]);

/** The most that ever was in memory, bytes. What getrusage says of a child starts with what its parent had. */
function peakRss() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/** Every checkpoint is renamed to its place when it is whole. */
const checkpoints = { writes: 0, largest: 0 };
const rename = promises.rename;
promises.rename = async (from, to) => {
  const { size } = await promises.stat(from);
  await rename.call(promises, from, to);
  checkpoints.writes += 1;
  checkpoints.largest = Math.max(checkpoints.largest, size);
};

/** The memory of the .wasm, which never shrinks. */
let memory;
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    super(...given);
    memory = this.exports.memory;
  }
};

const { CecloudImsClient } = await importClient();
const ims = new CecloudImsClient(client);
await ims.listPrivateImages();
const loaded = peakRss();
const [started, used] = [performance.now(), process.cpuUsage()];
const task = ims.upload({ path }, image, options);
const { verified } = await task.done;
const { user, system } = process.cpuUsage(used);
process.stdout.write(
  `${JSON.stringify({
    verified,
    parts: task.progress.parts.done,
    retries: task.progress.retries,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakRss: peakRss(),
    loadedRss: loaded,
    wasmMemory: memory.buffer.byteLength,
    checkpoints,
  })}\n`,
);
ims.close();
