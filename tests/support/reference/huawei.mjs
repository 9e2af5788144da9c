/** What the examples of Huawei Cloud's and OpenStack's entries take as given, against the local cloud. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ACCOUNTS, PROJECT, putObject, signedIn, tokenOf } from '../huawei.mjs';
import { KEYS } from '../huawei-uploads.mjs';
import { randomBytes } from '../images.mjs';
import { importClient } from '../places.mjs';
import { imageServer } from '../samples.mjs';

const SERVER = '877a2cda-ba63-4e1e-b95f-e67e48b6129a';
const VAULT = 'de9fcf45-11b2-432c-8562-5c5428574600';
const BUCKET = 'my-images';
const QUICK = { intervalMs: 10, timeoutMs: 30_000 };
const { demo, partner } = ACCOUNTS;

const COMMON = {
  token: 'string',
  projectId: 'string',
  theirProject: 'string',
  myProject: 'string',
  show: '(share: number) => void',
  file: 'File',
};

/** Their types, by entry. */
export const TYPES = {
  './huawei': {
    ...COMMON,
    ims: 'HuaweiImsClient',
    server: 'string',
    vault: 'string',
    imageId: 'string',
    queuedId: 'string',
    sharedId: 'string',
    sharedWithMe: 'string',
    jobId: 'string',
    credentials: 'ObsCredentials',
  },
  './openstack': {
    ...COMMON,
    images: 'OpenStackImageClient',
    id: 'string',
    queuedId: 'string',
    sharedId: 'string',
    sharedWithMe: 'string',
    task: 'FileUploadTask',
    iamEndpoint: 'string',
    user: 'string',
    password: 'string',
    project: 'string',
  },
  './workspace': {
    workspace: 'HuaweiWorkspaceClient',
    accessKey: 'string',
    secretKey: 'string',
    server: 'CreateImageServer',
    serverId: 'string',
    jobId: 'string',
    subJobId: 'string',
    appId: 'string',
  },
};

/** The values for an entry, each made where an example names it. */
export async function values(place, cloud) {
  if (place === './workspace') return ofWorkspace(cloud);
  const token = await tokenOf(cloud.emulator, demo);
  const file = new File([randomBytes('example', 100_000)], 'disk.raw', { lastModified: 1 });
  const common = {
    token,
    file,
    projectId: demo.project,
    theirProject: partner.project,
    myProject: demo.project,
    show: () => {},
  };
  return place === './huawei' ? ofHuawei(cloud, common) : ofOpenStack(cloud, common);
}

/** A class whose clients speak to the local cloud, whatever address an example gives them. */
function local(Class, { context, emulator }, auth) {
  return class extends Class {
    constructor(given) {
      super({ ...given, endpoint: emulator.huawei, auth, projectId: demo.project });
      context.after(() => this.close());
    }

    waitForJob(jobId, options) {
      return super.waitForJob(jobId, { ...options, ...QUICK });
    }
  };
}

async function ofHuawei(cloud, common) {
  const { context, emulator } = cloud;
  const entry = await importClient('./huawei');
  const auth = { type: 'token', token: common.token };
  const Local = local(entry.HuaweiImsClient, cloud, auth);
  class HuaweiImsClient extends Local {
    upload(source, target, options) {
      const obs = { ...options.obs, endpoint: emulator.oss, credentials: KEYS };
      return super.upload(source, target, { ...options, obs });
    }
  }
  const ims = new HuaweiImsClient({});
  const theirs = await signedIn(context, emulator, partner);
  const job = async (owner = ims) => (await owner.createImage({ name: 'web', instance_id: SERVER })).job_id;
  const image = async (owner = ims) => (await owner.waitForJob(await job(owner), QUICK)).entities.image_id;
  const shared = async (owner, projects) => {
    const images = [await image(owner)];
    await owner.waitForJob((await owner.batchAddMembers({ images, projects })).job_id, QUICK);
    return images[0];
  };
  return {
    ...entry,
    ...common,
    HuaweiImsClient,
    ims,
    server: SERVER,
    vault: VAULT,
    credentials: KEYS,
    // The local cloud has one other region.
    instead: { 'cn-east-3': 'region1' },
    lazy: {
      jobId: job,
      imageId: async () => {
        const id = await image();
        await ims.addImageTag(id, { key: 'role', value: 'web' });
        return id;
      },
      queuedId: async () => (await (await openStack(cloud, common)).createImage(QUEUED)).id,
      sharedId: () => shared(ims, [partner.project]),
      sharedWithMe: () => shared(theirs, [demo.project]),
      // The bucket, with the objects that examples name.
      images: async () => putObject(emulator, BUCKET, 'web.qcow2', await readFile('web.qcow2')),
      large: () => putObject(emulator, BUCKET, 'large.raw', randomBytes('large', 4 * 1024 * 1024)),
    },
  };
}

