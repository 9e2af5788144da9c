/** Lists that are paged by markers, by numbers, and by how many entries to pass over. */
import { shellError } from './errors.js';

/** What of a page was on none before, by `key`, or by all of an entry that has none: a list may move while it is read. */
function unseen(key) {
  const seen = new Set();
  return (entries) =>
    entries.filter((entry) => {
      const name = entry?.[key] ?? JSON.stringify(entry);
      return !seen.has(name) && seen.add(name);
    });
}

/**
 * Page after page, one entry at a time; ends at an empty page and without a marker, and rejects where one comes again: what
 * follows would be told by none. `next` gives the entries of a page, asked for by a request, and the marker of the one after it.
 */
export async function* pages(operation, list, request, key, next) {
  const news = unseen(key);
  const asked = new Set();
  let page = request ?? {};
  for (;;) {
    const [entries, marker] = next(await list(page), page);
    yield* news(entries);
    if (entries.length === 0 || !marker) return;
    if (asked.has(marker)) {
      const words = `the service repeats the page after ${marker}; sort by another key`;
      throw shellError('protocol', operation, words);
    }
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
 * The same for pages that `turn` gives one after the other, each with how many entries there are and a full page has. Some
 * services give fewer than they are asked for, or count pages for entries: only what is both short and the rest is the last.
 */
export async function* turned(turn, key) {
  const news = unseen(key);
  for (let passed = 0, fresh = 0, idle = 0, before; ; ) {
    const [entries, total, full] = await turn();
    const found = news(entries);
    yield* found;
    passed += entries.length;
    if (found.length > 0) {
      fresh += 1;
      idle = 0;
    } else idle += 1;
    // A list that moved shows as many pages again as there were at most, and no page three times.
    const first = JSON.stringify(entries[0]);
    const isLast = entries.length < full && !(total > passed);
    if (isLast || entries.length === 0 || idle > fresh || (idle > 1 && first === before)) return;
    before = first;
  }
}

/** The same for lists with `limit` (100 where the request names none) and `offset`; `field` holds the entries. `more` is asked for, too. */
export async function* offsetPages(list, request, field, key, more) {
  const { limit = 100, offset = 0, ...rest } = { ...(await copied(list, request)), ...more };
  let passed = offset;
  yield* turned(async () => {
    const answer = await list({ ...rest, limit, offset: passed });
    const { [field]: entries = [], count, total_count: total = count } = answer;
    passed = Number(passed) + entries.length;
    return [entries, total - offset, Number(limit)];
  }, key);
}
