/** The examples of the READMEs: all are compiled against the package, and the first one is run. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { startEmulator } from '../support/emulator.mjs';
import { makeQcow2 } from '../support/images.mjs';
import { CLIENT_DIR, ROOT } from '../support/places.mjs';
import { run } from '../support/program.mjs';

const READMES = ['README.md', 'README.zh-CN.md', 'pkg-templates/README.md'];
const BESIDE = path.join(CLIENT_DIR, '..', '..');

/** What the examples take as given. */
const GIVEN = `
import type { CecloudImsClient, CheckpointStore, CreateImage, ImageSource } from 'ims-client';
declare global {
  const ims: CecloudImsClient;
  const file: File;
  const metadata: CreateImage;
  const mine: CreateImage;
  const checkpoint: { directory: string };
  const id: string, imageId: string, user: string, password: string, secret: string, server: string;
  const accessKey: string, secretKey: string, key: string;
  const signal: AbortSignal | undefined, partSize: number | undefined, concurrency: number | undefined;
  const checksum: 'md5' | undefined, allowUnsafe: string[] | undefined, wait: boolean | undefined;
  const oss: { endpoint: string } | undefined;
  const onProgress: () => void, onEvent: () => void;
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

async function folder(t) {
  const made = await mkdtemp(path.join(BESIDE, 'readme-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

for (const readme of READMES) {
  test(`${readme}: every example compiles`, { timeout: 120_000 }, async (t) => {
    const here = await folder(t);
    const examples = await blocks(readme);
    assert.ok(examples.length >= 2, `${examples.length} examples`);
    const files = [path.join(here, 'given.mts')];
    await writeFile(files[0], GIVEN);
    for (const [at, code] of examples.entries()) {
      const file = path.join(here, `example-${at + 1}.mts`);
      await writeFile(file, `${code}\nexport {};\n`);
      files.push(file);
    }
    const options = {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'],
      strict: true,
      // They are JavaScript: nobody tells a compiler there that something is known to be.
      strictNullChecks: false,
      noImplicitAny: false,
      useUnknownInCatchVariables: false,
      noEmit: true,
      types: [],
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
}

for (const readme of READMES.slice(0, 2)) {
  test(`${readme}: the first example uploads a file`, { timeout: 120_000 }, async (t) => {
    const emulator = await startEmulator(t);
    const here = await folder(t);
    const disk = await makeQcow2(path.join(here, 'disk.qcow2'), 8);
    const [code] = await blocks(readme);
    const real = code
      .replace('https://ims.example.com', emulator.ims)
      .replace("'disk.qcow2'", JSON.stringify(disk));
    assert.notEqual(real, code);
    const script = path.join(here, 'first.mjs');
    await writeFile(
      script,
      `${real}\nconsole.log(JSON.stringify({ status: image.status, md5, verified }));\n`,
    );
    const { code: exit, stdout, stderr } = await run(script, []);
    assert.equal(exit, 0, stderr);
    const { status, verified } = JSON.parse(stdout.trim().split('\n').at(-1));
    assert.deepEqual([status, verified], ['active', 'md5']);
  });
}
