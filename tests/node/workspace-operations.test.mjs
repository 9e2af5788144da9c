/** Every operation of HuaweiWorkspaceClient against the local cloud: with access keys, and with a password. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEmulator } from '../support/emulator.mjs';
import { rejects } from '../support/expect.mjs';
import { ACCOUNTS, plain } from '../support/huawei.mjs';
import { importClient } from '../support/places.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { imageServer } from '../support/samples.mjs';

const { HuaweiWorkspaceClient } = await importClient('./workspace');

const KEYS = {
  type: 'aksk',
  accessKey: 'EMULATORDEMOAK000001',
  secretKey: 'EmulatorDemoSecretKey0000000000000000001',
};
const QUICK = { intervalMs: 10, timeoutMs: 30_000 };

/** An image instance with everything that can be said of one. */
function server(name, changes = {}) {
  return {
    ...imageServer(name),
    description: 'made by a test',
    tags: [{ key: 'team', value: 'a/b' }, { key: 'cost centre' }],
    route_policy: { max_session: 10, cpu_threshold: 80, mem_threshold: 80 },
    ...changes,
  };
}

function client(context, options) {
  const workspace = new HuaweiWorkspaceClient(options);
  context.after(() => workspace.close());
  return workspace;
}

test('every operation works, signed with access keys', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const workspace = client(t, { endpoint: emulator.huawei, auth: KEYS, projectId: ACCOUNTS.demo.project });
  const seen = [];
  const started = await workspace.createImageServer(server('Image_task-0508'));
  const job = await workspace.waitForJob(started.job_id, {
    ...QUICK,
    onProgress: ({ status }) => seen.push(status),
  });
  assert.equal(job.status, 'SUCCESS');
  assert.equal(seen.at(-1), 'SUCCESS');
  const page = await workspace.listImageServers({ server_name: 'task', limit: 1 });
  assert.equal(page.count, 1);
  const [{ id }] = page.items;
  const shown = await workspace.showImageServer(id);
  assert.equal(shown.name, 'Image_task-0508');
  assert.equal(shown.image_ref.image_type, 'gold');
  assert.equal(await workspace.updateImageServer(id, { name: 'renamed' }), undefined);
  assert.equal((await workspace.showImageServer(id)).name, 'renamed');
  const apps = ['3f791197-d166-4c8e-81e4-38c40ffc1989'];
  assert.equal(typeof (await workspace.attachImageServerApp(id, { items: apps })).uri, 'string');
  const attached = await workspace.listLatestAttachedServerApp(id);
  assert.deepEqual(
    attached.items.map(({ app_id }) => app_id),
    apps,
  );
  const built = await workspace.recreateServerImage(id, { name: 'office-2026', execute_sysprep: true });
  await workspace.waitForJob(built.job_id, QUICK);
  const images = [];
  for await (const image of workspace.iterateImages({ image_type: 'private' })) images.push(image.name);
  assert.ok(images.includes('office-2026'), String(images));
  assert.ok((await workspace.listImages({ limit: 1 })).images.length <= 1);
  const jobs = await workspace.listImageJobs({ job_type: 'CREATE_SERVER' });
  assert.equal(jobs.items[0].id, started.job_id);
  const subJobs = [];
  for await (const part of workspace.iterateImageSubJobs({ job_type: 'CREATE_SERVER' })) subJobs.push(part);
  assert.equal((await workspace.countImageSubJobs({ job_id: started.job_id })).count, subJobs.length);
  assert.equal(await workspace.batchDeleteImageSubJobs({ items: [subJobs[0].id] }), undefined);
  const listed = await workspace.listImageSubJobs({ job_type: 'CREATE_SERVER' });
  assert.equal(listed.items.length, subJobs.length - 1);
  assert.equal((await workspace.showImageJob(started.job_id)).id, started.job_id);
  const deleted = await workspace.batchDeleteImageServer({ items: [id], recursive: true });
  await workspace.waitForJob(deleted.job_id, QUICK);
  const gone = await rejects(workspace.showImageServer(id), { kind: 'service', status: 404 });
  assert.match(gone.code, /^WKS\./);
  assert.ok(gone.requestId);
});

test('with a password the project is that of the token; a job that fails rejects with its own error', {
  timeout: 60_000,
}, async (t) => {
  const emulator = await startEmulator(t);
  const { user, password, domain, project } = ACCOUNTS.demo;
  const iam = { iamEndpoint: emulator.huawei, user, password, domain, project: { id: project } };
  const workspace = client(t, { endpoint: emulator.huawei, auth: { type: 'password', ...iam } });
  for (const name of ['one', 'two', 'three']) await workspace.createImageServer(server(name));
  const names = [];
  for await (const { name } of workspace.iterateImageServers({ limit: 2 })) names.push(name);
  assert.deepEqual(names.sort(), ['one', 'three', 'two']);
  const missing = { id: '00000000-0000-4000-8000-000000000000', image_type: 'private' };
  const { job_id } = await workspace.createImageServer(server('broken', { image_ref: missing }));
  const error = await rejects(workspace.waitForJob(job_id, QUICK), { kind: 'service', code: 'WKS.00129901' });
  assert.match(error.message, /^waitForJob: the CREATE_SERVER .* failed: .*does not exist/);
});

