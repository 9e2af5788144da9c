/**
 * Uploads a disk image from Node, with a progress bar; Ctrl-C pauses, the next run goes on.
 *
 *   IMS_TOKEN=… node node-upload.mjs https://ims.example.com region0 disk.qcow2 metadata.json
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CecloudImsClient, ImsError } from 'ims-client';
import { inspect } from 'ims-client/inspect';

const [endpoint, region, file, metadataFile] = process.argv.slice(2);
if (!metadataFile) {
  console.error('node node-upload.mjs ENDPOINT REGION FILE METADATA.json');
  process.exit(2);
}
const token = process.env.IMS_TOKEN;
const ims = new CecloudImsClient({
  endpoint,
  region,
  auth: token ? { type: 'token', token } : { type: 'none' },
});

/** What the metadata leaves out the file itself tells: its format, the smallest disk that it fits on … */
async function metadataOf() {
  const { suggestion } = await inspect({ path: file });
  const given = JSON.parse(await readFile(metadataFile, 'utf8'));
  return { name: path.parse(file).name, ...suggestion, ...given };
}

const metadata = await metadataOf().catch((error) => {
  console.error(error.message);
  process.exit(1);
});

const task = ims.upload({ path: file }, metadata, {
  // Progress is kept here: the same file for the same image goes on where it stopped.
  checkpoint: { directory: path.join(path.dirname(file), '.uploads') },
  onProgress({ phase, bytesSent, bytesTotal, etaSeconds }) {
    const share = bytesTotal ? bytesSent / bytesTotal : 0;
    const bar = '#'.repeat(Math.round(share * 30)).padEnd(30, '.');
    const left = etaSeconds === null ? '' : `${Math.ceil(etaSeconds)} s left`;
    process.stderr.write(`\r[${bar}] ${Math.floor(share * 100)} % ${phase} ${left}\x1b[K`);
  },
});
process.once('SIGINT', () => task.stop());

try {
  const { image, md5 } = await task.done;
  process.stderr.write('\n');
  console.log(`${image.imageId} ${image.status} ${md5}`);
} catch (error) {
  process.stderr.write('\n');
  if (!(error instanceof ImsError)) throw error;
  console.error(task.state === 'stopped' ? 'paused' : error.message);
  if (error.resumable) console.error('run the same command to go on');
  process.exitCode = task.state === 'stopped' ? 130 : 1;
}
ims.close();
