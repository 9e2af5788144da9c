/** Compiles the client's digests for the benchmark. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Compiles the client's own digests, and gives the path of the .wasm. */
export async function compileDigests() {
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
