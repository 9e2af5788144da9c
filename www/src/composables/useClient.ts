/** The connection of the page: where the service is, who asks, and the one client that everything uses. */
import { CecloudImsClient, type ClientOptions } from 'ims-client';
import { computed, ref, shallowRef } from 'vue';
import { accountOf, type Connection, clientOptions, type Owner } from '../helpers/connection';
import { readDeployment } from '../helpers/deployment';
import { recall, recallJson, remember } from '../helpers/memory';
import { type Tenant, useEmulator } from './useEmulator';
import { log } from './useRequestLog';

const CONNECTION = 'connection';
const OWNER = 'owner';
const TENANT = 'tenant';
const CALLER = 'caller';
/** Who fills in a form waits no longer for each attempt, milliseconds. */
const PROBE_MS = 10_000;

const { info, look: lookForEmulator } = useEmulator();
const client = shallowRef<CecloudImsClient>();
const connection = ref<Connection>({ endpoint: '', region: '', authType: 'none', auth: {} });
const owner = ref<Owner>({ tenantId: '', departmentId: '', resourceGroupId: '' });
/** The tenant of the local cloud that is played; no other service lets a page choose. */
const tenant = shallowRef<Tenant>();
/** Who is signed in, without a secret: what an upload leaves in this browser is kept apart by it. */
const account = ref('');
/** False until it is known whether this server is a local cloud. */
const looked = ref(false);

/** Tasks under way of each client. */
const tasks = new Map<CecloudImsClient, number>();

/**
 * Makes a client; nothing is sent before it is used. The one before lives until its transfers have ended. `tenantId` is
 * whose the connection is, where the service does not say it.
 */
function connect(wanted: Connection, tenantId = recall(CALLER) ?? owner.value.tenantId) {
  const before = client.value;
  if (before && !tasks.has(before)) before.close();
  connection.value = { ...wanted, auth: { ...wanted.auth } };
  // Another owner of the next image is still the same caller.
  if (!tenant.value) remember(CALLER, tenantId);
  account.value = accountOf(wanted, tenant.value ?? { tenantId });
  client.value = newClient(wanted);
  // No secret: it would outlive the tab.
  const { endpoint, region, authType } = wanted;
  remember(CONNECTION, JSON.stringify({ endpoint, region, authType }));
}

function newClient(wanted: Connection, retry?: ClientOptions['retry']): CecloudImsClient {
  return new CecloudImsClient({
    ...clientOptions(wanted),
    // The local cloud believes who says so; a real service knows it from the token.
    headers: tenant.value
      ? { 'x-emulator-tenant': tenant.value.tenantId, 'x-emulator-user': tenant.value.userId }
      : undefined,
    retry,
    onRequest: log,
  });
}

/** Asks something harmless, and rejects where the service does not answer it; the page stays connected as it was. */
async function probe(wanted: Connection) {
  const ims = newClient(wanted, { maxAttempts: 2 });
  try {
    await ims.listPrivateImages({ current: 1, size: 1 }, { timeoutMs: PROBE_MS });
  } finally {
    ims.close();
  }
}

/** Connects without a question where it is known to what: a local cloud, or a deployment that says so; else the form asks. */
async function look() {
  const deployment = await readDeployment();
  const found = deployment.emulator ? await lookForEmulator() : undefined;
  if (found) {
    const kept = recall(TENANT) ?? found.defaultTenant;
    play(found.tenants.find(({ tenantId }) => tenantId === kept) ?? found.tenants[0]);
    const authType = found.tokenRequired ? 'token' : 'none';
    connection.value = { endpoint: location.origin, region: found.region, authType, auth: {} };
    if (!found.tokenRequired) connect(connection.value);
  } else {
    const { endpoint, region, authType } = deployment;
    connection.value = {
      endpoint,
      region,
      authType,
      ...recallJson<Partial<Connection>>(CONNECTION),
      auth: {},
    };
    owner.value = { ...owner.value, ...recallJson<Partial<Owner>>(OWNER) };
    // Somebody else asks who it is: a proxy that signs, or cookies.
    if (endpoint && region && connection.value.authType === 'none') connect(connection.value);
  }
  looked.value = true;
}

function play(wanted: Tenant | undefined) {
  tenant.value = wanted;
  if (!wanted) return;
  const { tenantId, departmentId, resourceGroupId } = wanted;
  owner.value = { tenantId, departmentId, resourceGroupId };
  remember(TENANT, tenantId);
}

/** Becomes another tenant of the local cloud. */
function switchTenant(tenantId: string) {
  play(info.value?.tenants.find((each) => each.tenantId === tenantId));
  if (client.value) connect(connection.value);
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
    tenant: computed(() => tenant.value),
    account: computed(() => account.value),
    looked,
    emulatorWantsToken: computed(() => info.value?.tokenRequired === true),
    connect,
    probe,
    look,
    switchTenant,
    rememberOwner,
    requireClient,
    begin,
  };
}
