/** The types of ims-client/workspace: calls, what an image instance may be made of, answers. */
import type {
  AccountType,
  AttachedServerApp,
  AttachServerApp,
  BatchDeleteImageServer,
  BatchDeleteSubJobs,
  CountImageSubJobs,
  CreateImageServer,
  CreateServerImage,
  DiskType,
  GoldImageRef,
  GoldImageType,
  HuaweiWorkspaceOptions,
  ImageAccount,
  ImageJob,
  ImageJobPage,
  ImageJobStatus,
  ImageJobType,
  ImageRef,
  ImageServer,
  ImageServerAccount,
  ImageServerPage,
  ImageServerSource,
  ImageSubJob,
  ImageSubJobCount,
  ImageSubJobPage,
  ImageSubJobStatus,
  JobExecution,
  JobResource,
  ListImageJobs,
  ListImageServers,
  ListImageSubJobs,
  ListProductImages,
  PlainImageRef,
  PlainImageType,
  ProductArchitecture,
  ProductImage,
  ProductImageOrder,
  ProductImagePage,
  ProductImageType,
  RoutePolicy,
  SchedulerHints,
  ServerApp,
  ServerApps,
  SessionType,
  StartedImageJob,
  TmsTag,
  UpdateImageServer,
  Volume,
  WaitForImageJobOptions,
} from 'ims-client/workspace';
import { HuaweiWorkspaceClient, ImsError, load } from 'ims-client/workspace';

declare function tell(...what: unknown[]): void;

export const byRegion: HuaweiWorkspaceOptions = { region: 'cn-north-4', projectId: 'p' };
await load();
const workspace = new HuaweiWorkspaceClient({
  endpoint: 'https://workspace.example.com',
  auth: { type: 'aksk', accessKey: 'a', secretKey: 's' },
});

const gold: GoldImageRef = { id: 'i', image_type: 'gold', spce_code: 's', product_id: 'p' };
const plain: PlainImageRef = { id: 'i', image_type: 'private' };
export const sources: ImageRef[] = [
  gold,
  plain,
  // @ts-expect-error an image of KooGallery has its codes
  { id: 'i', image_type: 'gold' },
  // @ts-expect-error no such kind of image
  { id: 'i', image_type: 'golden' },
];
const disk: Volume = { type: 'SSD', size: 60, cluster_id: 'c' };
const account: ImageAccount = { account: 'administrator', account_type: 'USER', domain: 'd' };
const tags: TmsTag[] = [{ key: 'k', value: 'v' }, { key: 'l' }];
const hints: SchedulerHints = { dedicated_host_id: 'h', tenancy: 'dedicated' };
const routes: RoutePolicy = { max_session: 1, cpu_threshold: 80, mem_threshold: 80 };
const server: CreateImageServer = {
  name: 'n',
  root_volume: disk,
  image_ref: gold,
  vpc_id: 'v',
  subnet_id: 's',
  product_id: 'p',
  authorize_accounts: [account],
  tags,
  scheduler_hints: hints,
  route_policy: routes,
  extra_session_type: 'CPU',
};
// @ts-expect-error without its network
export const lacking: CreateImageServer = { name: 'n', root_volume: disk, image_ref: plain, product_id: 'p' };

export const values: [
  AccountType,
  DiskType,
  GoldImageType,
  PlainImageType,
  ProductArchitecture,
  ProductImageType,
  SessionType,
  ImageJobType,
  ImageJobStatus,
  ImageSubJobStatus,
] = ['USER_GROUP', 'ESSD', 'gold', 'shared', 'arm', 'private', 'GPU', 'CREATE_SERVER', 'SUCCESS', 'ROLLBACK'];

const started: StartedImageJob = await workspace.createImageServer(server);
const waiting: WaitForImageJobOptions = {
  intervalMs: 1_000,
  timeoutMs: 60_000,
  onProgress: (job) => job.status,
};
const job: ImageJob = await workspace.waitForJob(started.job_id ?? '', waiting);
const part: ImageSubJob | undefined = job.sub_jobs?.[0];
export const why: JobExecution | undefined = part?.job_execute_info;
export const what: JobResource | undefined = part?.job_resource_info;
const servers: ListImageServers = { limit: 10, offset: 0, server_name: 'n' };
const page: ImageServerPage = await workspace.listImageServers(servers, { timeoutMs: 1_000 });
const first: ImageServer | undefined = page.items?.[0];
export const source: ImageServerSource | undefined = first?.image_ref;
export const accounts: ImageServerAccount[] | undefined = first?.authorize_accounts;
const change: UpdateImageServer = { name: 'm' };
await workspace.updateImageServer('s', change);
const software: AttachServerApp = { items: ['a'] };
const attached: AttachedServerApp = await workspace.attachImageServerApp('s', software);
const latest: ServerApps = await workspace.listLatestAttachedServerApp('s');
export const app: ServerApp | undefined = latest.items?.[0];
const image: CreateServerImage = { name: 'i', execute_sysprep: true };
await workspace.recreateServerImage('s', image);
const gone: BatchDeleteImageServer = { items: ['s'], recursive: false };
await workspace.batchDeleteImageServer(gone);
const subJobs: BatchDeleteSubJobs = { items: ['j'] };
await workspace.batchDeleteImageSubJobs(subJobs);
const counted: CountImageSubJobs = { status: 'FAILED' };
const count: ImageSubJobCount = await workspace.countImageSubJobs(counted);
const asked: ListImageJobs = { job_type: 'CREATE_SERVER', status: 'RUNNING' };
const jobs: ImageJobPage = await workspace.listImageJobs(asked);
// @ts-expect-error the type of the jobs is mandatory
await workspace.listImageJobs({});
const askedParts: ListImageSubJobs = { job_type: 'DELETE_SERVER' };
const parts: ImageSubJobPage = await workspace.listImageSubJobs(askedParts);
const filter: ListProductImages = { image_type: 'gold', architecture: 'x86', limit: 100 };
const products: ProductImagePage = await workspace.listImages(filter);
for await (const product of workspace.iterateImages()) {
  const one: ProductImage = product;
  const created: string | undefined = one.created_at;
  const key: string | undefined = one.kms_id;
  tell(one.min_disk, created, key);
}
tell(attached.uri, count.count, jobs.count, parts.count, products.total_count);
try {
  await workspace.showImageServer('s');
} catch (error) {
  if (error instanceof ImsError) tell(error.code);
}
workspace.close();

export const orders: ProductImageOrder[] = ['name', 'created_at'];
// @ts-expect-error it is not sorted by that
export const order: ProductImageOrder = 'size';
