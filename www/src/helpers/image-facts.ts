/** Every field of an image in groups, as the details show them. */
import type { Text } from '../text/en';
import { formatBytes, formatDate } from './units';
import { percentShown, wordFor } from './words';

/** One field. */
export interface Fact {
  name: string;
  label: string;
  value: string;
  /** Worth a button that copies it. */
  copy: boolean;
}

export interface FactGroup {
  id: keyof Text['images']['groups'];
  facts: Fact[];
}

const GROUPS: [FactGroup['id'], string[]][] = [
  ['identity', ['name', 'imageId', 'status', 'imageType', 'visibility', 'usage', 'imageTags', 'id']],
  ['disk', ['diskFormat', 'size', 'checksum', 'minDisk', 'minRam', 'progress', 'uploadId']],
  ['system', ['osType', 'platform', 'osVersion', 'cpuArch', 'instructions', 'bootMode']],
  ['owner', ['tenantName', 'owner', 'region']],
  ['time', ['createdAt', 'updatedAt']],
];
const COPIED = ['name', 'imageId', 'checksum', 'uploadId', 'owner'];
const KNOWN = GROUPS.flatMap(([, names]) => names);

/** The groups of an image; a field that nobody has heard of stands in the first. */
export function imageFacts(image: Record<string, unknown>, text: Text, language: string): FactGroup[] {
  const unknown = Object.keys(image).filter((name) => !KNOWN.includes(name));
  return GROUPS.map(([id, names]) => {
    const all = id === 'identity' ? [...names, ...unknown] : names;
    const facts = all.flatMap((name) => {
      const value = factText(name, image[name], text, language);
      const label = wordFor(text.images.fields, name);
      return value === undefined ? [] : [{ name, label, value, copy: COPIED.includes(name) }];
    });
    return { id, facts };
  }).filter(({ facts }) => facts.length > 0);
}

function factText(name: string, value: unknown, text: Text, language: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : JSON.stringify(value);
  switch (name) {
    case 'size': {
      const bytes = Number(value);
      return bytes === 0 ? undefined : `${formatBytes(bytes)} (${bytes.toLocaleString(language)} B)`;
    }
    case 'minDisk':
      return `${value} GiB`;
    case 'minRam':
      return `${value} MiB`;
    case 'progress':
      return `${percentShown(value)} %`;
    case 'createdAt':
    case 'updatedAt':
      return formatDate(String(value), language);
    case 'status':
      return wordFor(text.images.status, String(value));
    case 'imageType':
    case 'visibility':
    case 'usage':
    case 'osType':
    case 'platform':
    case 'instructions':
    case 'cpuArch':
      return wordFor(text.forms.options, String(value));
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}
