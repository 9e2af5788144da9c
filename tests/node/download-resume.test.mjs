/** What a download leaves when it ends in the middle, and what the next one makes of it. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import fs, { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { rejects } from '../support/expect.mjs';
import { runUploader, startUploader } from '../support/killed.mjs';
import { glance, OpenStackImageClient } from '../support/openstack.mjs';
import { temporaryFolder } from '../support/places.mjs';

const MIB = 1024 * 1024;
const TIMEOUT = { timeout: 60_000 };
/** A break is the end: nothing is repeated. */
const ONCE = { retry: { maxAttempts: 1 } };
const DOWNLOADER = fileURLToPath(new URL('../support/downloader.mjs', import.meta.url));

/** Two images: what the service says of each, and its bytes. */
const [A, B] = ['a', 'b'].map((name) => {
  const bytes = randomBytes(4 * MIB + 7);
  const checksum = createHash('md5').update(bytes).digest('hex');
  const shown = { id: 'i', name, status: 'active', size: bytes.length, checksum, disk_format: 'raw' };
  return { bytes, checksum, shown };
});
const WHOLE = { bytes: A.bytes.length, md5: A.checksum, verified: 'md5' };

/** The service shows an image and sends its file from where it is asked for; up to there only, then it stands still. */
function serve(recorder, image, upto = image.bytes.length) {
  const line = {};
  recorder.json(image.shown).next((request, response) => {
    line.range = request.headers.range;
    line.response = response;
    const from = Number(/^bytes=(\d+)-$/.exec(line.range)?.[1] ?? 0);
    const { length } = image.bytes;
    const range = line.range && { 'content-range': `bytes ${from}-${length - 1}/${length}` };
    response.writeHead(range ? 206 : 200, { 'content-length': length - from, ...range });
    response.write(image.bytes.subarray(from, upto));
    if (upto === length) response.end();
  });
  return line;
}

/** A download that has got so far and stands still. */
async function standing(images, recorder, image, target, upto, options) {
  const line = serve(recorder, image, upto);
  let task;
  await new Promise((resolve, reject) => {
    const onProgress = ({ bytesReceived }) => bytesReceived === upto && resolve();
    task = images.download('i', { path: target }, { ...options, onProgress });
    task.done.catch(reject);
  });
  return { task, line };
}

/** A download that breaks off there, and can be gone on with. */
async function brokenOff(images, recorder, image, target, upto, options) {
  const { task, line } = await standing(images, recorder, image, target, upto, options);
  line.response.destroy();
  await rejects(task.done, { kind: 'network', resumable: true });
}

/** A service, a client of it, and a place to write to. */
async function prepare(context) {
  const { recorder, images, token } = await glance(context, ONCE);
  const folder = await temporaryFolder(context);
  const client = { endpoint: recorder.url, auth: { type: 'token', token }, ...ONCE };
  return { recorder, images, client, folder, target: path.join(folder, 'disk.raw') };
}

test(
  'a download that digests goes on with one that did not, and the other way round',
  TIMEOUT,
  async (context) => {
    const { recorder, images, folder, target } = await prepare(context);
    await brokenOff(images, recorder, A, target, MIB, { checksum: 'none' });
    const again = serve(recorder, A);
    assert.deepEqual(await images.download('i', { path: target }).done, WHOLE);
    assert.equal(again.range, `bytes=${MIB}-`);
    assert.ok((await readFile(target)).equals(A.bytes));

    await brokenOff(images, recorder, A, target, MIB);
    const further = serve(recorder, A);
    const { verified } = await images.download('i', { path: target }, { checksum: 'none' }).done;
    assert.deepEqual([verified, further.range], ['size', `bytes=${MIB}-`]);
    assert.ok((await readFile(target)).equals(A.bytes));
    assert.deepEqual(await readdir(folder), ['disk.raw']);
  },
);

/** What happens to a file between two downloads, and whether one that digests goes on there, or one that does not. */
const MEANWHILE = {
  'somebody writes into it': { change: (part) => spoil(part), digesting: false, other: false },
  'somebody writes into it and hides when': {
    change: async (part) => {
      const { atime, mtime } = await stat(part);
      await spoil(part);
      await utimes(part, atime, mtime);
    },
    digesting: false,
  },
  'somebody touches it': { change: (part) => utimes(part, 1, 1), digesting: true, other: false },
  'an earlier version has left it': {
    change: async (part) => {
      const { of, received, md5 } = JSON.parse(await readFile(`${part}.json`, 'utf8'));
      await writeFile(`${part}.json`, JSON.stringify({ of, received, md5 }));
    },
    digesting: true,
    other: false,
  },
};

