/** A process of its own that uploads to Huawei's bucket with a checkpoint, to be killed: its request is its argument. */
import { importClient } from './places.mjs';

const { HuaweiImsClient } = await importClient('./huawei');
const { client, path, target, options } = JSON.parse(process.argv[2]);
const ims = new HuaweiImsClient(client);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
let phase;
const task = ims.upload({ path }, target, {
  ...options,
  onEvent: (event) => event.type === 'part' && say({ part: event.part, state: event.state }),
  onProgress: (progress) => {
    if (progress.phase === phase) return;
    phase = progress.phase;
    say({ phase });
  },
});
try {
  const { image, imageUrl, verified } = await task.done;
  say({ done: image.id, imageUrl, verified });
} catch (error) {
  say({ failed: error.message });
  process.exitCode = 1;
}
ims.close();
