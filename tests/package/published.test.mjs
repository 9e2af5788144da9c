/** What is published, as tools and editors judge it: publint, arethetypeswrong, and its declarations beside its code. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import ts from 'typescript';
import { CLIENT_DIR, importClient, ROOT } from '../support/places.mjs';

const run = promisify(execFile);
const manifest = JSON.parse(await readFile(path.join(CLIENT_DIR, 'package.json'), 'utf8'));
/** What can be imported as code. */
const ENTRIES = Object.keys(manifest.exports).filter((place) => manifest.exports[place].node?.import);

function program(name, ...parameters) {
  const file = path.join(ROOT, 'node_modules/.bin', name);
  return run(file, parameters, { timeout: 120_000 }).catch(({ stdout, stderr }) => {
    assert.fail(`${name}: ${stdout}${stderr}`);
  });
}

async function tarball() {
  if (process.env.IMS_CLIENT_TARBALL) return process.env.IMS_CLIENT_TARBALL;
  const folder = path.join(ROOT, '.cache/package');
  const [file] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  return path.join(folder, file);
}

test('publint has nothing to say', { timeout: 120_000 }, async () => {
  // Its suggestion is about `browser`, which Parcel and older bundlers read.
  const { stdout } = await program('publint', CLIENT_DIR, '--strict', '--level', 'warning');
  assert.match(stdout, /All good!/);
});

test('the types are found, and right, however they are resolved', { timeout: 120_000 }, async () => {
  // No code: the .wasm files. A worker's script: nobody requires it.
  const left = Object.keys(manifest.exports).filter((place) => /wasm$|^\.\/upload-worker/.test(place));
  const parameters = ['--profile', 'node16', '--exclude-entrypoints', ...left];
  // It ends with 1 where it finds a problem.
  await program('attw', await tarball(), ...parameters);
});

const codeOf = async (ends) => {
  const names = (await readdir(CLIENT_DIR)).filter((name) => ends.test(name));
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(path.join(CLIENT_DIR, name), 'utf8') })),
  );
};

test('no text goes on in the next line: what indents lines would write into it', async () => {
  const all = await codeOf(/\.[cm]?js$/);
  assert.ok(all.length > 20, `${all.length} files`);
  assert.deepEqual(
    all.filter(({ text }) => /\\$/m.test(text)).map(({ name }) => name),
    [],
  );
});

test('the .wasm for Node is named as what copies a server together looks for it', async () => {
  const all = await codeOf(/^(index|inspect|huawei|openstack|workspace)\.cjs$/);
  assert.equal(all.length, 5);
  for (const { name, text } of all) {
    const named = [
      ...text.matchAll(/\{return require\("node:path"\)\.join\(__dirname,"(\w+_node_bg\.wasm)"\)\}/g),
    ];
    const core = name.replace('index', 'ims_client').replace('.cjs', '_node_bg.wasm');
    const looks = ['index.cjs', 'huawei.cjs'].includes(name) ? ['inspect_node_bg.wasm'] : [];
    assert.deepEqual(named.map(([, file]) => file).sort(), [core, ...looks].sort(), name);
    assert.equal(text.split('__dirname').length - 1, named.length, name);
  }
});

/** The declarations of an entry, read by the compiler. */
function declarations(place) {
  const file = path.join(CLIENT_DIR, manifest.exports[place].node.import.types);
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, types: [] };
  const compiled = ts.createProgram([file], options);
  const checker = compiled.getTypeChecker();
  const module_ = checker.getSymbolAtLocation(compiled.getSourceFile(file));
  return { checker, symbols: checker.getExportsOfModule(module_) };
}

const real = (checker, symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** Members that a class shows: no private ones, no symbols. */
const shown = (names) => names.filter((name) => /^[a-z]/i.test(name) && name !== 'constructor').sort();

for (const place of ENTRIES) {
  test(`${place}: declarations and code have the same names`, async () => {
    const { checker, symbols } = declarations(place);
    const code = await importClient(place);
    const values = symbols.filter((symbol) => real(checker, symbol).flags & ts.SymbolFlags.Value);
    assert.deepEqual(values.map((symbol) => symbol.name).sort(), Object.keys(code).sort());
    for (const symbol of values) {
      const { members, flags } = real(checker, symbol);
      if (!(flags & ts.SymbolFlags.Class) || symbol.name === 'ImsError') continue;
      const methods = [...members.values()]
        .filter((member) => member.flags & ts.SymbolFlags.Method)
        .map((member) => member.name);
      let { prototype } = code[symbol.name];
      const has = [];
      for (; prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
        for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
          if (typeof value === 'function') has.push(name);
      }
      assert.deepEqual(shown(methods), shown(has), `${place} ${symbol.name}`);
    }
  });
}

test('any stands in no declaration', async () => {
  const found = [];
  for (const file of (await readdir(CLIENT_DIR)).filter((name) => name.endsWith('.d.ts'))) {
    const source = ts.createSourceFile(file, await readFile(path.join(CLIENT_DIR, file), 'utf8'), 99, true);
    const look = (node, inside) => {
      const name = ts.isInterfaceDeclaration(node) ? node.name.text : inside;
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${file} ${name}`);
      ts.forEachChild(node, (child) => look(child, name));
    };
    look(source, 'the top');
  }
  assert.deepEqual(found, []);
});
