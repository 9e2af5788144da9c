/** Environments that are pages: with no bundler, with one, under a policy, without a secure context. */
import { createHash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { library, project, STRICT, serve, startProgram, tool, toolManifest, visit } from '../support.mjs';

const IMPORTS = JSON.stringify({
  imports: {
    'ims-client': './node_modules/ims-client/index.js',
    'ims-client/worker': './node_modules/ims-client/worker.js',
  },
});

/** A page as it stands: the browser finds the package by the page's map of imports. */
async function importMap(t, name) {
  const folder = await project(name, 'page');
  const map = `<script type="importmap">${IMPORTS}</script>`;
  const page = path.join(folder, 'index.html');
  const html = await readFile(page, 'utf8');
  await writeFile(page, html.replace('<script', `${map}\n    <script`));
  // A map can only be inline: the policy knows its digest.
  const digest = createHash('sha256').update(IMPORTS).digest('base64');
  return serve(t, folder, STRICT.replace("script-src 'self'", `script-src 'self' 'sha256-${digest}'`));
}

async function esbuild(name, main, worker) {
  const folder = await project(name, 'page');
  const { build } = await library('esbuild');
  await build({
    absWorkingDir: folder,
    entryPoints: { main, 'upload-worker': worker },
    outdir: 'dist',
    bundle: true,
    minify: true,
    format: 'esm',
    logLevel: 'silent',
  });
  return { folder, dist: path.join(folder, 'dist') };
}

async function rollup(name, main, worker) {
  const folder = await project(name, 'page');
  const { rollup: bundle } = await library('rollup');
  const resolve = await library('@rollup/plugin-node-resolve');
  const input = { main: path.join(folder, main), 'upload-worker': worker };
  const made = await bundle({
    input,
    plugins: [resolve({ browser: true, rootDir: folder })],
    onwarn: failing,
  });
  await made.write({ dir: path.join(folder, 'dist'), format: 'es', entryFileNames: '[name].js' });
  await made.close();
  return { folder, dist: path.join(folder, 'dist') };
}

function failing(warning) {
  throw new Error(`rollup warns: ${warning.message}`);
}

/** The page beside its scripts, with what else has to be copied. */
async function finish(t, { folder, dist }, copied = []) {
  await cp(path.join(folder, 'index.html'), path.join(dist, 'index.html'));
  for (const file of copied)
    await cp(path.join(folder, 'node_modules/ims-client', file), path.join(dist, file));
  return serve(t, dist);
}

const WASM = ['ims_client_bg.wasm', 'ims_client_transfers_bg.wasm', 'inspect_bg.wasm'];

async function webpack(t, name) {
  const folder = await project(name, 'page');
  const pack = await library('webpack');
  await new Promise((resolve, reject) => {
    const options = {
      mode: 'production',
      context: folder,
      entry: './main.js',
      output: { path: path.join(folder, 'dist'), filename: 'main.js' },
    };
    pack(options, (error, stats) => {
      if (error) return reject(error);
      const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
      const said = [...errors, ...warnings.filter(({ message }) => !/size limit|performance/.test(message))];
      return said.length ? reject(new Error(said.map(({ message }) => message).join('\n'))) : resolve();
    });
  });
  return finish(t, { folder, dist: path.join(folder, 'dist') });
}

async function parcel(t, name) {
  const folder = await project(name, 'page');
  await writeFile(
    path.join(folder, 'package.json'),
    JSON.stringify({ private: true, browserslist: 'chrome 120' }),
  );
  const parameters = ['build', 'index.html', '--dist-dir', 'dist', '--no-cache', '--no-source-maps'];
  await tool('parcel', 'parcel', parameters, folder, { seconds: 180 });
  // Parcel writes an import map into the page, which a strict policy must know by its digest.
  return serve(t, path.join(folder, 'dist'), null);
}

const VITE = 'export default { logLevel: "warn", server: { host: "127.0.0.1" } };\n';

async function vite(t, name) {
  const folder = await project(name, 'page');
  await writeFile(path.join(folder, 'vite.config.mjs'), VITE);
  await tool('vite', 'vite', ['build'], folder);
  return serve(t, path.join(folder, 'dist'));
}

async function viteServer(t, name) {
  const folder = await project(name, 'page');
  await writeFile(path.join(folder, 'vite.config.mjs'), VITE);
  const script = path.join(path.dirname(toolManifest('vite')), 'bin/vite.js');
  const parameters = [script, '--port', '0', '--logLevel', 'info'];
  const pattern = /Local:\s+(http:\/\/127\.0\.0\.1:\d+)/;
  return startProgram(t, parameters, folder, pattern, { env: { NO_COLOR: '1', FORCE_COLOR: '0' } });
}

/** Visits the page that `build` makes. */
function page(build) {
  return async (context, name) => visit(context, `${await build(context.t, name)}/`);
}

/** An address that is neither https nor localhost: what is secure is not there. */
function insecure(build) {
  return async (context, name) => {
    const address = new URL(await build(context.t, name));
    address.hostname = context.host;
    const outcome = await visit(context, address.href);
    if (outcome.secure || outcome.subtle) throw new Error('this context is a secure one');
    return outcome;
  };
}

const plainCopy = (t, name) =>
  esbuild(name, 'main.js', 'ims-client/upload-worker').then((made) => finish(t, made, WASM));

/** A policy that forbids WebAssembly: an error that says so, in the page and in the worker. */
async function forbidden(context, name) {
  const made = await esbuild(name, 'main.js', 'ims-client/upload-worker');
  await cp(path.join(made.folder, 'index.html'), path.join(made.dist, 'index.html'));
  for (const file of WASM)
    await cp(path.join(made.folder, 'node_modules/ims-client', file), path.join(made.dist, file));
  const policy = STRICT.replace(" 'wasm-unsafe-eval'", '');
  const { upload, worker } = await visit(context, `${await serve(context.t, made.dist, policy)}/`);
  return { upload, worker };
}

export const PAGES = [
  {
    name: "policy without 'wasm-unsafe-eval'",
    tools: [],
    fast: true,
    how: '',
    cannot: 'browsers compile no WebAssembly there; calls reject with kind `unsupported`',
    refused: /^ImsError unsupported: .*WebAssembly/,
    run: forbidden,
  },
  {
    name: 'page with an import map',
    tools: [],
    fast: true,
    how: '`<script type="importmap">`, its digest in the policy',
    run: page(importMap),
  },
  {
    name: 'esbuild, .wasm inside',
    tools: ['esbuild'],
    fast: true,
    how: "`'ims-client/inline'`; second entry point `ims-client/upload-worker/inline`",
    run: page((t, name) =>
      esbuild(name, 'inline.js', 'ims-client/upload-worker/inline').then((made) => finish(t, made)),
    ),
  },
  {
    name: 'esbuild, .wasm copied',
    tools: ['esbuild'],
    fast: true,
    how: '`ims_client_bg.wasm`, `ims_client_transfers_bg.wasm`, `inspect_bg.wasm` beside the bundle; second entry point `ims-client/upload-worker`',
    run: page(plainCopy),
  },
  {
    name: 'Rollup, .wasm inside',
    tools: ['rollup'],
    fast: true,
    how: 'as with esbuild, by @rollup/plugin-node-resolve with `browser: true`',
    run: page((t, name) =>
      rollup(name, 'inline.js', 'ims-client/upload-worker/inline').then((made) => finish(t, made)),
    ),
  },
  {
    name: 'Rollup, .wasm copied',
    tools: ['rollup'],
    how: 'as with esbuild, by @rollup/plugin-node-resolve with `browser: true`',
    run: page((t, name) =>
      rollup(name, 'main.js', 'ims-client/upload-worker').then((made) => finish(t, made, WASM)),
    ),
  },
  {
    name: 'http:// that is not localhost',
    tools: ['esbuild'],
    fast: true,
    how: 'no `crypto.subtle`, no Web Locks; the package needs neither',
    run: insecure(plainCopy),
  },
  { name: 'Vite, build', tools: ['vite'], how: "`'ims-client'`", run: page(vite) },
  { name: 'Vite, development server', tools: ['vite'], how: "`'ims-client'`", run: page(viteServer) },
  { name: 'webpack', tools: ['webpack'], how: "`'ims-client'`", run: page(webpack) },
  { name: 'Parcel', tools: ['parcel'], how: "`'ims-client'`", run: page(parcel) },
];
