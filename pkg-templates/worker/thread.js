/**
 * The worker of `createUploadWorker()`: a client of its own for each line of a page, whose tasks it shows to the page.
 * A worker of one's own imports this file for its effect.
 */
import { CecloudImsClient, load } from '#client';
import { Channel } from './channel.js';
import { CONNECT, lineTo, lockOf, READY } from './names.js';

addEventListener('message', ({ data }) => {
  if (data?.[CONNECT]) serve(data[CONNECT], lineTo(globalThis, data[CONNECT]));
});

function serve(name, line) {
  const tasks = new Map();
  const found = new Map();
  let last = 0;
  let client;

  /** Runs a task to its end, showing how far it is; the page's own callbacks are called there. */
  async function run(id, start, given) {
    const show = () => channel.tell('show', id, shown(task));
    const task = start(watched(given, show, (...event) => channel.tell('event', id, ...event)));
    tasks.set(id, task);
    try {
      return await task.done;
    } finally {
      show();
      tasks.delete(id);
    }
  }

  const channel = new Channel(line, {
    open: async (options, places) => {
      client = new CecloudImsClient(options);
      if (Object.values(places).some((place) => place !== undefined)) await load(places);
    },
    upload: (id, source, target, options) =>
      run(id, (watching) => client.upload(source, target, watching), options),
    pendingUploads: async (store) => {
      const pending = await client.pendingUploads(store);
      return pending.map((upload) => {
        last += 1;
        found.set(last, upload);
        return { key: last, ...upload };
      });
    },
    /** Nobody in the page refers to them any more. */
    forget: (keys) => {
      for (const key of keys) found.delete(key);
    },
    resume: (id, key, source, options) =>
      run(id, (watching) => found.get(key).resume(source, watching), options),
    discard: (key, options) => found.get(key).discard(options),
    /** Pauses, resumes, stops or aborts. */
    ask: (id, name) => {
      const task = tasks.get(id);
      if (!task) return;
      // stop and abort end with the task, which is answered itself.
      task[name]();
      channel.tell('show', id, shown(task));
    },
    /** Ends the client; its tasks are answered first. */
    close: async () => {
      client.close();
      await Promise.allSettled([...tasks.values()].map((task) => task.done));
      served();
    },
  });

  let served = () => {};
  /** Held until the page closes the line, or this worker ends, however it does. */
  const hold = (lock) => {
    channel.tell(READY, lock !== undefined);
    return new Promise((resolve) => {
      served = resolve;
    });
  };
  // A page on http:// has no locks, and does not hear of such an end.
  if (navigator.locks) navigator.locks.request(lockOf(name), hold).catch(() => hold());
  else hold();
}

function shown({ state, imageId, progress }) {
  return { state, imageId, progress };
}

/** The options with callbacks that show the task; what is no object at all the core refuses. */
function watched(given, show, event) {
  if (given !== undefined && (typeof given !== 'object' || given === null)) return given;
  const onProgress = () => {
    show();
    event('progress');
  };
  const onEvent = (happened) => {
    show();
    event('event', happened);
  };
  // A callback that is none is still there, and refused as ever.
  return { onProgress, onEvent, ...given };
}
