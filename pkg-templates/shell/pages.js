/** Lists that are paged by markers. */

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
