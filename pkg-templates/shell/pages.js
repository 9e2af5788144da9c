/** Lists that are paged by markers, and by how many entries to pass over. */

/**
 * Page after page, one entry at a time; ends at an empty page, without a marker, and where a marker comes again. `next`
 * gives the entries of a page, asked for by a request, and the marker of the one after it.
 */
export async function* pages(list, request, next) {
  const asked = new Set();
  let page = request ?? {};
  for (;;) {
    const [entries, marker] = next(await list(page), page);
    yield* entries;
    if (entries.length === 0 || !marker || asked.has(marker)) return;
    asked.add(marker);
    page = { ...page, marker };
  }
}

/** A copy of a request for pages of it; where it is no object or cannot be read, the list itself refuses it. */
export async function copied(list, request) {
  try {
    if (typeof (request ?? {}) === 'object') return { ...request };
  } catch {
    // A getter threw.
  }
  return list(request);
}

/**
 * The same for lists with `limit` (100 where the request names none) and `offset`; `field` holds the entries. An entry
 * that a page shows again (the list moved) is passed over: one with the same `key`, or the same in all where it has none.
 * `more` is asked for, too.
 */
export async function* offsetPages(list, request, field, key, more) {
  const { limit = 100, offset = 0, ...rest } = { ...(await copied(list, request)), ...more };
  const seen = new Set();
  for (let passed = offset; ; ) {
    const {
      [field]: entries = [],
      count,
      total_count: total = count,
    } = await list({ ...rest, limit, offset: passed });
    const before = seen.size;
    for (const entry of entries) {
      const name = entry?.[key] ?? JSON.stringify(entry);
      if (seen.has(name)) continue;
      seen.add(name);
      yield entry;
    }
    passed = Number(passed) + entries.length;
    // Some services give fewer than they are asked for, and say how many there are. A page without anything new would
    // lead round for ever.
    const isLast = entries.length < Number(limit) && !(total > passed);
    if (isLast || seen.size === before) return;
  }
}
