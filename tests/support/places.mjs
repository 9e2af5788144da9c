/** Where the tests find what they test, and a folder of their own that is gone afterwards. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The package as a user has it: installed from the tarball. */
export const CLIENT_DIR = path.resolve(
  ROOT,
  process.env.IMS_CLIENT_DIR ?? '.cache/installed/node_modules/ims-client',
);

/** The local cloud. */
export const EMULATOR = path.resolve(ROOT, process.env.IMS_EMULATOR ?? 'target/release/ims-emulator');

/** The file that `import` of this entry ('.', './inline') gives in Node, by the package's own exports. */
export function entryFile(entry = '.') {
  const manifest = path.join(CLIENT_DIR, 'package.json');
  if (!existsSync(manifest)) {
    throw new Error(
      `${CLIENT_DIR} holds no package: build and install it first (npm test does), or set IMS_CLIENT_DIR`,
    );
  }
  const conditions = JSON.parse(readFileSync(manifest, 'utf8')).exports[entry];
  const found = conditions.node?.import ?? conditions.import ?? conditions.default;
  return path.join(CLIENT_DIR, found.default ?? found);
}

/**
 * The package, imported. With IMS_CLIENT_CODE=page it is the code for pages, with nothing but the .wasm that their calls need:
 * the second one, for transfers, is never there.
 */
export async function importClient(entry = '.') {
  if (process.env.IMS_CLIENT_CODE !== 'page') return import(pathToFileURL(entryFile(entry)).href);
  const file = path.join(CLIENT_DIR, `${entry === '.' ? 'index' : entry.slice(2)}.js`);
  const client = await import(pathToFileURL(file).href);
  const stem = entry === '.' ? 'ims_client' : entry.slice(2);
  const wasm = path.join(CLIENT_DIR, `${stem}_bg.wasm`);
  if (existsSync(wasm)) await client.load({ wasm: readFileSync(wasm) });
  return client;
}

/** The package, required: the other build of the same thing. */
export function requireClient(name = 'ims-client') {
  // A file beside node_modules, so that Node resolves the name as it does for a user.
  return createRequire(path.join(CLIENT_DIR, '..', '..', 'user.cjs'))(name);
}

/** A temporary folder; removed when the test (or suite) that is given ends. */
export async function temporaryFolder(context) {
  const folder = await mkdtemp(path.join(tmpdir(), 'ims-client-test-'));
  context?.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
