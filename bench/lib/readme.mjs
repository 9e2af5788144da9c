/** Writes the tables of a run between the marks of bench/README.md and the READMEs; what it did not measure stays. */
import { readFile, writeFile } from 'node:fs/promises';
import { chinese } from './chinese.mjs';
import { summary } from './summary.mjs';
import { markdown, tables, targetTable } from './tables.mjs';
import { targets } from './targets.mjs';

/** The text with what is between the marks of this name replaced; a missing mark is an error. */
export function between(text, name, replacement) {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- end of bench: ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`the marks ${begin} and ${end} are missing, or in the wrong order`);
  return `${text.slice(0, from + begin.length)}\n${replacement}\n${text.slice(to)}`;
}

/** On what, when and how a suite was measured. */
export function circumstances({ date, machine, runs }) {
  const { processor, processors, memoryGiB, system, node, chromium } = machine;
  const browser = chromium ? `, ${chromium}` : '';
  return `${date.slice(0, 10)}: ${processors} × ${processor}, ${memoryGiB} GiB, ${system}, Node ${node}${browser}; median of ${runs}.`;
}

/** `kept` holds the latest result of each suite: `{ suite: { date, machine, runs, result } }`. */
export async function writeTables(folder, kept, suites) {
  const results = Object.fromEntries(Object.entries(kept).map(([name, { result }]) => [name, result]));
  const own = new URL('bench/README.md', folder);
  let text = await readFile(own, 'utf8');
  for (const name of suites) {
    const one = kept[name];
    const lines = one
      ? [circumstances(one), ...tables(name, one.result).map(markdown)]
      : ['No run of this suite is kept yet.'];
    text = between(text, name, lines.join('\n\n'));
  }
  text = between(text, 'targets', markdown(targetTable(targets(results))));
  const front = async (name, table) => {
    const page = new URL(name, folder);
    return [page, between(await readFile(page, 'utf8'), 'summary', markdown(table))];
  };
  const short = summary(results);
  const pages = [
    [own, text],
    await front('README.md', short),
    await front('README.zh-CN.md', chinese(short)),
  ];
  for (const [page, written] of pages) await writeFile(page, written);
}
