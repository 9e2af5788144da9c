/** Uploads that the tests begin, watch and interrupt, in a page or in a worker; everything told is plain JSON. */
import { CecloudImsClient, ImsError } from './ims-client/index.js';
import { inspect } from './ims-client/inspect.js';
import { makeFile } from './work.mjs';

let file;
let handle;
let pending = [];
const tasks = [];
const clients = [];
/** Requests that failed, as the clients tell. */
let failures = 0;

/** The file that the next uploads are of. */
export function take(picked) {
  file = picked ?? file;
}

function newClient({ endpoint, retry }) {
  const onRequest = ({ error, status }) => {
    failures += error || status >= 400 ? 1 : 0;
  };
  const ims = new CecloudImsClient({ endpoint, region: 'region0', retry, onRequest });
  clients.push(ims);
  return ims;
}

/** What an upload is given: the picked file, the same as a Blob without name and time, twice over, or a handle of it. */
function source(kind) {
  if (kind === 'file') return file;
  if (kind === 'blob') return new Blob([file]);
  if (kind === 'twice') return new Blob([file, file]);
  return kind === 'handle' ? handle : undefined;
}

function told(error) {
  const { kind, code, field, message, resumable, retryable, attempts } = error;
  return {
    isImsError: error instanceof ImsError,
    kind,
    code,
    field,
    message,
    resumable,
    retryable,
    attempts,
  };
}

/** Begins to watch a task; gives the number it is asked about by. */
function watch(start) {
  const seen = { events: [], progress: [], outcome: undefined };
  const task = start({
    onEvent: (event) => seen.events.push(event),
    onProgress: ({ phase, bytesSent }) => seen.progress.push([phase, bytesSent]),
  });
  task.done.then(
    (result) => Object.assign(seen, { outcome: { result } }),
    (error) => Object.assign(seen, { outcome: { error: told(error) } }),
  );
  tasks.push({ task, seen });
  return tasks.length - 1;
}

/** What is open at one origin at a time, and how much at most. */
const meter = { open: 0, most: 0 };

function opened() {
  meter.open += 1;
  meter.most = Math.max(meter.most, meter.open);
}

function closed() {
  meter.open -= 1;
}

const unclosed = new Set();

/** Waits for a request to the browser's databases. */
function settled(request, then = () => {}) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(then(request));
    request.onerror = () => reject(request.error);
  });
}

/** What a request to the store of leases gives. */
async function inLeases(ask) {
  const database = await settled(indexedDB.open('ims-client'), ({ result }) => result);
  try {
    return await settled(
      ask(database.transaction('leases', 'readwrite').objectStore('leases')),
      ({ result }) => result,
    );
  } finally {
    database.close();
  }
}

const ACTIONS = {
  makeFile: async (recipe) => {
    file = await makeFile(recipe);
    return file.size;
  },
  /** Puts the file into the private file system of the origin and keeps its handle only. */
  intoPrivateFiles: async ({ name }) => {
    const folder = await navigator.storage.getDirectory();
    handle = await folder.getFileHandle(name, { create: true });
    const writable = await handle.createWritable();
    await writable.write(file);
    await writable.close();
    file = undefined;
    return (await handle.getFile()).size;
  },
  /** What `inspect()` says of the file, or why it refuses. */
  inspect: ({ kind }) => inspect(source(kind)).catch((error) => ({ error: told(error) })),
  begin: ({ client, kind, target, options }) =>
    watch((callbacks) => newClient(client).upload(source(kind), target, { ...options, ...callbacks })),
  pending: async ({ client, store }) => {
    pending = await newClient(client).pendingUploads(store);
    return pending.map((upload) => ({ ...upload }));
  },
  /** How looking for pending uploads fails when the client is closed before the browser has said what it keeps. */
  pendingOfClosed: async ({ client }) => {
    const { databases } = IDBFactory.prototype;
    const ims = newClient(client);
    IDBFactory.prototype.databases = function () {
      ims.close();
      return databases.call(this);
    };
    return ims.pendingUploads().then(
      () => 'no error',
      ({ kind }) => kind,
    );
  },
  resume: ({ kind, options }) =>
    watch((callbacks) => pending[0].resume(source(kind), { ...options, ...callbacks })),
  discard: () => pending[0].discard(),
  /** State, events and outcome of a task; of its progress the last only. */
  look: ({ id }) => {
    const { task, seen } = tasks[id];
    const { events, progress, outcome } = seen;
    return {
      state: task.state,
      imageId: task.imageId,
      shown: task.progress,
      events,
      progress,
      outcome,
      failures,
    };
  },
  ask: async ({ id, what }) => {
    await tasks[id].task[what]();
  },
  /** Which of the things that only secure pages have are here. */
  abilities: () => ({
    secure: globalThis.isSecureContext,
    locks: Boolean(navigator.locks),
    privateFiles: Boolean(navigator.storage?.getDirectory),
    subtle: Boolean(globalThis.crypto?.subtle),
  }),
  databases: async () => (await indexedDB.databases()).map(({ name }) => name),
  /** From now on nothing says which databases there are: it fails, or never answers. */
  hideDatabases: ({ how }) => {
    IDBFactory.prototype.databases = () => (how === 'fails' ? Promise.reject('none') : new Promise(() => {}));
  },
  /** Databases that were opened and are not closed. */
  watchDatabases: () => {
    const { open } = IDBFactory.prototype;
    const { close } = IDBDatabase.prototype;
    IDBFactory.prototype.open = function (...parameters) {
      const request = open.apply(this, parameters);
      request.addEventListener('success', () => unclosed.add(request.result));
      return request;
    };
    IDBDatabase.prototype.close = function () {
      unclosed.delete(this);
      return close.call(this);
    };
  },
  unclosed: () => unclosed.size,
  /** Somebody else's database of this name. */
  makeOtherDatabase: ({ name }) =>
    settled(indexedDB.open(name, 3), (request) => {
      request.result.close();
    }),
  leases: () => inLeases((store) => store.getAll()),
  /** Leaves of each lease what one leaves that was taken over. */
  leaveLeases: async () => {
    for (const key of await inLeases((store) => store.getAllKeys()))
      await inLeases((store) => store.put({}, key));
  },
  deleteDatabase: () => settled(indexedDB.deleteDatabase('ims-client')),
  breakDatabase: () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('the database is broken', 'UnknownError');
    };
  },
  /** From now on counts the requests that are under way to an origin, preflights not among them. */
  measure: ({ origin }) => {
    const { open, send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (...parameters) {
      this.isMeasured = new URL(parameters[1], location.href).origin === origin;
      return open.apply(this, parameters);
    };
    XMLHttpRequest.prototype.send = function (...parameters) {
      if (this.isMeasured) {
        opened();
        // The connection is free with it; 'loadend' comes after whatever 'load' has begun.
        this.addEventListener('readystatechange', () => this.readyState === XMLHttpRequest.DONE && closed());
      }
      return send.apply(this, parameters);
    };
    const plain = globalThis.fetch;
    globalThis.fetch = async (request, ...parameters) => {
      if (new URL(request.url ?? request, location.href).origin !== origin)
        return plain(request, ...parameters);
      opened();
      try {
        return await plain(request, ...parameters);
      } finally {
        closed();
      }
    };
  },
  measured: () => meter,
  close: () => {
    for (const ims of clients.splice(0)) ims.close();
  },
};

/** Does one of these. */
export async function act(name, request = {}) {
  return ACTIONS[name](request);
}
