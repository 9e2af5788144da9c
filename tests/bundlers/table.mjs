/** The table of environments in the READMEs: made from the results of a run of all of them, never typed. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../support/places.mjs';
import { inChinese } from './chinese.mjs';
import { ENVIRONMENTS, versions } from './environments.mjs';

const [START, END] = ['<!-- environments: made by npm run test:matrix -- --write -->', '<!-- end -->'];

/** The READMEs, with the words of their tables. */
const READMES = [
  {
    file: 'README.md',
    head: ['environment', 'import', 'upload', 'in a worker', 'versions'],
    yes: 'passed',
    no: 'cannot work',
    said: (text) => text,
  },
  {
    file: 'README.zh-CN.md',
    head: ['环境', '导入方式', '上传', '在 worker 中', '版本'],
    yes: '通过',
    no: '无法工作',
    said: inChinese,
  },
];

/** The lines of the table; every one of these environments has passed. */
function table({ head, yes, no, said }, environments, browser) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const lines = [row(head), row(head.map(() => '---'))];
  for (const environment of environments) {
    const [name, how, cannot] = [environment.name, environment.how, environment.cannot].map(
      (text) => text && said(text),
    );
    const used = [...versions(environment), ...(environment.page ? [browser] : [])].join(', ');
    lines.push(row(cannot ? [name, cannot, no, no, used] : [name, how, yes, yes, used]));
  }
  return lines.join('\n');
}

/** Puts the table into the READMEs. Only a run of everything may: a row that was not tried would say so otherwise. */
export async function writeTable(passed, browser) {
  if (passed.length !== ENVIRONMENTS.length) throw new Error('--write takes a run of all environments');
  for (const readme of READMES) {
    const file = path.join(ROOT, readme.file);
    const text = await readFile(file, 'utf8');
    const [start, end] = [text.indexOf(START), text.indexOf(END)];
    if (start < 0 || end < start) throw new Error(`${readme.file} has no place for the table: ${START}`);
    const made = table(readme, passed, browser);
    await writeFile(file, `${text.slice(0, start)}${START}\n${made}\n${text.slice(end)}`);
  }
}

/** What a README says of the environments, their names and how they import, in the table's order; and what it should. */
export async function tabled(file) {
  const { said } = READMES.find((readme) => readme.file === file);
  const text = await readFile(path.join(ROOT, file), 'utf8');
  const rows = text.slice(text.indexOf(START), text.indexOf(END)).split('\n').slice(3);
  const [found, wanted] = [
    rows.filter(Boolean).map((row) => row.replace(/^\| /, '').split(' | ').slice(0, 2)),
    ENVIRONMENTS.map(({ name, how, cannot }) => [name, cannot ?? how].map(said)),
  ];
  return { found, wanted };
}
