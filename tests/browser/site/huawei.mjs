/** The page: uploads the picked file to a bucket, and asks as a user whose service is found by the catalog. */
import { HuaweiImsClient, ImsError } from './ims-client/huawei.js';
import { OpenStackImageClient } from './ims-client/openstack.js';

/** What the tests see of an error. */
function told(error) {
  if (!(error instanceof ImsError)) return { name: String(error) };
  const { kind, code, field, message, resumable } = error;
  return { kind, code, field, message, resumable };
}

let task;

globalThis.tests = {
  /** Begins an upload of the picked file; gives how it ended, or `stopped` after so many stored parts. */
  async upload({ client, target, options, stopAfter = Number.POSITIVE_INFINITY }) {
    const [file] = document.querySelector('#file').files;
    const ims = new HuaweiImsClient(client);
    const events = [];
    const onEvent = (event) => {
      events.push(event);
      if (events.filter(({ state }) => state === 'stored').length >= stopAfter) task.stop();
    };
    task = ims.upload(file, target, { ...options, onEvent });
    try {
      return { result: await task.done, events };
    } catch (error) {
      return { error: told(error), events };
    } finally {
      ims.close();
    }
  },

  /** What was left behind, and gone on with: the first of it. */
  async resume({ client, options }) {
    const [file] = document.querySelector('#file').files;
    const ims = new HuaweiImsClient(client);
    const events = [];
    try {
      const [pending] = await ims.pendingUploads();
      const { name, fileName, needsFile } = pending;
      const resumed = pending.resume(file, { ...options, onEvent: (event) => events.push(event) });
      return { pending: { name, fileName, needsFile }, result: await resumed.done, events };
    } catch (error) {
      return { error: told(error), events };
    } finally {
      ims.close();
    }
  },

  /** The names of a user's images, at the place that the catalog of the user's token names. */
  async byCatalog({ auth, options }) {
    const urls = [];
    const glance = new OpenStackImageClient({ auth, ...options, onRequest: ({ url }) => urls.push(url) });
    try {
      const { images } = await glance.listImages({ limit: 1 });
      return { count: images.length, urls };
    } catch (error) {
      return { error: told(error), urls };
    } finally {
      glance.close();
    }
  },

  /** The tags of the project that an access key is for, which is looked up. */
  async byProject({ client }) {
    const urls = [];
    const ims = new HuaweiImsClient({ ...client, onRequest: ({ url }) => urls.push(url) });
    try {
      const both = await Promise.all([ims.listImagesTags(), ims.listImagesTags()]);
      return { tags: both.map(({ tags }) => tags), urls };
    } catch (error) {
      return { error: told(error), urls };
    } finally {
      ims.close();
    }
  },
};
