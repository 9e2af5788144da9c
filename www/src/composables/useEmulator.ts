/** The local cloud behind the page, where there is one: what it is, and how it is made to fail. */
import { computed, ref, shallowRef } from 'vue';

/** A tenant that the local cloud knows by name. */
export interface Tenant {
  tenantId: string;
  tenantName: string;
  departmentId: string;
  resourceGroupId: string;
  userId: string;
  userName: string;
}

/** What it tells about itself at /_emulator/info, as far as it is used here. */
export interface EmulatorInfo {
  service: string;
  region: string;
  tokenRequired: boolean;
  defaultTenant: string;
  tenants: Tenant[];
}

/** A rule that spoils requests; the emulator's README lists its fields. */
export type FaultRule = Record<string, unknown> & { times?: number };

/** How a rule has fared. */
export interface FaultReport {
  id: number;
  rule: FaultRule;
  matched: number;
  fired: number;
}

const info = shallowRef<EmulatorInfo>();
const faults = shallowRef<FaultReport[]>([]);
const jobsPaused = ref(false);

/** Asks this server whether it is a local cloud; any other answers with a page of its own, or not at all. */
async function look(): Promise<EmulatorInfo | undefined> {
  try {
    const response = await fetch('/_emulator/info');
    const answer = response.ok ? await response.json() : undefined;
    info.value = answer?.service === 'ims-emulator' ? answer : undefined;
  } catch {
    info.value = undefined;
  }
  return info.value;
}

/** A call to the local cloud's own paths: they are no part of the image service, so the package does not know them. */
async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer?.error?.message ?? answer?.message ?? `HTTP ${response.status}`);
  return answer;
}

async function readFaults() {
  const answer = (await control('GET', '/_emulator/faults')) as { rules: FaultReport[] };
  faults.value = answer.rules;
  const jobs = (await control('GET', '/_emulator/jobs')) as { paused?: boolean };
  jobsPaused.value = jobs.paused === true;
}

async function spoil(rules: FaultRule[]) {
  await control('POST', '/_emulator/faults', rules);
  await readFaults();
}

async function heal(id?: number) {
  await control('DELETE', id === undefined ? '/_emulator/faults' : `/_emulator/faults/${id}`);
  await readFaults();
}

async function pauseJobs(paused: boolean) {
  await control('POST', '/_emulator/jobs', { paused });
  jobsPaused.value = paused;
}

/** One local cloud for the whole page. */
export function useEmulator() {
  return {
    info: computed(() => info.value),
    faults,
    jobsPaused,
    look,
    readFaults,
    spoil,
    heal,
    pauseJobs,
  };
}
