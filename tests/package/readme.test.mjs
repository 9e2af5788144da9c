/** The examples of the READMEs: all are compiled against the package, and run against the local cloud. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { ACCOUNTS, putObject } from '../support/huawei.mjs';
import { KEYS } from '../support/huawei-uploads.mjs';
import { makeQcow2, makeRandomRaw } from '../support/images.mjs';
import { CLIENT_DIR, ROOT, temporaryFolder } from '../support/places.mjs';
import { leaveOne } from '../support/reference/cecloud.mjs';
import { smallImage } from '../support/samples.mjs';

const BESIDE = path.join(CLIENT_DIR, '..', '..');

/** What the examples take as given. */
const GIVEN = `
import type { CecloudImsClient, CreateImage } from 'ims-client';
declare global {
  const ims: CecloudImsClient;
  const file: File | { path: string };
  const metadata: CreateImage;
  const id: string, user: string, password: string, secret: string, server: string;
  const accessKey: string, secretKey: string, key: string;
  function fetchToken(): Promise<string>;
  function mySignature(method: string, url: string, body: unknown): Promise<Record<string, string>>;
}
`;

/** The blocks of JavaScript, those of options as the options that they are. */
async function blocks(file) {
  const text = await readFile(path.join(ROOT, file), 'utf8');
  return [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => {
    if (!code.startsWith('auth:')) return code;
    const list = code
      .trim()
      .split('\n')
      .map((line) => line.replace(/^auth: (.*?)( \/\/.*)?$/, '  $1,'));
    return `import type { Auth } from 'ims-client';\nexport const all: Auth[] = [\n${list.join('\n')}\n];\n`;
  });
}

const README = await blocks('README.md');

