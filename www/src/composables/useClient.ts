/** The connection of the page: where the service is, who asks, and the one client that everything uses. */
import { CecloudImsClient } from 'ims-client';
import { computed, ref, shallowRef } from 'vue';
import { recall, remember } from '../helpers/memory';
import type { Owner } from '../helpers/new-image';

/** What the user, or the emulator, says about the service. */
export interface Connection {
  endpoint: string;
  region: string;
  token: string;
}

/** What a local cloud tells about itself at /_emulator/info, as far as it is used here. */
interface EmulatorInfo {
  service: string;
  region: string;
  tokenRequired: boolean;
  tenants: { tenantId: string; departmentId: string; resourceGroupId: string }[];
}

const CONNECTION = 'connection';
const OWNER = 'owner';

const client = shallowRef<CecloudImsClient>();
const connection = ref<Connection>({ endpoint: '', region: '', token: '' });
const owner = ref<Owner>({ tenantId: '', departmentId: '' });
/** False until it is known whether this server is a local cloud. */
const looked = ref(false);
const emulatorWantsToken = ref(false);

/** Tasks under way of each client. */
const tasks = new Map<CecloudImsClient, number>();

/** Makes a client; nothing is sent before it is used. The one before lives until its transfers have ended. */
function connect(wanted: Connection) {
  const before = client.value;
  if (before && !tasks.has(before)) before.close();
  connection.value = { ...wanted };
  client.value = new CecloudImsClient({
    // A path is meant on this server.
    endpoint: wanted.endpoint.startsWith('/') ? location.origin + wanted.endpoint : wanted.endpoint,
    region: wanted.region,
    auth: wanted.token ? { type: 'token', token: wanted.token } : { type: 'none' },
  });
  // Not the token: it would outlive the tab.
  remember(CONNECTION, JSON.stringify({ endpoint: wanted.endpoint, region: wanted.region }));
}

/** Connects without a question where this page comes from a local cloud; else the form asks. */
async function look() {
  const info = await emulatorInfo();
  if (info) {
    connection.value = { endpoint: location.origin, region: info.region, token: '' };
    const tenant = info.tenants[0];
    if (tenant) {
      const { tenantId, departmentId, resourceGroupId } = tenant;
      owner.value = { tenantId, departmentId, resourceGroupId };
    }
    emulatorWantsToken.value = info.tokenRequired;
    if (!info.tokenRequired) connect(connection.value);
  } else {
    connection.value = {
      endpoint: '',
      region: '',
      token: '',
      ...remembered<Partial<Connection>>(CONNECTION),
    };
    owner.value = { tenantId: '', departmentId: '', ...remembered<Partial<Owner>>(OWNER) };
  }
  looked.value = true;
}

async function emulatorInfo(): Promise<EmulatorInfo | undefined> {
  try {
    const response = await fetch('/_emulator/info');
    const info = response.ok ? await response.json() : undefined;
    return info?.service === 'ims-emulator' ? info : undefined;
  } catch {
    // Any other server answers with a page of its own, or not at all.
    return undefined;
  }
}

function remembered<T>(key: string): T | undefined {
  try {
    return JSON.parse(recall(key) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** The owner of the last image is most likely the owner of the next. */
function rememberOwner(last: Owner) {
  owner.value = { ...last };
  remember(OWNER, JSON.stringify(last));
}

/** Begins a transfer that another connection will not end. */
function begin<Task extends { readonly done: Promise<unknown> }>(
  make: (ims: CecloudImsClient) => Task,
): Task {
  const ims = requireClient();
  const task = make(ims);
  tasks.set(ims, (tasks.get(ims) ?? 0) + 1);
  const ended = () => {
    const left = (tasks.get(ims) ?? 1) - 1;
    if (left > 0) tasks.set(ims, left);
    else tasks.delete(ims);
    if (left === 0 && ims !== client.value) ims.close();
  };
  task.done.then(ended, ended);
  return task;
}

/** The client, or an error for a caller that did not wait for a connection. */
function requireClient(): CecloudImsClient {
  if (!client.value) throw new Error('there is no connection yet');
  return client.value;
}

/** One connection for the whole page. */
export function useClient() {
  return {
    client: computed(() => client.value),
    connection,
    owner,
    looked,
    emulatorWantsToken,
    connect,
    look,
    rememberOwner,
    requireClient,
    begin,
  };
}