async function spoil(part) {
  const handle = await fs.promises.open(part, 'r+');
  await handle.write('something else', 1000);
  await handle.close();
  // A clock may be slow.
  await utimes(part, 1, 1);
}

for (const [what, { change, ...expected }] of Object.entries(MEANWHILE)) {
  test(`a file is gone on with only where it is as it was: ${what}`, TIMEOUT, async (context) => {
    const { recorder, images, folder, target } = await prepare(context);
    for (const [who, goesOn] of Object.entries(expected)) {
      await brokenOff(images, recorder, A, target, 2 * MIB + 1);
      await change(`${target}.part`);
      const again = serve(recorder, A);
      const checksum = who === 'digesting' ? 'md5' : 'none';
      const { verified } = await images.download('i', { path: target }, { checksum }).done;
      assert.equal(verified, checksum === 'md5' ? 'md5' : 'size');
      assert.equal(again.range, goesOn ? `bytes=${2 * MIB + 1}-` : undefined, who);
      assert.ok((await readFile(target)).equals(A.bytes));
      assert.deepEqual(await readdir(folder), ['disk.raw']);
    }
  });
}

/** From now on nothing that is read of a file comes; resolves when something is. */
function unread(context) {
  return new Promise((resolve) => {
    const { open } = fs.promises;
    const opening = context.mock.method(fs.promises, 'open', async (...parameters) => {
      const handle = await open(...parameters);
      handle.read = () => {
        opening.mock.restore();
        resolve();
        return new Promise(() => {});
      };
      return handle;
    });
  });
}

test('abort(), stop() and close() do not wait until what is left has been read', TIMEOUT, async (context) => {
  const { recorder, images, client, folder, target } = await prepare(context);
  await brokenOff(images, recorder, A, target, MIB);
  for (const [end, error, left] of [
    ['close', { kind: 'aborted', resumable: true }, ['disk.raw.part', 'disk.raw.part.json']],
    ['stop', { kind: 'aborted', resumable: true }, ['disk.raw.part', 'disk.raw.part.json']],
    ['abort', { kind: 'aborted', resumable: false }, []],
  ]) {
    const other = new OpenStackImageClient(client);
    const reading = unread(context);
    recorder.json(A.shown);
    const task = other.download('i', { path: target });
    const ended = rejects(task.done, error);
    await reading;
    if (end === 'close') other.close();
    else await task[end]();
    await ended;
    other.close();
    assert.deepEqual((await readdir(folder)).sort(), left, end);
  }
});

test('what no download has left is neither used nor removed', TIMEOUT, async (context) => {
  const { recorder, images, folder, target } = await prepare(context);
  const foreign = 'what another program keeps here';
  const [part, notes] = [`${target}.part`, `${target}.part.json`];
  for (const [file, text] of [
    [part, foreign],
    [notes, foreign],
    [notes, '{"received":1}'],
  ]) {
    await writeFile(file, text);
    const message = new RegExp(`${path.basename(file)} is in the way`);
    const refused = { kind: 'validation', field: 'target.path', message };
    await rejects(images.download('i', { path: target }).done, refused);
    assert.equal(await readFile(file, 'utf8'), text);
    assert.deepEqual(await readdir(folder), [path.basename(file)]);
    await rm(file);
  }
  assert.deepEqual(recorder.take(), [], 'nothing was asked for');
  // What is empty is nobody's: a process that died may have left it.
  for (const file of [part, notes]) await writeFile(file, '');
  serve(recorder, A);
  assert.deepEqual(await images.download('i', { path: target }).done, WHOLE);
  assert.deepEqual(await readdir(folder), ['disk.raw']);
});

/** What somebody else may put beside notes of ours: it is shorter than they say, or another file. */
const FOREIGN = {
  'a shorter file': (part) => writeFile(part, 'precious'),
  'another file': async (part) => {
    await writeFile(`${part}.new`, B.bytes);
    // The clock of file systems goes in steps of milliseconds: it may be as old otherwise.
    await utimes(`${part}.new`, 5, 5);
    await rename(`${part}.new`, part);
  },
};

for (const [what, put] of Object.entries(FOREIGN)) {
  test(`notes make nothing ours that we have not written: ${what}`, TIMEOUT, async (context) => {
    const { recorder, images, folder, target } = await prepare(context);
    const part = `${target}.part`;
    await brokenOff(images, recorder, A, target, MIB);
    await put(part);
    const bytes = await readFile(part);
    const refused = { kind: 'validation', field: 'target.path', message: /disk\.raw\.part is in the way/ };
    await rejects(images.download('i', { path: target }).done, refused);
    assert.ok((await readFile(part)).equals(bytes));
    await rm(part);
    serve(recorder, A);
    assert.deepEqual(await images.download('i', { path: target }).done, WHOLE);
    assert.deepEqual(await readdir(folder), ['disk.raw']);
  });
}

