/** A process of its own that downloads a file, to be killed: `node downloader.mjs '{ client, path }'`. */
import { importClient } from './places.mjs';

const { OpenStackImageClient } = await importClient('./openstack');
const { client, path } = JSON.parse(process.argv[2]);
const images = new OpenStackImageClient(client);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const onProgress = ({ bytesReceived }) => say({ received: bytesReceived });
try {
  say({ done: await images.download('i', { path }, { onProgress }).done });
} catch (error) {
  say({ failed: error.message });
  process.exitCode = 1;
}
images.close();
