/** Ours with small and large files: memory and work per GiB must not grow with the file. */
import { fileURLToPath } from 'node:url';
import { cloud, GIB, imageFile, imageOf, inNode } from '../lib/cloud.mjs';
import { figures } from '../lib/figures.mjs';
import { rowOr } from '../lib/statistics.mjs';

const CHILD = fileURLToPath(new URL('../node/child.mjs', import.meta.url));

export const title = 'Scale';

export async function run(context, { quick }) {
  const emulator = await cloud(context);
  const rows = [];
  for (const gib of quick ? [1, 2] : [1, 10, 100]) {
    const size = gib * GIB;
    const row = await rowOr(`${gib} GiB`, async () =>
      inNode(CHILD, {
        contender: 'ours',
        checksum: 'md5',
        checkpoint: true,
        file: await imageFile(context, size, { sparse: true }),
        size,
        image: imageOf(size),
        ims: emulator.ims,
      }),
    );
    rows.push({ gib, ...row });
  }
  return { rows, simulated: figures().simulated };
}
