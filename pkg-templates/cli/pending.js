/** `ims-client pending` and `discard`: uploads that were stopped, and what becomes of them. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from './arguments.js';
import { EXIT } from './exits.js';
import { FOLDER, leaveFolder } from './folder.js';
import { bytes, columns } from './output.js';
import { withClient } from './service.js';

/**
 * What is kept in the folder. One that is not there is not made: only a named one is missing, unless it has the name of the
 * own, which goes when nothing is left in it.
 */
async function keptIn(ims, { checkpoints }) {
  const directory = checkpoints ?? FOLDER;
  const absent = ({ code }) => code === 'ENOENT';
  // The client refuses a name that is empty.
  if (directory && (await stat(directory).then(() => false, absent))) {
    if (path.basename(directory) !== FOLDER) throw new UsageError(`there is no folder ${checkpoints}`);
    return [];
  }
  return ims.pendingUploads({ directory });
}

export async function pending(values, _words, output) {
  return withClient(values, async (ims) => {
    const uploads = await keptIn(ims, values);
    const told = uploads.map(({ imageId, name, fileName, bytesSent, bytesTotal, updatedAt, inUse }) => ({
      imageId,
      name,
      fileName,
      bytesSent,
      bytesTotal,
      updatedAt,
      inUse,
    }));
    const row = ({ imageId, name, fileName, bytesSent, bytesTotal, updatedAt, inUse }) => [
      imageId,
      name,
      fileName,
      `${bytes(bytesSent)} of ${bytes(bytesTotal)}`,
      inUse ? 'now' : updatedAt,
    ];
    output.result(told, () => columns(['image', 'name', 'file', 'sent', 'updated'], told.map(row)));
    return EXIT.done;
  });
}

export async function discard(values, images, output) {
  if (values.all ? images.length : !images.length) {
    throw new UsageError('discard takes IMAGE…, or --all');
  }
  return withClient(values, async (ims) => {
    const uploads = await keptIn(ims, values);
    const unknown = images.find((imageId) => uploads.every((upload) => upload.imageId !== imageId));
    if (unknown) {
      const directory = path.resolve(values.checkpoints ?? FOLDER);
      throw new UsageError(`no upload into ${unknown} is kept in ${directory}; see ims-client pending`);
    }
    const chosen = uploads.filter(({ imageId }) => values.all || images.includes(imageId));
    if (!chosen.length) output.note('nothing is kept here');
    for (const upload of chosen) {
      const { imageId, fileName, inUse } = upload;
      if (inUse && values.all) {
        output.note(`${imageId ?? fileName} stays: another process is uploading it`);
        continue;
      }
      await upload.discard();
      output.result({ discarded: imageId, fileName }, () => `${imageId ?? fileName} is discarded`);
    }
    await leaveFolder(FOLDER, values);
    return EXIT.done;
  });
}
