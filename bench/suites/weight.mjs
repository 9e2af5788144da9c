/** What a page downloads that imports a package: code and .wasm, bundled and minified by esbuild for browsers. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { CLIENT_DIR, temporaryFolder } from '../../tests/support/places.mjs';
import { figures } from '../lib/figures.mjs';
import { reasonOf, rowOr } from '../lib/statistics.mjs';
import { rowsOf, weigh } from '../lib/weights.mjs';

const HERE = fileURLToPath(new URL('..', import.meta.url));

export const title = 'Weight';

/** `wanted` is the limit that the project set itself, bytes after gzip. */
const OURS = [
  { name: 'ims-client', entry: 'index', wasm: 'ims_client_bg.wasm', wanted: 100_000 },
  { name: 'ims-client/inspect', entry: 'inspect', wasm: 'inspect_bg.wasm', wanted: 60_000 },
  { name: 'ims-client/huawei', entry: 'huawei', wasm: 'huawei_bg.wasm', wanted: 130_000 },
  { name: 'ims-client/openstack', entry: 'openstack', wasm: 'openstack_bg.wasm', wanted: 90_000 },
  { name: 'ims-client/workspace', entry: 'workspace', wasm: 'workspace_bg.wasm', wanted: 70_000 },
];
const PEERS = [
  {
    name: '@aws-sdk/lib-storage + client-s3',
    code: "export { S3Client } from '@aws-sdk/client-s3'; export { Upload } from '@aws-sdk/lib-storage';",
  },
  { name: 'ali-oss', file: 'ali-oss/dist/aliyun-oss-sdk.min.js' },
  { name: 'cos-js-sdk-v5', code: "export { default } from 'cos-js-sdk-v5';" },
  {
    name: '@uppy/core + @uppy/aws-s3',
    code: "export { default as Uppy } from '@uppy/core'; export { default as AwsS3 } from '@uppy/aws-s3';",
  },
  { name: 'tus-js-client', code: "export * from 'tus-js-client';" },
  { name: 'aws4fetch', code: "export * from 'aws4fetch';" },
];

async function bundled(code, folder) {
  const outdir = path.join(folder, 'out');
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: HERE },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    outdir,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  });
  return outputFiles.map(({ contents }) => contents);
}

export async function run(context) {
  const folder = await temporaryFolder(context);
  const rows = [];
  for (const one of OURS) {
    const imported = `export * from ${JSON.stringify(path.join(CLIENT_DIR, `${one.entry}.js`))};`;
    const weighed = async () => rowsOf(one, await bundled(imported, folder), CLIENT_DIR);
    rows.push(...(await weighed().catch((error) => [{ name: one.name, failed: reasonOf(error) }])));
  }
  for (const { name, code, file } of PEERS) {
    const files = async () =>
      file ? [await readFile(path.join(HERE, 'node_modules', file))] : bundled(code, folder);
    rows.push(await rowOr(name, async () => weigh(await files())));
  }
  const published = await readdir(CLIENT_DIR);
  return { rows, files: published.length, parts: figures().parts };
}
