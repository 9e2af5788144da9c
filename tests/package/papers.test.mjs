/** What is written for maintainers and users names only what is there: links, files, folders, commands. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../support/places.mjs';

const documents = await readdir(path.join(ROOT, 'docs'));
const PAPERS = [
  'README.md',
  'README.zh-CN.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'pkg-templates/README.md',
  'emulator/README.md',
  'tests/README.md',
  'www/README.md',
  ...documents.map((name) => `docs/${name}`),
];
/** Where the papers for maintainers count from. */
const BASES = ['', 'src', 'src/api', 'pkg-templates', 'xtask/src', 'tests', 'tests/support'];
const exists = (place) => existsSync(path.join(ROOT, place));

/** Headings as their anchors: lower case, words joined by hyphens, no other signs. */
function anchors(text) {
  const titles = text.replaceAll(/```.*?```/gs, '').match(/^#+ .*$/gm) ?? [];
  return titles.map((title) =>
    title
      .replace(/^#+ /, '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

for (const paper of PAPERS) {
  test(`${paper}: its links lead somewhere`, async () => {
    const text = await readFile(path.join(ROOT, paper), 'utf8');
    const broken = [];
    for (const [, link] of text.replaceAll(/```.*?```/gs, '').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [file, anchor] = link.split('#');
      const place = file ? path.join(path.dirname(paper), file) : paper;
      if (!exists(place)) broken.push(link);
      else if (anchor && !anchors(await readFile(path.join(ROOT, place), 'utf8')).includes(anchor))
        broken.push(link);
    }
    assert.deepEqual(broken, []);
  });
}

for (const paper of ['docs/architecture.md', 'docs/adding-an-operation.md', 'docs/releasing.md']) {
  test(`${paper}: the files and folders that it names are there`, async () => {
    const text = await readFile(path.join(ROOT, paper), 'utf8');
    const named = [...text.matchAll(/`([\w./-]+)`/g)].map(([, name]) => name);
    const places = named.filter(
      (name) => /\/|\.(rs|js|mjs|md|toml)$/.test(name) && !/^(ims-client|node_modules)\b/.test(name),
    );
    assert.ok(places.length > 1, String(places));
    const missing = places.filter((name) => {
      const ends = ['', '.rs', '.mjs', '.test.mjs'];
      return !BASES.some((base) => ends.some((end) => exists(path.join(base, name + end))));
    });
    assert.deepEqual(missing, []);
  });
}

test('the npm scripts and commands of xtask that are named exist', async () => {
  const { scripts } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
  const main = await readFile(path.join(ROOT, 'xtask/src/main.rs'), 'utf8');
  const unknown = [];
  for (const paper of PAPERS.filter((name) => name !== 'pkg-templates/README.md')) {
    const text = await readFile(path.join(ROOT, paper), 'utf8');
    for (const [, name] of text.matchAll(/\bnpm run ([\w:]+)/g))
      if (!scripts[name]) unknown.push(`${paper}: npm run ${name}`);
    for (const [, name] of text.matchAll(/\bcargo xtask ([a-z]+)/g))
      if (!main.includes(`"${name}" =>`) && name !== 'help') unknown.push(`${paper}: cargo xtask ${name}`);
  }
  assert.deepEqual(unknown, []);
});
