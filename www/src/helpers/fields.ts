/** The fields of the forms, with the values that the service takes. */
import type { Text } from '../text/en';

/** One field of a form. */
export interface Field {
  name: keyof Text['forms']['fields'];
  /** Choices make it a list. */
  options?: readonly string[];
  number?: boolean;
  url?: boolean;
  optional?: boolean;
  /** Long texts have a line of their own. */
  wide?: boolean;
}

const name: Field = { name: 'name', wide: true };
const diskFormat: Field = { name: 'diskFormat', options: ['qcow2', 'raw'] };
const minDisk: Field = { name: 'minDisk', number: true };
const minRam: Field = { name: 'minRam', number: true };
const osType: Field = { name: 'osType', options: ['linux', 'windows', 'other'] };
const platform: Field = {
  name: 'platform',
  options: ['CentOS', 'ubuntu', 'kylin', 'CCLinux', 'windows', 'other'],
};
const osVersion: Field = { name: 'osVersion' };
const cpuArch: Field = { name: 'cpuArch', options: ['x86', 'arm'] };
const bootMode: Field = { name: 'bootMode', options: ['BIOS', 'UEFI'] };
const instruction: Field = { name: 'instruction', options: ['64-bits', '32-bits'] };
const imageType: Field = { name: 'imageType', options: ['os_image', 'data_image', 'whole_image'] };
const visibility: Field = { name: 'visibility', options: ['private', 'public', 'market'] };
const description: Field = { name: 'description', optional: true, wide: true };
const owner: Field[] = [{ name: 'tenantId' }, { name: 'departmentId' }];
const resourceGroupId: Field = { name: 'resourceGroupId', optional: true };

/** What is seen at once, and what is folded. */
export interface FieldSet {
  first: Field[];
  more: Field[];
}

/** Whether nothing stands in a field. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The fields that must not be empty and are, in their order. */
export function missingFields({ first, more }: FieldSet, form: object): string[] {
  const values = form as Record<string, unknown>;
  return [...first, ...more]
    .filter(({ name, optional }) => !optional && isEmpty(values[name]))
    .map((field) => field.name);
}

export const CREATE_FIELDS: FieldSet = {
  first: [name, diskFormat, minDisk, osType, platform, cpuArch, { ...bootMode, optional: true }],
  more: [
    imageType,
    minRam,
    instruction,
    { name: 'usage', options: ['ecs', 'bms', 'cke', 'sec'] },
    visibility,
    description,
    ...owner,
    resourceGroupId,
  ],
};

export const UPDATE_FIELDS: FieldSet = {
  first: [name, minDisk, minRam, osType, platform, osVersion, cpuArch, bootMode, instruction],
  more: [],
};

export const IMPORT_FIELDS: FieldSet = {
  first: [
    { name: 'imageUrl', url: true, wide: true },
    name,
    diskFormat,
    minDisk,
    osType,
    platform,
    osVersion,
    cpuArch,
  ],
  more: [
    minRam,
    instruction,
    { name: 'usage', options: ['ecs', 'cks'] },
    description,
    ...owner,
    resourceGroupId,
  ],
};

export const COPY_FIELDS: FieldSet = {
  first: [
    name,
    description,
    ...owner.map((field) => ({ ...field, wide: true })),
    { ...resourceGroupId, optional: false, wide: true },
  ],
  more: [],
};
