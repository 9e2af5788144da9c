/** The reference: whatever is exported is documented, every example in it compiles and runs. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import ts from 'typescript';
import { serve } from '../bundlers/support.mjs';
import { launch, openPage } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { makeQcow2 } from '../support/images.mjs';
import { CLIENT_DIR, importClient, ROOT, temporaryFolder } from '../support/places.mjs';
import * as cecloud from '../support/reference/cecloud.mjs';
import * as huawei from '../support/reference/huawei.mjs';
import { rawImage } from '../support/samples.mjs';
import { declarationsOf, ENTRIES, examplesOf, exportsOf, specifier } from '../support/tsdoc.mjs';

/** What the examples of the entries without a service take as given. */
const OTHERS = {
  './inspect': { file: 'File', whatTheUserSays: 'object' },
  './openstack/config': {
    OpenStackImageClient: "typeof import('ims-client/openstack').OpenStackImageClient",
  },
  './permissions': {},
  './worker': {
    uploads: 'UploadWorker',
    file: 'File',
    metadata: "import('ims-client').CreateImage",
    show: '(share: number) => void',
    onProgress: '() => void',
  },
};
const GIVEN = { '.': cecloud.TYPES, ...huawei.TYPES, ...OTHERS };

describe('whatever is exported is documented', () => {
  for (const place of ENTRIES) {
    test(place, () => {
      const silent = [];
      const without = [];
      for (const { name, said, examples, isClass, isFunction, members } of exportsOf(place)) {
        if (!said) silent.push(name);
        if ((isClass || isFunction) && !examples.length) without.push(name);
        for (const member of members) {
          if (!member.said) silent.push(`${name}.${member.name}`);
          if (isClass && member.isMethod && !member.examples.length) without.push(`${name}.${member.name}`);
        }
      }
      assert.deepEqual(silent, [], 'a sentence for each');
      assert.deepEqual(without, [], 'a line of code for each class, function and method');
    });
  }
});

test('the codes of errors that are named exist', async () => {
  const { cecloudErrorCodes } = await importClient();
  const text = await readFile(path.join(CLIENT_DIR, declarationsOf('.')), 'utf8');
  const named = text.match(/`IMG\.\w+\.\w+`/g).map((code) => code.slice(1, -1));
  assert.deepEqual(
    named.filter((code) => !Object.hasOwn(cecloudErrorCodes, code)),
    [],
  );
});

test('every example compiles', { timeout: 120_000 }, async (t) => {
  const here = await mkdtemp(path.join(CLIENT_DIR, '../..', 'reference-'));
  t.after(() => rm(here, { recursive: true, force: true }));
  const files = [];
  for (const place of ENTRIES) {
    const names = exportsOf(place).map(({ name, isValue }) => (isValue ? name : `type ${name}`));
    const given = Object.entries(GIVEN[place]).map(([name, type]) => `declare const ${name}: ${type};\n`);
    const head = `import { ${names.join(', ')} } from '${specifier(place)}';\n${given.join('')}`;
    for (const [at, { name, code }] of examplesOf(place).entries()) {
      const stem = `${specifier(place)}-${name}-${at}`.replaceAll(/[^A-Za-z-]+/g, '-');
      const file = path.join(here, `${stem}.mts`);
      await writeFile(file, `${head}{\n${code}\n}\n`);
      files.push(file);
    }
  }
  const options = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts', 'lib.esnext.disposable.d.ts'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
  };
  const said = ts
    .getPreEmitDiagnostics(ts.createProgram(files, options))
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  assert.deepEqual(said, []);
});

/** The files that examples read, made once. */
const files = new Map();
async function prepare(folder) {
  if (!files.size) {
    files.set('web.qcow2', await readFile(await makeQcow2(path.join(folder, 'made.qcow2'), 2)));
    files.set('debian.qcow2', files.get('web.qcow2'));
    const auth = {
      auth_url: 'https://keystone.example.com/v3',
      username: 'u',
      password: 'p',
      project_name: 'd',
    };
    files.set('clouds.yaml', JSON.stringify({ clouds: { mycloud: { auth } } }));
  }
  for (const [name, content] of files) await writeFile(path.join(folder, name), content);
}

