/** The folder in which uploads keep their progress where no other is named: beside the file, as long as something is in it. */
import { rmdir } from 'node:fs/promises';

export const FOLDER = '.ims-client';

/** Removes the own folder when nothing is kept in it any more; one that the user has named stays. */
export async function leaveFolder(directory, { checkpoints }) {
  if (checkpoints === undefined) await rmdir(directory).catch(() => {});
}
