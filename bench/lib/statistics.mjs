/** Medians of repeated measurements, and numbers as people read them. */

export function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (!sorted.length) return undefined;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of each field of several results of the same shape; what is no number is the first's. */
export function medians(results) {
  return Object.fromEntries(
    Object.entries(results[0]).map(([name, value]) => [
      name,
      typeof value === 'number' ? median(results.map((result) => result[name])) : value,
    ]),
  );
}

/** Why a contender could not run, in one line: what its process said, if it said something. */
export function reasonOf(error) {
  const lines = String(error?.stderr || error?.message || error)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !/^(at |Node\.js v|\^|throw )/.test(line));
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'no reason given').slice(0, 200);
}

/** What `work` measures, as a row of this name; one that cannot be measured says why. */
export async function rowOr(name, work) {
  try {
    return { name, ...(await work()) };
  } catch (error) {
    return { name, failed: reasonOf(error) };
  }
}

/**
 * Measures every contender `runs` times, one after the other in turn, so that what slows the machine for a while
 * slows all of them. A contender that cannot run is told with its reason, and costs nothing.
 */
export async function inTurns(contenders, runs, measure) {
  const results = new Map(contenders.map((contender) => [contender.name, []]));
  const reasons = new Map();
  for (let turn = 0; turn < runs; turn += 1) {
    for (const contender of contenders) {
      if (reasons.has(contender.name)) continue;
      try {
        results.get(contender.name).push(await measure(contender));
      } catch (error) {
        reasons.set(contender.name, reasonOf(error));
      }
    }
  }
  return contenders.map(({ name, ...rest }) => ({
    name,
    ...(rest.floor ? { floor: true } : {}),
    ...(rest.ours ? { ours: true } : {}),
    ...(rest.digests ? { digests: true } : {}),
    ...(reasons.has(name) ? { failed: reasons.get(name) } : medians(results.get(name))),
  }));
}
