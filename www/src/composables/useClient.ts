/** The connection of the page: where the service is, who asks, and the one client that everything uses. */
import { type CallOptions, CecloudImsClient, type ClientOptions, type Diagnosis } from 'ims-client';
import { computed, ref, shallowRef } from 'vue';
import {
  accountOf,
  type Connection,
  chosenAuth,
  clientOptions,
  type Owner,
  type Place,
  readPlace,
} from '../helpers/connection';
import { readDeployment } from '../helpers/deployment';
import { forget, recall, recallHere, recallJson, remember, rememberHere } from '../helpers/memory';
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

/** What was typed and failed, to be found out about: it is neither stored nor the page's connection. */
const doubted = shallowRef<Connection>();
/** What whoever serves the console says. */
let deployed: Place = readPlace(undefined);

/** What is stored of a connection that somebody typed: it holds as long as the deployment says the same as it did then. */
interface KeptPlace extends Place {
  instead: Place;
}

/** Tasks under way of each client. */
const tasks = new Map<CecloudImsClient, number>();

/**
 * Makes a client; nothing is sent before it is used. The one before lives until its transfers have ended. `tenantId` is
 * whose the connection is, where the service does not say it.
 */
function connect(wanted: Connection, tenantId = recall(CALLER) ?? owner.value.tenantId) {
  const before = client.value;
  if (before && !tasks.has(before)) before.close();
  connection.value = { ...wanted, auth: chosenAuth(wanted) };
  doubted.value = undefined;
  // Another owner of the next image is still the same caller.
  if (!tenant.value) remember(CALLER, tenantId);
  account.value = accountOf(wanted, tenant.value ?? { tenantId });
  client.value = newClient(wanted);
}

/** Stores what was typed, without a secret: it would outlive the tab. What the deployment says anyway is not stored. */
function keep({ endpoint, region, authType }: Place) {
  const kept: KeptPlace = { endpoint, region, authType, instead: deployed };
  if (isSame(kept, deployed)) forget(CONNECTION);
  else remember(CONNECTION, JSON.stringify(kept));
}

function isSame(one: Place, other: Place): boolean {
  return (['endpoint', 'region', 'authType'] as const).every((name) => one[name] === other[name]);
}

/** What was typed here at an earlier visit, unless the deployment says something else by now. */
function recallPlace(): Place | undefined {
  const kept = recallJson<Partial<KeptPlace>>(CONNECTION);
  const place = readPlace(kept);
  if (place.endpoint === '' || !isSame(readPlace(kept?.instead), deployed)) return undefined;
  return place;
}

/** Forgets who asks, and where: the next call needs what only the reader knows. Not while transfers still ask by it. */
function disconnect() {
  client.value?.close();
  client.value = undefined;
  doubted.value = undefined;
  account.value = '';
  forget(CONNECTION);
  forget(CALLER);
  const { endpoint, region, authType } = info.value ? connection.value : deployed;
  connection.value = { endpoint, region, authType, auth: {} };
}

/** Keeps what failed for the diagnosis; undefined: asks about the page's own connection again. */
function doubt(wanted: Connection | undefined) {
  doubted.value = wanted;
}

/** Finds out what is wrong, with what failed last or else the connection of the page. */
async function diagnose(call: CallOptions): Promise<Diagnosis> {
  if (!doubted.value) return requireClient().diagnose(call);
  const ims = newClient(doubted.value);
  try {
    return await ims.diagnose(call);
  } finally {
    ims.close();
  }
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
    const kept = recallHere(TENANT) ?? found.defaultTenant;
    play(found.tenants.find(({ tenantId }) => tenantId === kept) ?? found.tenants[0]);
    const authType = found.tokenRequired ? 'token' : 'none';
    connection.value = { endpoint: location.origin, region: found.region, authType, auth: {} };
    if (!found.tokenRequired) connect(connection.value);
  } else {
    const { emulator: _, ...said } = deployment;
    deployed = said;
    connection.value = { ...(recallPlace() ?? said), auth: {} };
    owner.value = { ...owner.value, ...recallJson<Partial<Owner>>(OWNER) };
    // Somebody else asks who it is: a proxy that signs, or cookies.
    if (said.endpoint && said.region && connection.value.authType === 'none') connect(connection.value);
  }
  looked.value = true;
}

function play(wanted: Tenant | undefined) {
  tenant.value = wanted;
  if (!wanted) return;
  const { tenantId, departmentId, resourceGroupId } = wanted;
  owner.value = { tenantId, departmentId, resourceGroupId };
  // Another tab may be another tenant.
  rememberHere(TENANT, tenantId);
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
    doubted: computed(() => doubted.value),
    connect,
    keep,
    disconnect,
    doubt,
    diagnose,
    probe,
    look,
    switchTenant,
    rememberOwner,
    requireClient,
    begin,
  };
}
