/** What can be made to fail at the local cloud by one click; its README explains the rules. */
import type { FaultRule } from '../composables/useEmulator';
import type { Text } from '../text/en';

export type Preset = keyof Text['connection']['faults']['presets'];

const HALF_A_PART = 4 * 1024 * 1024;
const HOUR_MS = 3_600_000;

export const PRESETS: Record<Preset, FaultRule[]> = {
  busy: [{ service: 'ims', path: '/api/', status: 503, times: 3 }],
  slow: [{ operation: 'UploadPart', delayMs: 2_000, times: 0 }],
  cut: [{ operation: 'UploadPart', reset: 'before', afterBytes: HALF_A_PART, times: 5 }],
  lost: [{ operation: 'create_image', reset: 'after', times: 1 }],
  flip: [{ operation: 'UploadPart', flipBit: 1_000, times: 1 }],
  expire: [{ operation: 'UploadPart', expireCredentials: true, times: 1 }],
  away: [{ service: 'oss', status: 503, code: 'ServiceUnavailable', times: 12 }],
  clock: [{ service: 'oss', clockSkewMs: HOUR_MS, times: 1 }],
  unauthorized: [{ service: 'ims', path: '/api/', status: 401, times: 1 }],
  nonsense: [{ operation: 'list_private_images', status: 200, body: '<html>It works!</html>', times: 1 }],
};

/** The preset that a rule comes from. */
export function presetOf(rule: FaultRule): Preset | undefined {
  const written = canonical(rule);
  return (Object.keys(PRESETS) as Preset[]).find((name) =>
    PRESETS[name].some((each) => canonical(each) === written),
  );
}

/** The order of fields means nothing. */
function canonical(rule: FaultRule): string {
  return JSON.stringify(Object.entries(rule).sort(([one], [other]) => (one < other ? -1 : 1)));
}
