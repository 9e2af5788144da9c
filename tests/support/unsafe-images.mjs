/** Disk images that no service should take: a qcow2 that would read a file of the host it is started on. */
import { open } from 'node:fs/promises';
import { writeQcow2 } from './images.mjs';

const MIB = 1024 * 1024;
/** Within the first cluster, behind the header. */
const NAME_AT = 512;

/** Writes a small qcow2 with this backing file. */
export async function writeBackedQcow2(file, backing = '/etc/passwd') {
  await writeQcow2(file, MIB);
  const handle = await open(file, 'r+');
  try {
    const name = Buffer.from(backing);
    const pointer = Buffer.alloc(12);
    pointer.writeBigUInt64BE(BigInt(NAME_AT));
    pointer.writeUInt32BE(name.length, 8);
    await handle.write(pointer, 0, pointer.length, 8);
    await handle.write(name, 0, name.length, NAME_AT);
  } finally {
    await handle.close();
  }
  return file;
}