test('notes never speak of the bytes of another image', TIMEOUT, async (context) => {
  const { recorder, images, folder, target } = await prepare(context);
  await brokenOff(images, recorder, A, target, MIB);
  const { task } = await standing(images, recorder, B, target, 2 * MIB);
  // What is there as if the process died at this moment.
  const dead = path.join(await temporaryFolder(context), 'dead');
  await cp(folder, dead, { recursive: true });
  await rm(path.join(dead, 'disk.raw.part.lock'), { force: true });
  const ended = rejects(task.done, { kind: 'aborted' });
  await task.abort();
  await ended;

  const again = path.join(dead, 'disk.raw');
  serve(recorder, A);
  assert.deepEqual(await images.download('i', { path: again }).done, WHOLE);
  assert.ok((await readFile(again)).equals(A.bytes));
});

test('what lies behind the notes does not stay', TIMEOUT, async (context) => {
  const { recorder, images, target } = await prepare(context);
  await brokenOff(images, recorder, A, target, MIB);
  await fs.promises.appendFile(`${target}.part`, Buffer.alloc(8 * MIB, 1));
  const again = serve(recorder, A);
  assert.deepEqual(await images.download('i', { path: target }).done, WHOLE);
  assert.equal(again.range, `bytes=${MIB}-`);
  assert.ok((await readFile(target)).equals(A.bytes));
});

test(
  'a file that somebody else has put there meanwhile is neither used nor removed',
  TIMEOUT,
  async (context) => {
    const { recorder, images, target } = await prepare(context);
    const { task, line } = await standing(images, recorder, A, target, MIB);
    await rename(`${target}.part`, `${target}.aside`);
    await writeFile(`${target}.part`, B.bytes.subarray(0, A.bytes.length));
    line.response.end(A.bytes.subarray(MIB));
    await rejects(task.done, { kind: 'integrity', operation: 'download', message: /disk\.raw\.part/ });
    assert.ok(!existsSync(target));
    const refused = { kind: 'validation', field: 'target.path', message: /disk\.raw\.part is in the way/ };
    await rejects(images.download('i', { path: target }).done, refused);
    assert.ok((await readFile(`${target}.part`)).equals(B.bytes));
  },
);

test('close() keeps what was there, and what has come since', TIMEOUT, async (context) => {
  const { recorder, images, client, target } = await prepare(context);
  await brokenOff(images, recorder, A, target, MIB);
  const closed = { kind: 'aborted', message: /closed/i, resumable: true };
  const { task } = await standing(images, recorder, A, target, 2 * MIB);
  images.close();
  await rejects(task.done, closed);

  // Also where nothing has come since.
  const second = new OpenStackImageClient(client);
  let asked;
  const asking = new Promise((resolve) => {
    recorder.json(A.shown).next((request) => {
      asked = request.headers.range;
      resolve();
    });
  });
  const waiting = second.download('i', { path: target });
  await asking;
  second.close();
  await rejects(waiting.done, closed);
  assert.equal(asked, `bytes=${2 * MIB}-`);

  const third = new OpenStackImageClient(client);
  context.after(() => third.close());
  const again = serve(recorder, A);
  assert.deepEqual(await third.download('i', { path: target }).done, WHOLE);
  assert.equal(again.range, `bytes=${2 * MIB}-`);
  assert.ok((await readFile(target)).equals(A.bytes));
});

test('stop() keeps all that has come at a path, and nothing elsewhere', TIMEOUT, async (context) => {
  const { recorder, images, folder, target } = await prepare(context);
  const { task } = await standing(images, recorder, A, target, 3 * MIB);
  await Promise.all([task.stop(), rejects(task.done, { kind: 'aborted', resumable: true })]);
  await task.stop();
  assert.deepEqual((await readdir(folder)).sort(), ['disk.raw.part', 'disk.raw.part.json']);
  const again = serve(recorder, A);
  assert.deepEqual(await images.download('i', { path: target }).done, WHOLE);
  assert.equal(again.range, `bytes=${3 * MIB}-`);
  assert.ok((await readFile(target)).equals(A.bytes));

  serve(recorder, A);
  const streamed = images.download('i', 'stream');
  await streamed.stream.getReader().read();
  await Promise.all([streamed.stop(), rejects(streamed.done, { kind: 'aborted', resumable: false })]);
});

