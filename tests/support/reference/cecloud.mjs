/** What the examples of the main entry take as given, against the local cloud. */
import { writeFile } from 'node:fs/promises';
import { newClient, REGION } from '../client.mjs';
import { eventually } from '../expect.mjs';
import { randomBytes } from '../images.mjs';
import { importClient } from '../places.mjs';
import { copySharedImage, importImage, PARTNER, rawImage, TENANT } from '../samples.mjs';

const MIB = 1024 * 1024;
const USER = '7074631167046998016';

const file = new File([randomBytes('example', 11 * MIB)], 'disk.raw', { lastModified: 1 });

/** Their types. */
export const TYPES = {
  ims: 'CecloudImsClient',
  options: 'ClientOptions & { region: string }',
  imageId: 'string',
  queuedId: 'string',
  sharedId: 'string',
  shareId: 'string',
  userId: 'string',
  tenantId: 'string',
  departmentId: 'string',
  resourceGroupId: 'string',
  metadata: 'CreateImage',
  importable: 'ImportImage',
  file: 'File',
  store: '{ directory: string }',
  task: 'UploadTask',
  download: 'DownloadTask',
  show: '(share: number) => void',
  onProgress: '(progress: UploadProgress) => void',
  setTimeout: '(work: () => void, ms: number) => void',
};

/** Stops an upload of disk.raw after its first part, so that something is pending. */
export async function leaveOne({ ims, emulator, metadata, checkpoint }) {
  // One of its parts: it cannot end before it is stopped.
  await emulator.spoil({ operation: 'UploadPart', skip: 1, delayMs: 600_000, times: 0 });
  const options = { checkpoint, partSize: 5 * MIB, concurrency: 1 };
  const task = ims.upload({ path: 'disk.raw' }, metadata, options);
  await eventually(() => task.progress.bytesSent >= 5 * MIB, 'a part is stored');
  await task.stop();
  await task.done.catch(() => {});
  await emulator.heal();
}

/** Their values, each made where an example names it. */
export async function values({ context, emulator, later }) {
  const main = await importClient();
  const options = { endpoint: emulator.ims, region: REGION };
  const ims = newClient(context, emulator.ims);
  const partner = newClient(context, emulator.ims, {
    headers: { 'x-emulator-tenant': PARTNER.tenant, 'x-emulator-user': PARTNER.user },
  });
  const metadata = rawImage({ name: 'web' });
  const store = { directory: './uploads' };
  const active = async (owner, change) =>
    (await owner.upload(randomBytes('small', 4096), rawImage({ name: 'web', ...change })).done).image.imageId;
  const shared = async (owner, user, change) => {
    const imageId = await active(owner, change);
    await owner.shareImage(imageId, [user]);
    return imageId;
  };
  const left = async () => {
    await writeFile('disk.raw', file.stream());
    await leaveOne({ ims, emulator, metadata, checkpoint: store });
  };
  const held = (task) => {
    later.push(() => task.done.catch(() => {}));
    return task;
  };
  return {
    ...main,
    // Whatever address an example gives its client, it speaks to the local cloud.
    CecloudImsClient: class extends main.CecloudImsClient {
      constructor(given) {
        super({ ...given, ...options });
        context.after(() => this.close());
      }
    },
    ims,
    options,
    metadata,
    file,
    store,
    show: () => {},
    onProgress: () => {},
    // What is to happen a second later happens after the example.
    setTimeout: (work) => later.unshift(work),
    tenantId: TENANT,
    departmentId: copySharedImage().departmentId,
    resourceGroupId: copySharedImage().resourceGroupId,
    importable: importImage({ name: 'imported', volumeImages: undefined }),
    userId: PARTNER.user,
    // The local cloud imports from addresses without TLS only; what becomes of it is seen later.
    instead: { 'https://files.example.com': emulator.ims },
    lazy: {
      imageId: () => active(ims),
      queuedId: async () => (await ims.createImage(metadata)).imageId,
      sharedId: () => shared(ims, PARTNER.user),
      shareId: async () => {
        await shared(partner, USER, { tenantId: PARTNER.tenant });
        return (await ims.listSharedImages()).list[0].shareId;
      },
      task: () => held(ims.upload(file, metadata, { checkpoint: store, partSize: 5 * MIB })),
      // Where a task is under way, it is that one which is left.
      pending: () => later.length || left(),
      download: async () => held(ims.download(await active(ims), { path: 'download.raw' })),
    },
  };
}
