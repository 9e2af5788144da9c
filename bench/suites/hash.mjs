/** Digests: MD5 and SHA-256 of 256 MiB in blocks of 1 MiB, ours in WebAssembly beside what else there is. */
import { fileURLToPath } from 'node:url';
import { inNode } from '../lib/cloud.mjs';
import { compileDigests } from '../lib/digests.mjs';
import { inTurns } from '../lib/statistics.mjs';

const CHILD = fileURLToPath(new URL('../node/hash.mjs', import.meta.url));

export const title = 'Digests';

const CONTENDERS = ['ims-client', 'hash-wasm', 'node:crypto', 'crypto.subtle'].map((name) => ({
  name,
  ours: name === 'ims-client',
}));

export async function run(_context, { runs, quick }) {
  const mebibytes = quick ? 64 : 256;
  const wasm = await compileDigests();
  return {
    mebibytes,
    rows: await inTurns(CONTENDERS, runs, ({ name }) => inNode(CHILD, { name, mebibytes, wasm })),
  };
}
