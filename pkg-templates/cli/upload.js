/** `ims-client upload`: progress is kept beside the file, so that the same command goes on after Ctrl-C or a crash. */
import path from 'node:path';
import { ImsError } from 'ims-client';
import { inspect } from 'ims-client/inspect';
import { FIELDS, numberOf, optionOf, UsageError } from './arguments.js';
import { EXIT } from './exits.js';
import { FOLDER, leaveFolder } from './folder.js';
import { bytes } from './output.js';
import { jsonOf, withClient } from './service.js';

export async function upload(values, [file], output) {
  const given = path.resolve(file);
  return withClient(values, async (ims) => {
    const directory = values.checkpoints ?? path.join(path.dirname(given), FOLDER);
    const target = await targetOf(values, given);
    const task = ims.upload({ path: given }, target, {
      checkpoint: { directory },
      ...optionsOf(values),
      onProgress: ({ phase, bytesSent, bytesTotal, bytesPerSecond, etaSeconds }) =>
        output.progress({ phase, done: bytesSent, total: bytesTotal, bytesPerSecond, etaSeconds }),
      onEvent: (event) => event.type === 'warning' && output.note(`warning: ${event.message}`, event),
    });
    // The second Ctrl-C ends the program as ever.
    const stop = () => task.stop();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    try {
      const { image, md5, verified } = await task.done;
      const line = `${image.imageId} is ${image.status}: ${bytes(image.size)}, verified by ${verified}`;
      output.result({ image, md5, verified }, () => line);
      // Of a file that has changed since, or for another image. This one is there, whether others can be listed or not.
      const kept = await ims.pendingUploads({ directory }).catch(() => []);
      for (const { imageId, name } of kept.filter(
        ({ fileName, inUse }) => fileName === path.basename(given) && !inUse,
      ))
        output.note(
          `an earlier upload of this name is still kept, into ${imageId ?? name}: see ims-client pending`,
        );
      await leaveFolder(directory, values);
      return EXIT.done;
    } catch (error) {
      if (error instanceof ImsError && error.resumable)
        output.note('what is stored is kept: the same command goes on there');
      if (/the checkpoint directory failed/.test(error.message) && values.checkpoints === undefined)
        output.note(`progress cannot be kept in ${directory}: give another place with --checkpoints DIR`);
      throw error;
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    }
  });
}

function optionsOf(values) {
  const options = { partSize: numberOf(values, 'part-size'), concurrency: numberOf(values, 'concurrency') };
  if (values['no-wait']) options.wait = false;
  if (values['allow-unsafe']) options.allowUnsafe = values['allow-unsafe'];
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** An image that is queued, or a new one. */
async function targetOf(values, file) {
  const imageId = values['image-id'];
  if (imageId === undefined) return metadataOf(values, file);
  const both = ['metadata', ...Object.keys(FIELDS)].find((name) => values[name] !== undefined);
  if (both) throw new UsageError(`--image-id and --${both} do not go together: the image has its fields`);
  return { imageId };
}

/** What the file tells, the file of metadata over it, options over both. */
async function metadataOf(values, file) {
  const { suggestion } = await inspect({ path: file });
  const written = values.metadata ? await jsonOf(values.metadata, 'the metadata') : {};
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    throw new UsageError(`${values.metadata} holds no fields of an image: { "minDisk": 20, … }`);
  }
  const named = Object.entries(FIELDS)
    .filter(([option]) => values[option] !== undefined)
    .map(([option, kind]) => [
      fieldOf(option),
      kind === 'number' ? numberOf(values, option) : values[option],
    ]);
  const metadata = { name: path.parse(file).name, ...suggestion, ...written, ...Object.fromEntries(named) };
  const missing = NEEDED.filter((field) => metadata[field] === undefined);
  if (missing.length) {
    throw new UsageError(
      `the image needs ${missing.map(optionOf).join(', ')} (or ${missing.join(', ')} in a file of --metadata)`,
    );
  }
  return metadata;
}

/** What createImage cannot do without. */
const NEEDED = [
  'diskFormat',
  'minDisk',
  'minRam',
  'name',
  'imageType',
  'instruction',
  'cpuArch',
  'osType',
  'platform',
  'visibility',
  'usage',
  'departmentId',
  'tenantId',
];

function fieldOf(option) {
  return option.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());
}
