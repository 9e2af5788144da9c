/** The main job in ten lines, as a user writes it: node ten-lines.mjs ENDPOINT FILE.qcow2 */
import { CecloudImsClient } from 'ims-client';

const [, , endpoint, path] = process.argv;
const ims = new CecloudImsClient({ endpoint, region: 'region0' });
const common = {
  minDisk: 1,
  minRam: 512,
  instruction: '64-bits',
  cpuArch: 'x86',
  osType: 'linux',
  platform: 'other',
};
const owner = { visibility: 'private', usage: 'ecs', departmentId: '1', tenantId: '7074631167042813952' };
const metadata = { name: 'ten lines', diskFormat: 'qcow2', imageType: 'os_image', ...common, ...owner };
const { image, verified } = await ims.upload({ path }, metadata).done;
console.log(
  JSON.stringify({ imageId: image.imageId, status: image.status, checksum: image.checksum, verified }),
);