/** From now on a disk that takes so many bytes of a file, and no more notes where these do not fit either. */
function fullDisk(context, room, notes) {
  const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const { open, writeFile: put } = fs.promises;
  const opening = context.mock.method(fs.promises, 'open', async (...parameters) => {
    const handle = await open(...parameters);
    const { write } = handle;
    handle.write = async (buffer, offset, length, position) => {
      const fits = Math.min(length, room - position);
      if (fits <= 0) throw full();
      return write.call(handle, buffer, offset, fits, position);
    };
    return handle;
  });
  const putting = context.mock.method(fs.promises, 'writeFile', async (file, ...rest) => {
    if (!notes && String(file).includes('.part.json')) throw full();
    return put(file, ...rest);
  });
  return () => {
    opening.mock.restore();
    putting.mock.restore();
  };
}

for (const notes of [true, false]) {
  const what = notes ? 'what was written' : 'what was noted before, where there is no room for notes either,';
  test(`a disk that is full keeps ${what} for later`, TIMEOUT, async (context) => {
    const { recorder, images, folder, target } = await prepare(context);
    await brokenOff(images, recorder, A, target, MIB);
    // It is written in blocks of a mebibyte, and what is left of them.
    const free = fullDisk(context, 3 * MIB + 1, notes);
    serve(recorder, A);
    const full = { kind: 'source', message: /ENOSPC/, resumable: true };
    await rejects(images.download('i', { path: target }).done, full);
    free();
    const names = ['disk.raw.part', 'disk.raw.part.json'];
    assert.deepEqual((await readdir(folder)).sort(), names);

    const again = serve(recorder, A);
    assert.deepEqual(await images.download('i', { path: target }).done, WHOLE);
    const from = Number(/^bytes=(\d+)-$/.exec(again.range)[1]);
    assert.ok(notes ? from > MIB && from <= 3 * MIB + 1 : from === MIB, `from ${from}`);
    assert.ok((await readFile(target)).equals(A.bytes));
    assert.deepEqual(await readdir(folder), ['disk.raw']);
  });
}

test('what is whole and cannot be given its name is not downloaded again', TIMEOUT, async (context) => {
  const { recorder, images, folder, target } = await prepare(context);
  const { task, line } = await standing(images, recorder, A, target, MIB);
  await mkdir(path.join(target, 'in the way'), { recursive: true });
  line.response.end(A.bytes.subarray(MIB));
  await rejects(task.done, { kind: 'source', resumable: true });
  await rm(target, { recursive: true });
  recorder.json(A.shown).next({ status: 416 });
  assert.deepEqual(await images.download('i', { path: target }).done, WHOLE);
  assert.equal(recorder.take().at(-1).headers.range, `bytes=${A.bytes.length}-`);
  assert.ok((await readFile(target)).equals(A.bytes));
  assert.deepEqual(await readdir(folder), ['disk.raw']);
});

const REFUSED = { kind: 'validation', field: 'target.path', message: /written by another download/ };

test('two downloads do not write into one file by two names', TIMEOUT, async (context) => {
  const { recorder, images, folder, target } = await prepare(context);
  const link = path.join(await temporaryFolder(context), 'link');
  await symlink(folder, link);
  const { task, line } = await standing(images, recorder, A, target, MIB);
  for (const other of [target, path.join(link, 'disk.raw')])
    await rejects(images.download('i', { path: other }).done, REFUSED);
  line.response.end(A.bytes.subarray(MIB));
  assert.deepEqual(await task.done, WHOLE);
  assert.deepEqual(await readdir(folder), ['disk.raw']);
});

test('two processes do not write into one file; one that died holds nothing', TIMEOUT, async (context) => {
  const { recorder, images, client, folder, target } = await prepare(context);
  serve(recorder, B, MIB);
  const request = { client, path: target };
  const other = startUploader(context, DOWNLOADER, request, ['ignore', 'pipe', 'inherit']);
  for await (const line of createInterface({ input: other.child.stdout })) {
    const { received, failed } = JSON.parse(line);
    assert.equal(failed, undefined);
    if (received === MIB) break;
  }
  await rejects(images.download('i', { path: target }).done, REFUSED);
  await other.kill();

  serve(recorder, A);
  assert.deepEqual(await images.download('i', { path: target }).done, WHOLE);
  assert.ok((await readFile(target)).equals(A.bytes));
  assert.deepEqual(await readdir(folder), ['disk.raw']);

  // The other way round.
  const { task, line } = await standing(images, recorder, A, target, MIB);
  const { last } = await runUploader(context, DOWNLOADER, request);
  assert.match(last.failed, /written by another download/);
  line.response.end(A.bytes.subarray(MIB));
  assert.deepEqual(await task.done, WHOLE);
});
