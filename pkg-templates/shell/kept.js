/** Whether a browser keeps uploads that can go on: where it keeps none, what lists them need not be loaded. */

// As src/js/checkpoints/indexed_db.rs names them.
const NAME = 'ims-client';
const CHECKPOINTS = 'checkpoints';
/** Who looks properly knows what to do about a database that does not answer. */
const PATIENCE_MS = 1000;

/** What finds out whether a store of the browser's own certainly holds no upload; undefined for any other. */
export function emptinessOf(store) {
  if (store === undefined || store === null) return () => keepsNone(NAME);
  try {
    const { account, ...others } = store;
    const named = typeof account === 'string' && account !== '' && Object.keys(others).length === 0;
    return named ? () => keepsNone(`${NAME}:${account}`) : undefined;
  } catch {
    // What cannot be read is refused by who opens it.
    return undefined;
  }
}

/** Resolves to true where the database of a name certainly holds no upload. */
async function keepsNone(name) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false);
  });
  // No such database here, or one that refuses: not certain.
  const looked = look(name).catch(() => false);
  const none = await Promise.race([looked, late]);
  clearTimeout(timer);
  return none;
}

async function look(name) {
  // Opening would make it.
  const all = await indexedDB.databases();
  if (!all.some((database) => database.name === name)) return true;
  const opening = indexedDB.open(name);
  // Deleted a moment ago: nobody may find a database without its stores.
  opening.onupgradeneeded = () => opening.transaction.abort();
  const database = await result(opening);
  try {
    return (await result(database.transaction(CHECKPOINTS).objectStore(CHECKPOINTS).count())) === 0;
  } finally {
    database.close();
  }
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
