/** Where tests keep checkpoints that they want to look at, or to put back as they were. */

/** A store in memory, with some methods replaced. */
export function memoryStore(change = {}) {
  const kept = new Map();
  return {
    load: async (key) => kept.get(key),
    save: async (key, value) => void kept.set(key, value),
    remove: async (key) => void kept.delete(key),
    list: async () => [...kept.keys()],
    kept,
    ...change,
  };
}
