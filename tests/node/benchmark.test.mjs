/** What the benchmark makes of its figures: medians, turns, tables, verdicts. No time is measured here. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chinese } from '../../bench/lib/chinese.mjs';
import { between, writeTables } from '../../bench/lib/readme.mjs';
import { scoped } from '../../bench/lib/scope.mjs';
import { inTurns, median, medians, rowOr } from '../../bench/lib/statistics.mjs';
import { measureAll } from '../../bench/lib/suites.mjs';
import { summary } from '../../bench/lib/summary.mjs';
import { partsTable, tables } from '../../bench/lib/tables.mjs';
import { targets } from '../../bench/lib/targets.mjs';
import { rowsOf } from '../../bench/lib/weights.mjs';
import { temporaryFolder } from '../support/places.mjs';

const verdicts = (suites) => new Map(targets(suites).map(({ what, met }) => [what, met]));

test('the median is the middle one, and of two the mean', () => {
  assert.equal(median([3, 1, 100]), 3);
  assert.equal(median([4, 1, 2, 100]), 3);
  assert.equal(median([10, 9, 1]), 9);
  assert.equal(median([]), undefined);
  const results = [
    { a: 1, text: 'x' },
    { a: 5, text: 'y' },
    { a: 2, text: 'z' },
  ];
  assert.deepEqual(medians(results), { a: 2, text: 'x' });
});

test('contenders take turns; one that fails says why and is not asked again', async () => {
  const asked = [];
  const rows = await inTurns([{ name: 'a', floor: true }, { name: 'b' }], 3, async ({ name }) => {
    asked.push(name);
    if (name === 'b') {
      throw Object.assign(new Error('Command failed'), {
        stderr: '/x.mjs:1\nTypeError: no key\n    at f (x)\n\nNode.js v20',
      });
    }
    return { seconds: asked.length };
  });
  assert.deepEqual(asked, ['a', 'b', 'a', 'a']);
  assert.deepEqual(rows, [
    { name: 'a', floor: true, seconds: 3 },
    { name: 'b', failed: 'TypeError: no key' },
  ]);
});

test('a row or a suite that fails is told, and costs the others nothing', async () => {
  const done = [];
  const suites = {
    good: { title: 'good', run: async () => ({ rows: [await rowOr('a', async () => ({ ours: 1 }))] }) },
    row: {
      title: 'row',
      run: async () => ({ stores: [{ rows: [await rowOr('b', () => Promise.reject(new Error('gone')))] }] }),
    },
    suite: { title: 'suite', run: async () => Promise.reject(new Error('no cloud')) },
    last: { title: 'last', run: async () => ({ rows: [] }) },
  };
  const suiteOf = async (name) => {
    if (!suites[name]) throw new Error('no such file');
    return suites[name];
  };
  const failures = await measureAll(['good', 'row', 'suite', 'none', 'last'], suiteOf, {}, (name, result) => {
    done.push([name, result]);
  });
  assert.deepEqual(failures, ['row: b: gone', 'suite: no cloud', 'none: no such file']);
  assert.deepEqual(done, [
    ['good', { rows: [{ name: 'a', ours: 1 }] }],
    ['row', { stores: [{ rows: [{ name: 'b', failed: 'gone' }] }] }],
    ['last', { rows: [] }],
  ]);
  const failed = { name: 'peer', failed: 'gone', unit: 'ms', gib: 10 };
  for (const suite of ['weight', 'calls', 'scale']) {
    const [{ columns, rows }] = tables(suite, { rows: [failed] });
    assert.equal(rows[0].length, columns.length);
    assert.match(rows[0].join('|'), /^(peer|10)[^|]*\|gone\|+$/, suite);
  }
});

test('what was started ends last first, also after a failure', async () => {
  const ended = [];
  const work = scoped(async (context) => {
    context.after(() => ended.push('first'));
    context.after(() => ended.push('second'));
    throw new Error('broken');
  });
  await assert.rejects(work, /broken/);
  assert.deepEqual(ended, ['second', 'first']);
});

const row = (name, cpuSecondsPerGiB, seconds, peakRssMiB, more = {}) => ({
  name,
  cpuSecondsPerGiB,
  seconds,
  peakRssMiB,
  ...more,
});

function nodeSuite(ours) {
  const rows = [
    row('node:http', 1, 2, 100, { floor: true }),
    row('ims-client', ours, 2.5, 110, { ours: true }),
    row('ims-client, MD5', 3, 4, 110, { ours: true, digests: true }),
    row('peer', 4, 3, 200),
    row('peer that fails', undefined, undefined, undefined, { failed: 'no' }),
    row('node:http, and both MD5s', 2.9, 4, 100, { floor: true, digests: true }),
  ];
  return { size: 2 ** 30, stores: [{ store: 'sink', rows }] };
}

test('a target is met, not met, or not measured', () => {
  const hash = {
    rows: [
      { name: 'ims-client', md5: 700 },
      { name: 'node:crypto', md5: 800 },
    ],
  };
  const met = verdicts({ 'upload-node': nodeSuite(1.25), hash });
  assert.equal(met.get('Node: CPU of an upload, by the node:http floor'), true);
  assert.equal(met.get("Node: CPU, by the most thrifty peer's"), true);
  assert.equal(met.get("Node: time, by the best peer's"), true);
  // 3 s less the 1.9 s that the digests add to the floor: 1.1 times the floor.
  assert.equal(met.get('Node: the same with MD5, less the time of the digests themselves'), true);
  assert.equal(met.get("MD5, by node:crypto's speed"), false);
  assert.equal(met.get("MD5, by hash-wasm's speed"), undefined);
  assert.equal(met.get('Memory at 100 GiB'), undefined);
  const worse = verdicts({ 'upload-node': nodeSuite(2.1), hash });
  assert.equal(worse.get('Node: CPU of an upload, by the node:http floor'), false);
  assert.equal(worse.get("Node: CPU, by the most thrifty peer's"), false);
});

test('pages are compared with the lower floor, lists with zod, entries with their limits', () => {
  const rows = [
    row('XMLHttpRequest', 2, 3, 1, { floor: true }),
    row('fetch', 1, 3, 1, { floor: true }),
    row('ims-client', 1.2, 3, 1, { ours: true }),
    row('ims-client in its worker', 1.05, 2, 1, { ours: true }),
    row('peer', 5, 2.5, 1),
  ];
  const calls = {
    rows: [
      { name: 'a list of 1,000 images', ours: 5, value: 5 },
      { name: 'overhead of a call', ours: 0.3 },
    ],
  };
  const weight = {
    rows: [
      { name: 'ims-client', gzip: 99_900, wanted: 100_000 },
      { name: 'peer', gzip: 1 },
    ],
  };
  const met = verdicts({ 'upload-browser': { rows }, calls, weight });
  assert.equal(met.get('Chromium, ims-client: CPU, by the lower floor'), false);
  assert.equal(met.get('Chromium, ims-client in its worker: CPU, by the lower floor'), true);
  assert.equal(met.get("Chromium, ims-client: time, by the best peer's"), false);
  assert.equal(met.get("Chromium, ims-client in its worker: time, by the best peer's"), true);
  assert.equal(met.get('Decoding 1,000 images, by JSON.parse + zod'), true);
  assert.equal(met.get('Overhead of a call above bare fetch'), false);
  assert.equal(met.get('Weight of ims-client, gzip'), true);
  assert.equal(met.has('Weight of peer, gzip'), false);
});

test('tables begin with the ratio, and say why something is missing', () => {
  const [table] = tables('upload-node', nodeSuite(1.5));
  assert.deepEqual(table.rows[1], ['ims-client', '1.50 ×', '1.50', '2.5', '', '110']);
  assert.deepEqual(table.rows[4], ['peer that fails', 'no', '', '', '', '']);
  const [none] = tables('upload-browser', { rows: [], missing: 'no browser at /x' });
  assert.deepEqual(none.rows, [['no browser at /x']]);
  const line = { size: 2 ** 28, rttMs: 50, mbits: 200, stallMs: 4000 };
  const [slow] = tables('latency', {
    ...line,
    rows: [{ name: 'peer', share: 0.5, seconds: 21.4, stall: 0.25, failure: 'TypeError' }],
  });
  assert.deepEqual(slow.rows, [['peer', '50 %', '21.4', '0.3 s', 'the upload fails']]);
});

test('a page that uploads downloads every .wasm that the code asks for', async (t) => {
  const folder = await temporaryFolder(t);
  const sizes = { a_bg: 1000, a_transfers_bg: 2000, look_bg: 4000, b_bg: 500 };
  for (const [name, size] of Object.entries(sizes)) {
    await writeFile(path.join(folder, `${name}.wasm`), Buffer.alloc(size));
  }
  const asks = (...names) => names.map((name) => `new URL("./${name}.wasm",import.meta.url)`).join();
  await writeFile(path.join(folder, 'a.js'), asks('look_bg', 'a_transfers_bg', 'a_bg'));
  await writeFile(path.join(folder, 'b.js'), asks('b_bg'));
  const of = async (entry) => {
    const one = { name: `our/${entry}`, entry, wasm: `${entry}_bg.wasm`, wanted: 9 };
    const rows = await rowsOf(one, [Buffer.alloc(10)], folder);
    return rows.map(({ name, raw, wanted }) => [name, raw, wanted]);
  };
  assert.deepEqual(await of('a'), [
    ['our/a', 7010, 9],
    ['our/a, until a transfer begins', 1010, 9],
    ['our/a, until an upload looks into its file', 3010, undefined],
  ]);
  assert.deepEqual(await of('b'), [['our/b', 510, 9]]);
});

test('the parts of a .wasm are all of it', () => {
  const parts = { 'a::b': 600, c: 395, d: 3, e: 2 };
  const { rows } = partsTable({ entry: 'index', bytes: 2000, code: 1000, sections: { data: 700 }, parts });
  assert.deepEqual(rows, [
    ['a::b', '0.6', '30.0 %'],
    ['c', '0.4', '19.8 %'],
    ['2 smaller parts', '0.0', '0.3 %'],
    ['**all code**', '1.0', '50.0 %'],
    ['data: texts and tables', '0.7', '35.0 %'],
    ['types, imports, exports', '0.3', '15.0 %'],
    ['**the .wasm**', '2.0', '100.0 %'],
  ]);
});

test('the front page compares the like with the like, and every fixed word of it has a Chinese one', () => {
  const aws = '@aws-sdk/lib-storage';
  const uploads = [
    row('dear floor', 2, 1, 50, { floor: true }),
    row('floor', 1, 1, 50, { floor: true }),
    row('ims-client', 3, 1, 60),
    row(aws, 6, 1, 120),
    row('ims-client, MD5 of parts and file', 4, 1, 80),
    row(`${aws} as it comes (CRC32, SHA-256 of parts)`, 16, 1, 240),
    row('@uppy/core + @uppy/aws-s3', 2.5, 1, 1),
    row('tus-js-client (@tus/server)', 1.5, 1, 1),
  ];
  const weight = { gzip: 200_000 };
  const list = { name: 'a list of 1,000 images', ours: 5, peer: 'zod', value: 6 };
  const all = summary({
    'upload-node': { stores: [{ store: 'sink', rows: uploads.slice(0, 6) }] },
    'upload-browser': { rows: uploads },
    calls: { rows: [list] },
    weight: {
      rows: [
        { ...weight, name: 'ims-client' },
        { ...weight, name: 'ims-client, until a transfer begins' },
        { ...weight, name: `${aws} + client-s3` },
      ],
    },
  });
  const rows = all.rows.map(([what, ratio]) => `${what} ${ratio}`).slice(0, 10);
  assert.deepEqual(rows, [
    'Upload from Node, as it comes: CPU per GiB 0.25 ×',
    'Upload from Node, as it comes: peak memory 0.33 ×',
    'Upload from Node, without digests: CPU per GiB 3.00 ×',
    'Upload from Node, without digests: CPU per GiB 0.50 ×',
    'Upload from Node, without digests: peak memory 0.50 ×',
    'Upload from Chromium, as it comes: CPU per GiB 0.25 ×',
    'Upload from Chromium, without digests: CPU per GiB 3.00 ×',
    'Upload from Chromium, without digests: CPU per GiB 2.00 ×',
    'Upload from Chromium, without digests: CPU per GiB 1.20 ×',
    'Upload from Chromium, without digests: CPU per GiB 0.50 ×',
  ]);
  const { caption, columns, rows: said } = chinese(all);
  assert.equal(said.length, 13);
  const words = [caption, ...columns, ...said.map(([what]) => what)];
  assert.deepEqual(
    words.filter((word) => word && word !== 'ims-client' && !/[\u4e00-\u9fff]/.test(word)),
    [],
  );
});

test('a run of one suite leaves the tables of the others', async (t) => {
  const folder = await temporaryFolder(t);
  const marks = (name, text) => `<!-- bench: ${name} -->\n${text}\n<!-- end of bench: ${name} -->\n`;
  await mkdir(path.join(folder, 'bench'));
  const own = path.join(folder, 'bench/README.md');
  await writeFile(own, `before\n${marks('targets', 'x')}${marks('hash', 'x')}${marks('scale', 'x')}after\n`);
  for (const page of ['README.md', 'README.zh-CN.md']) {
    await writeFile(path.join(folder, page), marks('summary', 'x'));
  }
  const machine = { processor: 'P', processors: 2, memoryGiB: 8, system: 'linux', node: '20' };
  const of = (date, result) => ({ date, machine, runs: 3, result });
  const scale = {
    rows: [{ gib: 1, peakRssMiB: 100, cpuSecondsPerGiB: 1, seconds: 1, parts: 64, planMs: 1 }],
  };
  const kept = { scale: of('2026-01-01T00:00:00Z', scale) };
  const root = pathToFileURL(`${folder}${path.sep}`);
  await writeTables(root, kept, ['hash', 'scale']);
  assert.match(await readFile(own, 'utf8'), /hash -->\nNo run of this suite is kept yet\.\n<!--/);
  kept.hash = of('2026-02-02T00:00:00Z', {
    rows: [{ name: 'ims-client', md5: 500, sha256: 100, both: 400 }],
  });
  await writeTables(root, kept, ['hash', 'scale']);
  const text = await readFile(own, 'utf8');
  assert.match(text, /2026-01-01: 2 × P, 8 GiB, linux, Node 20; median of 3\./);
  assert.match(text, /2026-02-02[\s\S]*\| ims-client \| 500 \| 100 \| 400 \|/);
  assert.ok(text.startsWith('before\n') && text.endsWith('after\n') && !text.includes('\nx\n'));
  assert.match(await readFile(path.join(folder, 'README.md'), 'utf8'), /No run is kept yet/);
  assert.match(await readFile(path.join(folder, 'README.zh-CN.md'), 'utf8'), /尚无记录/);
  assert.throws(() => between('nothing', 'hash', ''), /the marks .* are missing/);
});
