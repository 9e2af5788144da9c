/** The commands: each calls the package, and shows what it says. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ImsError } from 'ims-client';
import { inspect } from 'ims-client/inspect';
import { EXIT } from './exits.js';
import { bytes, cellOf, columns, fields } from './output.js';
import { discard, pending } from './pending.js';
import { withClient } from './service.js';
import { upload } from './upload.js';

const HELP = {
  upload: `upload FILE            send a disk image; the same command goes on where one was stopped
      --name NAME and the other fields of an image: --disk-format --image-type --min-disk GIB --min-ram MIB
      --instruction --cpu-arch --os-type --platform --visibility --usage --department-id --tenant-id
      --resource-group-id --boot-mode --description; what the file itself tells may be left out
      --metadata FILE    the fields as JSON; options go before them
      --image-id IMAGE   into an image that is queued, instead of a new one
      --checkpoints DIR  where progress is kept (default: .ims-client beside the file)
      --part-size BYTES --concurrency N --allow-unsafe CODE --no-wait`,
  list: 'list [--public | --shared | --filter NAME]',
  pending: 'pending [--checkpoints DIR]   uploads of files in this folder that were stopped',
  discard: 'discard IMAGE… | --all [--checkpoints DIR]   take back what such uploads have stored',
  show: 'show IMAGE',
  download: `download IMAGE FILE    Ctrl-C stops; the same command goes on where it was noted last (every 64 MiB)
      - for FILE is standard output, from where nothing goes on; who reads it has to read all`,
  delete: 'delete IMAGE',
  share: 'share IMAGE USER… [--remove]',
  diagnose: 'diagnose               why it does not work',
  inspect: 'inspect FILE           what a disk image is, and what is wrong with it; asks no service',
};

const JSON_OPTION =
  '--json          results as a line of JSON on standard output, progress and errors as such on standard error';

const SERVICE = `--endpoint URL  (IMS_ENDPOINT)   --region REGION  (IMS_REGION)   --header 'NAME: VALUE'   --timeout SECONDS`;

const SECRETS = `Who is asking: IMS_TOKEN, or a file: --token-file (IMS_TOKEN_FILE), or --auth-file (IMS_AUTH_FILE) with the client's auth
option as JSON. Secrets are no options.`;

const CODES = `Exit codes: 0 done, 1 failed, 2 usage, 3 the input is refused, 4 not authorized, 5 not reached, 6 damaged on the way,
130 stopped by Ctrl-C, 141 nobody read the image to its end (download IMAGE -).`;

/** The help on everything, or on one command. */
export function help(command) {
  const indented = (text) => `  ${text}`;
  const options = command === 'inspect' ? [JSON_OPTION] : [SERVICE, JSON_OPTION];
  const about = options.map(indented).join('\n');
  const who = command === 'inspect' ? [] : [SECRETS];
  const head = command
    ? [`ims-client ${HELP[command]}`]
    : ['ims-client COMMAND [OPTIONS]', Object.values(HELP).map(indented).join('\n')];
  return [...head, about, ...who, CODES].join('\n\n');
}

async function list(values, _words, output) {
  return withClient(values, async (ims) => {
    const filter = values.filter === undefined ? {} : { filter: { name: values.filter } };
    const pages = values.public
      ? ims.iterateImages()
      : values.shared
        ? ims.iterateSharedImages()
        : ims.iteratePrivateImages(filter);
    const images = [];
    for await (const image of pages) images.push(image);
    const row = (image) => [
      image.imageId ?? image.shareId,
      image.name ?? image.imageName ?? image.image?.name,
      image.status ?? image.image?.status,
      size(image.image ?? image),
    ];
    output.result(images, () => columns(['image', 'name', 'status', 'size'], images.map(row)));
    return EXIT.done;
  });
}

function size(image) {
  return typeof image.size === 'number' ? bytes(image.size) : '';
}

