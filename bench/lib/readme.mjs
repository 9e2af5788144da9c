/** Writes the tables of a run into bench/README.md, between its two marks. */
import { readFile, writeFile } from 'node:fs/promises';
import { markdown, tables } from './tables.mjs';

const README = new URL('../README.md', import.meta.url);
const [BEGIN, END] = ['<!-- results -->', '<!-- end of results -->'];

export async function writeReadme({ date, machine, runs, suites }) {
  const text = await readFile(README, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${README.pathname} lacks ${BEGIN} or ${END}`);
  const { processor, processors, memoryGiB, system, node } = machine;
  const where = `${date.slice(0, 10)}: ${processors} × ${processor}, ${memoryGiB} GiB, ${system}, Node ${node}; median of ${runs}.`;
  const all = Object.entries(suites).flatMap(([name, result]) => tables(name, result).map(markdown));
  const results = [BEGIN, where, ...all].join('\n\n');
  await writeFile(README, `${text.slice(0, from)}${results}\n\n${text.slice(to)}`);
}
