/** Requests that break no rule: what the other tests bend, one field at a time. */
import { fixture } from './recorder.mjs';

/** The tenants that the emulator knows by name. */
export const TENANT = '7074631167042813952';
export const PARTNER = { tenant: '7085523589641699328', user: '7085524801413873664' };

/** A CreateImage with every field. */
export function createImage(change = {}) {
  return {
    diskFormat: 'qcow2',
    minDisk: 10,
    minRam: 1024,
    name: 'test image',
    imageType: 'os_image',
    instruction: '64-bits',
    cpuArch: 'x86',
    description: '测试 image',
    osType: 'linux',
    platform: 'CentOS',
    visibility: 'private',
    imageTags: [{ key: 'stage', value: 'test' }],
    usage: 'ecs',
    departmentId: '7074631167051202560',
    tenantId: TENANT,
    resourceGroupId: '7074631167051456386',
    bootMode: 'UEFI',
    ...change,
  };
}

/** A CreateImage as small as it may be. */
export function smallImage(change = {}) {
  return { ...fixture('1.06-create-image.request.json'), name: 'small', minDisk: 1, ...change };
}

export function updateImage(change = {}) {
  return { ...fixture('1.05-update-image.request.json'), ...change };
}

/** An ImportImage with every field, the optional ones too. */
export function importImage(change = {}) {
  return {
    ...fixture('1.18-import-image.request.json'),
    description: '从 URL',
    imageType: 'os_image',
    ...change,
  };
}

export function copySharedImage(change = {}) {
  return { ...fixture('1.21-copy-shared-image.request.json'), ...change };
}

/** A disk image that is raw. */
export function rawImage(change = {}) {
  return smallImage({ diskFormat: 'raw', ...change });
}

/** The metadata of a raw image of so many bytes. */
export function imageOf(size) {
  return rawImage({ name: 'measured', minDisk: Math.ceil(size / 2 ** 30) });
}

/** An image instance of Workspace with what it must have. */
export function imageServer(name) {
  return {
    name,
    root_volume: { type: 'SSD', size: 60 },
    image_ref: {
      id: '5a4f93e0-7b6e-4b1c-9c1d-2f0f3a1d5e21',
      image_type: 'gold',
      spce_code: 'spec-1',
      product_id: 'product-1',
    },
    vpc_id: '59785ba5-e5d5-4836-b9de-19f22ac15175',
    subnet_id: 'a5842cb4-5718-4b0a-8b27-3a3e9c74f977',
    product_id: 'workspace.x86.performance.xlarge4',
    authorize_accounts: [{ account: 'administrator', account_type: 'USER' }],
  };
}