async function scopeOf(place, cloud) {
  if (place === '.') return cecloud.values(cloud);
  if (Object.hasOwn(huawei.TYPES, place)) return huawei.values(place, cloud);
  const given = {
    './inspect': { file: new Blob([files.get('web.qcow2')]), whatTheUserSays: {} },
    './openstack/config': await importClient('./openstack'),
  };
  return { ...(await importClient(place)), ...given[place] };
}

const AsyncFunction = (async () => {}).constructor;

/** Runs an example with the names that it uses; what it leaves for later happens afterwards. */
async function execute(code, scope, later) {
  const { lazy = {}, instead = {}, ...known } = scope;
  const here = Object.entries(instead).reduce((text, [from, to]) => text.replaceAll(from, to), code);
  const used = (name) => new RegExp(`\\b${name}\\b`).test(code);
  const values = { ...known, console: { log() {} } };
  for (const [name, make] of Object.entries(lazy)) if (used(name)) values[name] = await make();
  const names = Object.keys(values).filter((name) => /^[A-Za-z]+$/.test(name) && used(name));
  const module = ts.ModuleKind.ESNext;
  const { outputText } = ts.transpileModule(`{\n${here}\n}`, {
    compilerOptions: { module, target: ts.ScriptTarget.ES2022 },
  });
  await new AsyncFunction(...names, outputText)(...names.map((name) => values[name]));
  for (const work of later.splice(0)) await work();
}

for (const place of ENTRIES.filter((each) => each !== './worker')) {
  describe(`the examples of ${specifier(place)} run`, () => {
    const endings = [];
    let emulator;
    before(async () => {
      if (OTHERS[place]) return;
      emulator = await startEmulator({ after: (end) => endings.unshift(end) });
    });
    after(async () => {
      for (const end of endings) await end();
    });
    for (const [at, { name, code }] of examplesOf(place).entries()) {
      test(`${at + 1}: ${name}`, { timeout: 60_000 }, async (t) => {
        const later = [];
        // Before the folder goes.
        t.after(() => process.chdir(ROOT));
        const folder = await temporaryFolder(t);
        process.chdir(folder);
        await prepare(folder);
        const scope = await scopeOf(place, { context: t, emulator, later });

        await execute(code, scope, later);
      });
    }
  });
}

test('the examples of ims-client/worker run in a page', { timeout: 120_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const folder = await temporaryFolder(t);
  await cp(CLIENT_DIR, path.join(folder, 'ims-client'), { recursive: true });
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><link rel="icon" href="data:,">');
  const browser = await launch(t, 'chromium');
  const { page, complaints } = await openPage(browser, `${await serve(t, folder, null)}/`);
  const examples = examplesOf('./worker');
  assert.deepEqual(examples.map(({ name }) => name).sort(), [
    'UploadWorker.[Symbol.dispose]',
    'UploadWorker.close',
    'UploadWorker.pendingUploads',
    'UploadWorker.upload',
    'createUploadWorker',
  ]);
  for (const { code } of examples) {
    await page.evaluate(
      async (body, endpoint, metadata) => {
        const { createUploadWorker } = await import('/ims-client/worker.js');
        const options = { endpoint, region: 'region0' };
        const uploads = createUploadWorker(options);
        const file = new File([new Uint8Array(9_000_000)], 'disk.raw', { lastModified: 1 });
        const names = ['createUploadWorker', 'uploads', 'file', 'metadata', 'show', 'onProgress'];
        const values = [() => createUploadWorker(options), uploads, file, metadata];
        const run = new (async () => {}).constructor(...names, `{ ${body} }`);
        await run(
          ...values,
          () => {},
          () => {},
        );
        uploads.close();
      },
      code,
      emulator.ims,
      rawImage({ name: 'in a worker' }),
    );
  }
  assert.deepEqual(
    (await emulator.images()).map(({ status }) => status),
    ['active', 'active', 'active'],
  );
  assert.deepEqual(complaints, []);
});

test('TypeDoc is given every entry', async () => {
  const { entryPoints } = JSON.parse(await readFile(path.join(ROOT, 'typedoc.json'), 'utf8'));
  assert.deepEqual(entryPoints.toSorted(), ENTRIES.map((place) => `pkg/${declarationsOf(place)}`).sort());
});
