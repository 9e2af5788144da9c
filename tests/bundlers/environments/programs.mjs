/** Environments that are programs: Node in its kinds of modules, TypeScript, other runtimes. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HERE, program, project, tool } from '../support.mjs';

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
  { name: 'Bun', tools: ['bun'], how: "`'ims-client'`", run: runtime(BUN, ['run']) },
  {
    name: 'Deno',
    tools: ['deno'],
    how: "`'ims-client'`, with `--allow-net --allow-read --allow-env --allow-sys`",
    run: runtime(DENO, ['run', '--no-prompt', '--allow-net', '--allow-read', '--allow-env', '--allow-sys']),
  },
];