test('an image tells when it was made and which key it is encrypted with', async (t) => {
  const recorder = await startRecorder(t);
  const auth = { type: 'token', token: 'a-token-that-opens-nothing' };
  const workspace = client(t, { endpoint: recorder.url, auth, projectId: 'p-1' });
  const image = { id: 'i-1', created_at: '2026-01-02T03:04:05Z', kms_id: 'k-1' };
  recorder.next(plain({ images: [image], total_count: 1 }));
  assert.deepEqual((await workspace.listImages()).images, [image]);
});

test('what the documents forbid is refused before anything is sent', async (t) => {
  const recorder = await startRecorder(t);
  const auth = { type: 'token', token: 'a-token-that-opens-nothing' };
  const workspace = client(t, { endpoint: recorder.url, auth, projectId: 'p-1' });
  const create = (changes) => workspace.createImageServer(server('name', changes));
  const gold = server('x').image_ref;
  const cases = [
    [create({ root_volume: { type: 'SSD', size: 65 } }), 'root_volume.size', 65],
    [create({ root_volume: { type: 'SSD', size: 1030 } }), 'root_volume.size', 1030],
    [create({ root_volume: { type: 'NVME', size: 60 } }), 'root_volume.type', 'NVME'],
    [create({ image_ref: { ...gold, spce_code: undefined } }), 'image_ref.spce_code', 'undefined'],
    [create({ image_ref: { ...gold, product_id: '' } }), 'image_ref.product_id', ''],
    [create({ image_ref: { ...gold, image_type: 'golden' } }), 'image_ref.image_type', 'golden'],
    [create({ tags: [{ key: 'a' }, { key: 'b' }, { key: 'a' }] }), 'tags[2].key', 'a'],
    [create({ tags: Array.from({ length: 21 }, (_, n) => ({ key: `k${n}` })) }), 'tags'],
    [create({ tags: [{ key: '_sys_x' }] }), 'tags[0].key', '_sys_x'],
    [create({ authorize_accounts: [] }), 'authorize_accounts', []],
    [create({ name: 'a/b' }), 'name', 'a/b'],
    [create({ extra_session_size: 0 }), 'extra_session_size', 0],
    [create({ routePolicy: {} }), 'routePolicy'],
    [workspace.listImages({ limit: 101 }), 'limit', 101],
    [workspace.listImages({ image_type: 'public' }), 'image_type', 'public'],
    [workspace.listImages({ sort_field: 'id' }), 'sort_field', 'id'],
    [workspace.listImages({ sort_type: 'DESC' }), 'sort_type', 'DESC'],
    [workspace.listImageJobs({}), 'job_type', 'undefined'],
    [workspace.listImageJobs({ job_type: 'DELETE_IMAGE' }), 'job_type', 'DELETE_IMAGE'],
    [workspace.listImageSubJobs({ job_type: 'BUILD_IMAGE' }), 'job_type', 'BUILD_IMAGE'],
    [workspace.batchDeleteImageServer({ items: ['a', 'a'], recursive: false }), 'items[1]', 'a'],
    [workspace.recreateServerImage('s', { name: ' x' }), 'name', ' x'],
    [workspace.showImageServer(''), 'serverId', ''],
    [workspace.updateImageServer('s', { name: undefined }), 'changes', {}],
    [workspace.waitForJob(7), 'jobId', 7],
  ];
  for (const [promise, field, ...value] of cases) {
    const error = await rejects(promise, { kind: 'validation', field });
    if (value.length) assert.deepEqual(error.value, value[0], field);
    assert.ok(error.rule && error.message.includes(error.rule), field);
  }
  assert.equal(recorder.requests.length, 0);
});

test('options that are wrong or missing are told by name', async (t) => {
  const endpoint = 'https://workspace.example.com';
  const cases = [
    [{}, 'region'],
    [{ endpoint, projectId: 'a/b' }, 'projectId'],
    [{ endpoint, projectID: 'a' }, 'projectID'],
    [{ region: 'cn north' }, 'region'],
    [{ endpoint, auth: { type: 'aksk', accessKey: 'a' } }, 'auth.secretKey'],
  ];
  for (const [options, field] of cases) {
    await rejects(client(t, options).listImages(), { kind: 'validation', field });
  }
  await rejects(client(t, { endpoint }).listImages(), { kind: 'validation', field: 'projectId' });
});
