/** Digests: MD5 and SHA-256 of 256 MiB in blocks of 1 MiB, ours in WebAssembly beside what else there is. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inNode } from '../lib/cloud.mjs';
import { inTurns } from '../lib/statistics.mjs';

const CHILD = fileURLToPath(new URL('../node/hash.mjs', import.meta.url));

export const title = 'Digests';

const CONTENDERS = ['ims-client', 'hash-wasm', 'node:crypto', 'crypto.subtle'].map((name) => ({
  name,
  ours: name === 'ims-client',
}));

/** Compiles the client's own digests, and gives the .wasm. */
async function compile() {
  const folder = fileURLToPath(new URL('../digests', import.meta.url));
  const target = path.join(folder, 'target');
  const flags = ['--cfg=sha2_backend_soft="compact"'].join('\u001f');
  const env = { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags, CARGO_TARGET_DIR: target };
  const platform = 'wasm32-unknown-unknown';
  await promisify(execFile)('cargo', ['build', '--quiet', '--locked', '--release', '--target', platform], {
    cwd: folder,
    env,
  });
  return path.join(target, platform, 'release', 'ims_client_digests.wasm');
}

export async function run(_context, { runs, quick }) {
  const mebibytes = quick ? 64 : 256;
  const wasm = await compile();
  return {
    mebibytes,
    rows: await inTurns(CONTENDERS, runs, ({ name }) => inNode(CHILD, { name, mebibytes, wasm })),
  };
}
