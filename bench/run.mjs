/**
 * The benchmark: `npm run bench [-- --only upload-node,hash] [-- --runs 3] [-- --quick]`. Prints tables, and keeps the
 * figures with machine, versions and date in bench/results/. A quick run is for trying things out and is not kept.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machine } from './lib/machine.mjs';
import { writeReadme } from './lib/readme.mjs';
import { print } from './lib/tables.mjs';

const SUITES = ['weight', 'hash', 'calls', 'upload-node', 'scale'];

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
  },
});
const wanted = flags.only?.split(',') ?? SUITES;
const unknown = wanted.filter((name) => !SUITES.includes(name));
const runs = Number(flags.runs);
if (unknown.length || !Number.isInteger(runs) || runs < 1) {
  console.error(`--only takes some of ${SUITES.join(',')}; --runs a number from 1`);
  process.exit(2);
}

const results = { date: new Date().toISOString(), machine: machine(), runs, suites: {} };
for (const name of wanted) {
  const suite = await import(`./suites/${name}.mjs`);
  /** What was started, ended last first. */
  const endings = [];
  try {
    console.error(`\n=== ${suite.title} ===`);
    results.suites[name] = await suite.run(
      { after: (end) => endings.unshift(end) },
      { runs, quick: flags.quick },
    );
    print(name, results.suites[name]);
  } finally {
    for (const end of endings) await end();
  }
}
if (!flags.quick) {
  const folder = new URL('./results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const file = new URL(`${results.date.slice(0, 19).replaceAll(':', '')}.json`, folder);
  if (wanted.length === SUITES.length) await writeReadme(results);
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
  console.error(`\nkept in bench/results/${file.pathname.split('/').at(-1)}`);
}
