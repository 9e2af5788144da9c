/** `ims-client pending` and `discard`: uploads that were stopped, and what becomes of them. */
import path from 'node:path';
import { UsageError } from './arguments.js';
import { EXIT } from './exits.js';
import { bytes, columns } from './output.js';
import { withClient } from './service.js';

/** Where uploads of files in this folder keep their progress. */
const HERE = '.ims-client';

const directoryOf = ({ checkpoints }) => path.resolve(checkpoints ?? HERE);

export async function pending(values, _words, output) {
  return withClient(values, async (ims) => {
    const uploads = await ims.pendingUploads({ directory: directoryOf(values) });
    const told = uploads.map(({ imageId, name, fileName, bytesSent, bytesTotal, updatedAt }) => ({
      imageId,
      name,
      fileName,
      bytesSent,
      bytesTotal,
      updatedAt,
    }));
    const row = ({ imageId, name, fileName, bytesSent, bytesTotal, updatedAt }) => [
      imageId,
      name,
      fileName,
      `${bytes(bytesSent)} of ${bytes(bytesTotal)}`,
      updatedAt,
    ];
    output.result(told, () => columns(['image', 'name', 'file', 'sent', 'updated'], told.map(row)));
    return EXIT.done;
  });
}

export async function discard(values, images, output) {
  if (values.all ? images.length : !images.length) {
    throw new UsageError('discard takes IMAGE…, or --all');
  }
  const directory = directoryOf(values);
  return withClient(values, async (ims) => {
    const uploads = await ims.pendingUploads({ directory });
    const unknown = images.find((imageId) => uploads.every((upload) => upload.imageId !== imageId));
    if (unknown)
      throw new UsageError(`no upload into ${unknown} is kept in ${directory}; see ims-client pending`);
    for (const upload of uploads.filter(({ imageId }) => values.all || images.includes(imageId))) {
      const { imageId, fileName } = upload;
      await upload.discard();
      output.result({ discarded: imageId, fileName }, () => `${imageId ?? fileName} is discarded`);
    }
    return EXIT.done;
  });
}