/** A private image is found in the list where image details do not know it, as waitForImage does. */
async function found(ims, imageId) {
  const page = await ims.listPrivateImages({ filter: { imageId } });
  return page.list.find((image) => image.imageId === imageId) ?? ims.getImage(imageId);
}

async function show(values, [imageId], output) {
  return withClient(values, async (ims) => {
    output.result(await found(ims, imageId), fields);
    return EXIT.done;
  });
}

async function download(values, [imageId, path], output) {
  return withClient(values, async (ims) => {
    const onProgress = ({ bytesReceived, bytesTotal, ...rest }) =>
      output.progress({ ...rest, phase: 'downloading', done: bytesReceived, total: bytesTotal });
    const task = ims.download(imageId, path === '-' ? 'stream' : { path }, { onProgress });
    // The second Ctrl-C ends the program as ever.
    const stop = () => task.stop();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    try {
      if (path === '-') return await pour(task, output);
      const result = await task.done;
      output.result(
        { path, ...result },
        () => `${path}: ${bytes(result.bytes)}, md5 ${result.md5 ?? 'not compared'}`,
      );
    } catch (error) {
      if (error instanceof ImsError && error.resumable)
        output.note('what has arrived is kept: the same command goes on there');
      throw error;
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    }
    return EXIT.done;
  });
}

/** To standard output; what there is to say goes by the way. */
async function pour(task, output) {
  const poured = pipeline(Readable.fromWeb(task.stream), process.stdout, { end: false });
  const failure = await poured.then(
    () => undefined,
    (error) => error,
  );
  if (failure) await task.abort();
  await output.end();
  if (output.isUnread) return EXIT.unread;
  // Its own failure says why.
  const { bytes: count, md5, verified } = await task.done;
  if (failure) throw failure;
  const event = { type: 'result', bytes: count, md5, verified };
  output.note(`${bytes(count)}, md5 ${md5 ?? 'not compared'}`, event);
  return EXIT.done;
}

async function remove(values, [imageId], output) {
  return withClient(values, async (ims) => {
    await ims.deleteImage(imageId);
    output.result({ deleted: imageId }, () => `${imageId} is deleted`);
    return EXIT.done;
  });
}

async function share(values, [imageId, ...users], output) {
  return withClient(values, async (ims) => {
    if (values.remove) await ims.unshareImage(imageId, users);
    else await ims.shareImage(imageId, users);
    const done = values.remove ? 'is no longer shared with' : 'is shared with';
    output.result({ imageId, users, shared: !values.remove }, () => `${imageId} ${done} ${users.join(', ')}`);
    return EXIT.done;
  });
}

async function diagnose(values, _words, output) {
  return withClient(values, async (ims) => {
    const diagnosis = await ims.diagnose();
    const line = ({ ok, name, message, advice }) =>
      [
        // What a check quotes must not look like another check.
        `${ok ? 'ok  ' : 'FAIL'} ${name}: ${cellOf(message)}`,
        ...(advice ? [advice.replaceAll(/^/gm, '     ')] : []),
      ].join('\n');
    output.result(diagnosis, ({ checks }) => checks.map(line).join('\n'));
    return diagnosis.ok ? EXIT.done : EXIT.failed;
  });
}

async function look(_values, [path], output) {
  const info = await inspect({ path });
  const worst = info.problems.some(({ severity }) => severity !== 'warning');
  output.result(info, ({ problems, ...known }) => {
    const line = ({ severity, code, message, advice }) =>
      `${severity} ${code}: ${cellOf(`${message.replace(/[^.!?]$/, '$&.')} ${advice}`)}`;
    return [fields(known), ...problems.map(line)].join('\n');
  });
  return worst ? EXIT.refused : EXIT.done;
}

export const COMMANDS = {
  upload,
  pending,
  discard,
  list,
  show,
  download,
  delete: remove,
  share,
  diagnose,
  inspect: look,
};
