/** A process of its own that uploads a file with a checkpoint, to be killed: `node uploader.mjs '{ ims, … }'`. */
import { importClient } from './places.mjs';

const { CecloudImsClient } = await importClient();
const { client, path, image, checkpoint, options } = JSON.parse(process.argv[2]);
const ims = new CecloudImsClient(client);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const task = ims.upload({ path }, image, {
  ...options,
  checkpoint,
  onEvent: (event) => event.type === 'part' && say({ part: event.part, state: event.state }),
});
try {
  const { image: made, verified } = await task.done;
  say({ done: made.imageId, verified });
} catch (error) {
  say({ failed: error.message });
  process.exitCode = 1;
}
ims.close();
