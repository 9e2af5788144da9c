/**
 * Mirrors a folder of disk images: uploads each file for which there is no image of its name and MD5 yet. What ran into
 * an error is told at the end, and tried again by the next run.
 *
 *   node node-sync.mjs https://ims.example.com region0 ./images metadata.json
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { CecloudImsClient } from 'ims-client';
import { inspect } from 'ims-client/inspect';

const [endpoint, region, folder, metadataFile] = process.argv.slice(2);
if (!metadataFile) {
  console.error('node node-sync.mjs ENDPOINT REGION FOLDER METADATA.json');
  process.exit(2);
}
const token = process.env.IMS_TOKEN;
const ims = new CecloudImsClient({
  endpoint,
  region,
  auth: token ? { type: 'token', token } : { type: 'none' },
});
const common = JSON.parse(await readFile(metadataFile, 'utf8'));

async function md5Of(file) {
  // A pipe of that name would be waited for.
  if (!(await stat(file)).isFile()) throw new Error('it is no file');
  const digest = createHash('md5');
  for await (const bytes of createReadStream(file)) digest.update(bytes);
  return digest.digest('hex');
}

const there = new Set();
for await (const image of ims.iteratePrivateImages()) {
  if (image.status === 'active') there.add(`${image.name} ${image.checksum}`);
}

let failed = 0;
const files = (await readdir(folder)).filter((name) => /\.(qcow2|raw|vmdk|vhd|iso)$/.test(name)).sort();
for (const name of files) {
  const file = path.join(folder, name);
  const image = path.parse(name).name;
  try {
    if (there.has(`${image} ${await md5Of(file)}`)) {
      console.log(`same      ${name}`);
      continue;
    }
    // Format, size of the disk and what else the file tells.
    const { suggestion } = await inspect({ path: file });
    const checkpoint = { directory: path.join(folder, '.uploads') };
    const task = ims.upload({ path: file }, { ...common, ...suggestion, name: image }, { checkpoint });
    const { verified } = await task.done;
    console.log(`uploaded  ${name}, verified by ${verified}`);
  } catch (error) {
    failed += 1;
    console.log(`failed    ${name}: ${error.message}`);
  }
}
ims.close();
process.exitCode = failed ? 1 : 0;
