/** The main job in ten lines, as a user writes it: node ten-lines.mjs ENDPOINT FILE.qcow2 */
import { CecloudImsClient } from 'ims-client';

const [endpoint, path] = process.argv.slice(2);
const ims = new CecloudImsClient({ endpoint, region: 'region0' });
const machine = { minDisk: 1, minRam: 512, instruction: '64-bits', cpuArch: 'x86', osType: 'linux' };
const kind = { diskFormat: 'qcow2', imageType: 'os_image', platform: 'other', usage: 'ecs' };
const owner = { visibility: 'private', departmentId: '1', tenantId: '7074631167042813952' };
const { image } = await ims.upload({ path }, { name: 'ten lines', ...machine, ...kind, ...owner }).done;
console.log(JSON.stringify(image));
