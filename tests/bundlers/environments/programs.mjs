/** Environments that are programs: Node in its kinds of modules, TypeScript, other runtimes. */
import { existsSync } from 'node:fs';
import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HERE, library, program, project, tool } from '../support.mjs';

function told(text) {
  return JSON.parse(text.trim().split('\n').at(-1));
}

function node(file) {
  return async ({ emulator, file: image }, name) => {
    const folder = await project(name, 'node');
    return told(await program(process.execPath, [file, emulator.ims, image], folder));
  };
}

/** Compiles and runs a program; `bundler` means that one puts its modules together, as it says. */
function typescript(module_, moduleResolution) {
  return async ({ emulator, file: image }, name) => {
    const folder = await project(name, 'node');
    const options = {
      module: module_,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      types: [],
    };
    const text = JSON.stringify({ compilerOptions: options, files: ['typed.ts', 'process.d.ts'] });
    await writeFile(path.join(folder, 'tsconfig.json'), text);
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
    const process_ = 'declare const process: { argv: string[]; exit(code: number): never };\n';
    await writeFile(path.join(folder, 'process.d.ts'), process_);
    await tool('typescript', 'tsc', ['--project', '.', '--pretty', 'false'], folder);
    return told(await program(process.execPath, ['typed.js', emulator.ims, image], folder));
  };
}

/** Another runtime, by the binary that npm brings for this machine. */
function runtime(candidates, parameters) {
  return async ({ emulator, file: image }, name) => {
    const folder = await project(name, 'node');
    const binary = candidates.map((file) => path.join(HERE, 'node_modules', file)).find(existsSync);
    if (!binary) throw new Error(`npm brings none for ${process.platform} ${process.arch}`);
    return told(await program(binary, [...parameters, 'esm.mjs', emulator.ims, image], folder));
  };
}

const MODULES = ['esm.mjs', 'thread.mjs'];

/** Two programs as modules, with everything inside. */
async function rollup({ emulator, file: image }, name) {
  const folder = await project(name, 'node');
  for (const module_ of MODULES) {
    const file = path.join(folder, module_);
    await writeFile(file, (await readFile(file, 'utf8')).replace("'ims-client'", "'ims-client/inline'"));
  }
  const { rollup: bundle } = await library('rollup');
  const resolve = await library('@rollup/plugin-node-resolve');
  const commonjs = await library('@rollup/plugin-commonjs');
  const made = await bundle({
    input: MODULES.map((module_) => path.join(folder, module_)),
    plugins: [resolve({ exportConditions: ['node'], rootDir: folder }), commonjs()],
    onwarn(warning) {
      throw new Error(`rollup warns: ${warning.message}`);
    },
  });
  await made.write({ dir: path.join(folder, 'dist'), format: 'es', entryFileNames: '[name].mjs' });
  await made.close();
  const dist = path.join(folder, 'dist');
  // Nothing of the package may be found from there.
  await rename(path.join(folder, 'node_modules'), path.join(folder, 'gone'));
  return told(await program(process.execPath, ['esm.mjs', emulator.ims, image], dist));
}

/** The files of a program, as Vercel and Nitro put them together. */
async function traced({ emulator, file: image }, name) {
  const folder = await project(name, 'node');
  const { nodeFileTrace } = await library('@vercel/nft');
  const { fileList } = await nodeFileTrace(
    MODULES.map((module_) => path.join(folder, module_)),
    { base: folder },
  );
  const copy = path.join(folder, 'copy');
  for (const file of fileList) await cp(path.join(folder, file), path.join(copy, file));
  return told(await program(process.execPath, ['esm.mjs', emulator.ims, image], copy));
}

const BUN = ['@oven/bun-linux-x64/bin/bun', '@oven/bun-linux-aarch64/bin/bun'];
const DENO = ['@deno/linux-x64-glibc/deno', '@deno/linux-arm64-glibc/deno'];

export const PROGRAMS = [
  { name: 'Node, `import`', tools: ['node'], fast: true, how: "`'ims-client'`", run: node('esm.mjs') },
  { name: 'Node, `require`', tools: ['node'], fast: true, how: "`'ims-client'`", run: node('common.cjs') },
  {
    name: 'TypeScript, node16',
    tools: ['typescript'],
    fast: true,
    how: '`moduleResolution: node16`',
    run: typescript('node16', 'node16'),
  },
  {
    name: 'TypeScript, nodenext',
    tools: ['typescript'],
    fast: true,
    how: '`moduleResolution: nodenext`',
    run: typescript('nodenext', 'nodenext'),
  },
  {
    name: 'TypeScript, bundler',
    tools: ['typescript'],
    fast: true,
    how: '`moduleResolution: bundler`',
    run: typescript('esnext', 'bundler'),
  },
  {
    name: 'Rollup for Node, .wasm inside',
    tools: ['rollup'],
    how: "`'ims-client/inline'`, by @rollup/plugin-commonjs",
    run: rollup,
  },
  {
    name: '@vercel/nft (Vercel, Nitro)',
    tools: ['@vercel/nft'],
    how: "`'ims-client'`",
    run: traced,
  },
  { name: 'Bun', tools: ['bun'], how: "`'ims-client'`", run: runtime(BUN, ['run']) },
  {
    name: 'Deno',
    tools: ['deno'],
    how: "`'ims-client'`, with `--allow-net --allow-read --allow-env --allow-sys`",
    run: runtime(DENO, ['run', '--no-prompt', '--allow-net', '--allow-read', '--allow-env', '--allow-sys']),
  },
];
