/**
 * The benchmark: `npm run bench [-- --only upload-node,hash] [-- --runs 3] [-- --quick]`. Prints tables, keeps the figures
 * with machine, versions and date in bench/results/, and writes the tables of bench/README.md and README.md from what is
 * kept there: of each suite the last run. A quick run is for trying things out and is not kept.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machine } from './lib/machine.mjs';
import { writeTables } from './lib/readme.mjs';
import { measureAll } from './lib/suites.mjs';
import { print, printTable, targetTable } from './lib/tables.mjs';
import { targets } from './lib/targets.mjs';

const SUITES = ['weight', 'hash', 'calls', 'upload-node', 'upload-browser', 'latency', 'scale'];
const RESULTS = new URL('./results/', import.meta.url);

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    tables: { type: 'boolean', default: false },
  },
});
const wanted = flags.tables ? [] : (flags.only?.split(',') ?? SUITES);
const unknown = wanted.filter((name) => !SUITES.includes(name));
const runs = Number(flags.runs);
if (unknown.length || !Number.isInteger(runs) || runs < 1) {
  console.error(
    `--only takes some of ${SUITES.join(',')}; --runs a number from 1; --tables only writes the tables`,
  );
  process.exit(2);
}

/** The last result of each suite: `{ suite: { date, machine, runs, result } }`. */
async function kept() {
  const last = {};
  // The names begin with the date.
  const names = (await readdir(RESULTS)).filter((name) => name.endsWith('.json')).sort();
  for (const name of names) {
    const { suites, ...circumstances } = JSON.parse(await readFile(new URL(name, RESULTS), 'utf8'));
    for (const [suite, result] of Object.entries(suites)) last[suite] = { ...circumstances, result };
  }
  return last;
}

const results = { date: new Date().toISOString(), machine: machine(), runs, suites: {} };
const file = new URL(`${results.date.slice(0, 19).replaceAll(':', '')}.json`, RESULTS);

/** After each suite: a later one that fails takes nothing with it. */
async function keep() {
  if (flags.quick) return;
  await mkdir(RESULTS, { recursive: true });
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
}

const failures = await measureAll(
  wanted,
  (name) => import(`./suites/${name}.mjs`),
  { runs, quick: flags.quick },
  async (name, result) => {
    results.suites[name] = result;
    print(name, result);
    await keep();
  },
);
if (wanted.length) printTable(targetTable(targets(results.suites)));
if (!flags.quick) {
  if (Object.keys(results.suites).length)
    console.error(`\nkept in bench/results/${file.pathname.split('/').at(-1)}`);
  await writeTables(new URL('../', import.meta.url), await kept(), SUITES);
}
if (failures.length) {
  console.error(`\n${failures.length} could not be measured:\n${failures.join('\n')}`);
  process.exitCode = 1;
}