const QUEUED = { name: 'made', disk_format: 'qcow2', container_format: 'bare', min_disk: 40 };

async function openStack(cloud, { token, fetch }) {
  const { OpenStackImageClient } = await importClient('./openstack');
  const options = { endpoint: cloud.emulator.huawei, auth: { type: 'token', token } };
  if (fetch) options.fetch = fetch;
  const images = new OpenStackImageClient(options);
  cloud.context.after(() => images.close());
  return images;
}

const { rows } = JSON.parse(
  readFileSync(new URL('../../fixtures/openstack/answers.json', import.meta.url), 'utf8'),
);
const recorded = (name) => JSON.stringify(rows.find((row) => row.name === name).answer.body);

const TASKS = JSON.stringify({ tasks: [{ id: 't-1', type: 'api_image_import', status: 'success' }] });

/** What Huawei Cloud's Image service lacks, as Glance answers it: its import brings the file by `imported`. */
function asGlance(imported) {
  return async (url, init) => {
    const { pathname } = new URL(url);
    const json = { headers: { 'content-type': 'application/json' } };
    if (pathname.endsWith('/v2/info/import')) return new Response(recorded('ways to import'), json);
    if (pathname.endsWith('/v2/info/stores')) return new Response(recorded('stores'), json);
    if (pathname.endsWith('/tasks')) return new Response(TASKS, json);
    if (/\/actions\/(de|re)activate$/.test(pathname)) return new Response(null, { status: 204 });
    if (!pathname.endsWith('/import')) return fetch(url, init);
    await imported(pathname.split('/').at(-2));
    return new Response(null, { status: 202 });
  };
}

async function ofOpenStack(cloud, common) {
  const entry = await importClient('./openstack');
  const { context, emulator, later } = cloud;
  const bytes = randomBytes('small', 4096);
  const plain = await openStack(cloud, common);
  const fetch = asGlance((id) => plain.upload(id, bytes).done);
  const images = await openStack(cloud, { ...common, fetch });
  const theirs = await openStack(cloud, { token: await tokenOf(emulator, partner) });
  const queued = async (owner = images, more = {}) =>
    (await owner.createImage({ ...QUEUED, disk_format: 'raw', ...more })).id;
  const active = async (owner = images, more = {}) => {
    const id = await queued(owner, more);
    await owner.upload(id, bytes).done;
    return id;
  };
  const shared = async (owner, member) => {
    const id = await active(owner, { visibility: 'shared' });
    await owner.addMember(id, { member });
    return id;
  };
  return {
    ...entry,
    ...common,
    OpenStackImageClient: class extends entry.OpenStackImageClient {
      constructor(given) {
        super({ ...given, endpoint: emulator.huawei, auth: { type: 'token', token: common.token } });
        context.after(() => this.close());
      }
    },
    images,
    iamEndpoint: emulator.huawei,
    user: demo.user,
    password: demo.password,
    project: PROJECT,
    lazy: {
      id: async () => {
        const id = await active(images, { visibility: 'shared', old_property: 'x' });
        await images.addTag(id, 'old');
        return id;
      },
      queuedId: queued,
      sharedId: () => shared(images, partner.project),
      sharedWithMe: () => shared(theirs, demo.project),
      task: async () => {
        const task = images.upload(await queued(), common.file);
        later.push(() => task.done.catch(() => {}));
        return task;
      },
    },
  };
}

async function ofWorkspace(cloud) {
  const entry = await importClient('./workspace');
  const auth = { type: 'aksk', ...KEYS };
  const HuaweiWorkspaceClient = local(entry.HuaweiWorkspaceClient, cloud, auth);
  const workspace = new HuaweiWorkspaceClient({});
  const job = async () => {
    const { job_id } = await workspace.createImageServer(imageServer(`office-${randomUUID()}`));
    await workspace.waitForJob(job_id);
    return job_id;
  };
  return {
    ...entry,
    ...KEYS,
    HuaweiWorkspaceClient,
    workspace,
    server: imageServer('office'),
    appId: '3f791197-d166-4c8e-81e4-38c40ffc1989',
    lazy: {
      jobId: job,
      serverId: async () => {
        await job();
        return (await workspace.listImageServers({ limit: 1 })).items[0].id;
      },
      subJobId: async () => {
        const job_id = await job();
        return (await workspace.listImageSubJobs({ job_type: 'CREATE_SERVER', job_id })).items[0].id;
      },
    },
  };
}
