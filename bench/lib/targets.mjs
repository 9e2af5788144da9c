/** What the project set out to reach, and whether a run reached it: computed from the figures, never typed. */

const CPU = 'cpuSecondsPerGiB';

const times = (value, of) => (value > 0 && of > 0 ? value / of : undefined);
const least = (rows, key) => {
  const values = rows.map((row) => row[key]).filter((value) => typeof value === 'number');
  return values.length ? Math.min(...values) : undefined;
};
const named = (rows, name) => rows?.find((row) => row.name === name);

/**
 * A target: `{ what, wanted, got, met }`; `met` is undefined where the run has not measured it. `wanted` and `got` are
 * texts for people.
 */
function target(what, got, limit, { unit = '×', digits = 2, above = false } = {}) {
  const known = typeof got === 'number' && typeof limit === 'number' && Number.isFinite(got);
  const met = known ? (above ? got >= limit : got <= limit) : undefined;
  const text = (number) =>
    typeof number === 'number' ? `${number.toFixed(digits)} ${unit}`.trim() : 'not measured';
  return { what, wanted: `${above ? 'at least' : 'at most'} ${text(limit)}`, got: text(got), met };
}

function uploads(node) {
  const into = (name) => node?.stores.find(({ store }) => store === name)?.rows ?? [];
  const isPlainPeer = (row) => !row.floor && !row.ours && !row.digests;
  const kept = into('disk');
  const rows = into('sink');
  const floor = rows.find((row) => row.floor)?.[CPU];
  const ours = named(rows, 'ims-client');
  const withDigests = rows.find((row) => row.ours && row.digests);
  const peers = rows.filter((row) => !row.floor && !row.ours);
  // What digests cost beside an upload: a machine that does something else as well takes longer for them.
  const digested = rows.find((row) => row.floor && row.digests)?.[CPU];
  const digesting = withDigests && digested ? withDigests[CPU] - (digested - floor) : undefined;
  const plain = rows.filter(isPlainPeer);
  return [
    target('Node: CPU of an upload, by the node:http floor', times(ours?.[CPU], floor), 1.25),
    target('Node: the same with MD5, less the time of the digests themselves', times(digesting, floor), 1.25),
    target("Node: CPU, by the most thrifty peer's", times(ours?.[CPU], least(peers, CPU)), 0.5),
    target("Node: time, by the best peer's", times(ours?.seconds, least(plain, 'seconds')), 1),
    target(
      "Node: time into a store that keeps, by the best peer's",
      times(named(kept, 'ims-client')?.seconds, least(kept.filter(isPlainPeer), 'seconds')),
      1,
    ),
    target("Node: peak memory, by the lowest peer's", times(ours?.peakRssMiB, least(peers, 'peakRssMiB')), 1),
  ];
}

function pages(browser) {
  const rows = browser?.rows ?? [];
  const floor = least(
    rows.filter((row) => row.floor),
    CPU,
  );
  const plain = rows.filter((row) => !row.floor && !row.ours && !row.digests);
  return ['ims-client', 'ims-client in its worker'].flatMap((name) => {
    const ours = named(rows, name);
    return [
      target(`Chromium, ${name}: CPU, by the lower floor`, times(ours?.[CPU], floor), 1.1),
      target(`Chromium, ${name}: time, by the best peer's`, times(ours?.seconds, least(plain, 'seconds')), 1),
    ];
  });
}

function scale(result) {
  const at = (gib) => result?.rows.find((row) => row.gib === gib);
  const [one, hundred] = [at(1), at(100)];
  return [
    target('Memory at 100 GiB, by that at 1 GiB', times(hundred?.peakRssMiB, one?.peakRssMiB), 1.1),
    target('Memory at 100 GiB', hundred?.peakRssMiB, 130, { unit: 'MiB', digits: 0 }),
  ];
}

function digests(result) {
  const md5 = (name) => named(result?.rows, name)?.md5;
  const ours = md5('ims-client');
  return [
    target("MD5, by node:crypto's speed", times(ours, md5('node:crypto')), 0.9, { above: true }),
    target("MD5, by hash-wasm's speed", times(ours, md5('hash-wasm')), 1, { above: true }),
  ];
}

function calls(result) {
  const row = (start) => result?.rows.find(({ name }) => name.startsWith(start));
  const list = row('a list of 1,000 images');
  return [
    target('Decoding 1,000 images, by JSON.parse + zod', times(list?.ours, list?.value), 1),
    target('Overhead of a call above bare fetch', row('overhead of a call')?.ours, 0.2, {
      unit: 'ms',
      digits: 3,
    }),
  ];
}

function weight(result) {
  const rows = result?.rows.filter((row) => row.wanted) ?? [];
  return rows.map((row) =>
    target(`Weight of ${row.name}, gzip`, row.gzip / 1000, row.wanted / 1000, { unit: 'KB', digits: 1 }),
  );
}

/** Every target, with what the suites of a run (or of several) say of it. */
export function targets(suites) {
  return [
    ...uploads(suites['upload-node']),
    ...pages(suites['upload-browser']),
    ...scale(suites.scale),
    ...digests(suites.hash),
    ...calls(suites.calls),
    ...weight(suites.weight),
  ];
}
