/** The image that every app uploads, but for its name. Copied into each of them. */
export const METADATA = {
  diskFormat: 'raw',
  imageType: 'os_image',
  minDisk: 1,
  minRam: 512,
  instruction: '64-bits',
  cpuArch: 'x86',
  osType: 'linux',
  platform: 'other',
  visibility: 'private',
  usage: 'ecs',
  departmentId: '1',
  tenantId: '7074631167042813952',
};
