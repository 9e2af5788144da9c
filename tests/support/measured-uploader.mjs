/** A process of its own that uploads a file and says what that cost: `node measured-uploader.mjs '{ client, path, … }'`. */
import { countCheckpoints, peakRss } from './costs.mjs';
import { importClient } from './places.mjs';

const { client, path, image, options } = JSON.parse(process.argv[2]);

const checkpoints = countCheckpoints();

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