async function folder(t) {
  const made = await mkdtemp(path.join(BESIDE, 'readme-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

test('every example compiles', { timeout: 120_000 }, async (t) => {
  const here = await folder(t);
  const files = [path.join(here, 'given.mts')];
  await writeFile(files[0], GIVEN);
  for (const readme of ['README.md', 'pkg-templates/README.md']) {
    const examples = await blocks(readme);
    assert.ok(examples.length >= 2, `${examples.length} examples`);
    for (const [at, code] of examples.entries()) {
      const file = path.join(here, `${readme.replace('/', '-')}-example-${at + 1}.mts`);
      await writeFile(file, `${code}\nexport {};\n`);
      files.push(file);
    }
  }
  const options = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'],
    strict: true,
    noEmit: true,
    // As in a project of Node: the examples of Node import its modules.
    types: ['node'],
    typeRoots: [path.join(ROOT, 'node_modules/@types')],
  };
  const said = ts
    .getPreEmitDiagnostics(ts.createProgram(files, options))
    .map(({ file, start, messageText }) => {
      const { line } = file.getLineAndCharacterOfPosition(start);
      const code = file.text.split('\n')[line];
      return `${path.basename(file.fileName)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}: ${code}`;
    });
  assert.deepEqual(said, []);
});

/** What the READMEs' code goes on from, against the local cloud. */
async function given(t, emulator) {
  // Before the folder goes.
  t.after(() => process.chdir(ROOT));
  const place = await temporaryFolder(t);
  await makeQcow2(path.join(place, 'disk.qcow2'), 8);
  const { domain, user, password, project } = ACCOUNTS.demo;
  const auth = { auth_url: `${emulator.huawei}/v3`, username: user, password, project_id: project };
  const demo = { auth: { ...auth, user_domain_name: domain } };
  await writeFile(path.join(place, 'clouds.yaml'), JSON.stringify({ clouds: { demo } }));
  await putObject(emulator, 'my-images', 'any', new Uint8Array(1));
  process.chdir(place);
  const metadata = smallImage({ name: 'disk', minDisk: 20 });
  const server = '877a2cda-ba63-4e1e-b95f-e67e48b6129a';
  return { ims: newClient(t, emulator.ims), metadata, file: { path: 'disk.qcow2' }, server, ...KEYS };
}

/** The addresses of the local cloud in the place of the examples'. */
function atHome(code, emulator) {
  const huawei = `endpoint: '${emulator.huawei}', projectId: '${ACCOUNTS.demo.project}'`;
  return code
    .replace(/https:\/\/(ims|proxy)\.example\.com(\/ims)?/g, emulator.ims)
    .replace("region: 'cn-north-4'", huawei)
    .replace("{ bucket: 'my-images' }", `{ bucket: 'my-images', endpoint: '${emulator.oss}' }`)
    .replace('{ onProgress: ({ status })', '{ intervalMs: 20, onProgress: ({ status })');
}

/** What `pendingUploads` finds. */
async function leave(emulator) {
  const { ims, metadata } = globalThis;
  const checkpoint = { directory: './uploads' };
  await makeRandomRaw('disk.raw', 11 * 1024 * 1024);
  await leaveOne({ ims, emulator, metadata: { ...metadata, diskFormat: 'raw' }, checkpoint });
  assert.equal((await ims.pendingUploads(checkpoint)).length, 1);
}

describe('README.md: its code runs when it is pasted', () => {
  const endings = [];
  let emulator;
  before(async () => {
    emulator = await startEmulator({ after: (end) => endings.unshift(end) });
  });
  after(async () => {
    for (const end of endings) await end();
  });
  // The worker's runs in a page, in reference.test.mjs; the list of ways to authenticate is no program.
  const others = /^import type|createUploadWorker/;
  for (const [at, code] of README.filter((each) => !others.test(each)).entries()) {
    test(`example ${at + 1}: ${code.trim().split('\n').at(-1).slice(0, 60)}`, {
      timeout: 60_000,
    }, async (t) => {
      const here = await folder(t);
      Object.assign(globalThis, await given(t, emulator));
      t.mock.method(console, 'log', () => {});
      if (code.includes('pendingUploads')) await leave(emulator);
      const file = path.join(here, 'example.mjs');
      await writeFile(file, atHome(code, emulator));
      await import(pathToFileURL(file).href);
      if (at === 0) {
        assert.deepEqual(
          (await emulator.images()).map(({ status, name }) => [status, name]),
          [['active', 'disk']],
        );
      }
    });
  }
});

test('README.zh-CN.md is README.md in Chinese: the same headings, links, tables and code', async () => {
  const [english, chinese] = await Promise.all(['README.md', 'README.zh-CN.md'].map(outline));
  assert.deepEqual(chinese, english);
  const text = await readFile(path.join(ROOT, 'README.zh-CN.md'), 'utf8');
  const titles = text.match(/^#{2,} .*$/gm);
  assert.deepEqual(
    titles.filter((title) => !/[\u4e00-\u9fff]/.test(title)),
    [],
    'every heading is Chinese',
  );
});

/** What both languages have in common: levels of headings, code without its comments, what is linked, rows of tables. */
async function outline(file) {
  const text = await readFile(path.join(ROOT, file), 'utf8');
  const code = [...text.matchAll(/```(.*?)```/gs)].map(([, block]) =>
    block
      .split('\n')
      .map((line) => line.replace(/(^|\s)(\/\/|#) .*$/, '').trimEnd())
      .join('\n'),
  );
  // What programs write between two marks is theirs, in each language.
  const prose = text.replaceAll(/```.*?```/gs, '').replaceAll(/<!-- \w+: .*?<!-- end.*?-->/gs, '');
  const own = ['README.md', 'README.zh-CN.md'];
  const links = [...prose.matchAll(/\]\(([^)#]+)/g)]
    .map(([, link]) => link)
    .filter((link) => !own.includes(link));
  return {
    headings: prose.match(/^#+(?= )/gm),
    code,
    links: links.sort(),
    rows: prose.match(/^\|/gm).length,
  };
}
