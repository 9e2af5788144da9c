/** Where checkpoints are kept in Node: what is refused, and stores, files and locks that are broken or somebody else's. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { memoryStore } from '../support/checkpoints.mjs';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { assertSameBytes, randomBytes } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';

const MIB = 1024 * 1024;
/** Three parts. */
const BYTES = randomBytes('stores', 11 * MIB);
const NAME = 'kept';

/** A cloud and a client, and a way to upload the same bytes again and again. */
async function ready(t) {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const directory = path.join(await temporaryFolder(t), 'not', 'yet');
  const begin = (checkpoint = { directory }, client = ims) => {
    const events = [];
    const task = client.upload(BYTES, rawImage({ name: NAME }), {
      partSize: 5 * MIB,
      concurrency: 1,
      checkpoint,
      onEvent: (event) => events.push(event),
    });
    return { task, events };
  };
  return { emulator, ims, directory, begin };
}

/** It ended well, and what it warned of has these codes. Gives the warnings. */
async function endsWell({ emulator }, { task, events }, ...codes) {
  const { image, verified, warnings } = await task.done;
  assert.deepEqual([image.status, verified], ['active', 'md5']);
  const warned = events.filter(({ type }) => type === 'warning').map(({ code }) => code);
  assert.deepEqual(warned, codes, `${warnings}`);
  assert.equal(warnings.length, codes.length);
  await assertSameBytes([BYTES], await emulator.file(image.imageId));
  return warnings;
}

async function somethingStored({ task, events }) {
  const isStored = () => events.some((event) => event.state === 'stored');
  await Promise.race([task.done, eventually(isStored, 'a part is stored')]);
}

/** Begins an upload and stops it when a part is stored. Gives its image and the path of its checkpoint. */
async function stopped(place) {
  await place.emulator.spoil({ operation: 'UploadPart', delayMs: 100, times: 0 });
  const { task, events } = place.begin();
  await somethingStored({ task, events });
  const ended = rejects(task.done, { kind: 'aborted', resumable: true });
  await task.stop();
  await ended;
  await place.emulator.heal();
  const names = await readdir(place.directory);
  assert.equal(names.length, 1, `no lock is left, only a checkpoint: ${names}`);
  return { imageId: task.imageId, file: path.join(place.directory, names[0]) };
}

test('what is no store is refused by its field, before anything is asked', async (t) => {
  const { emulator, ims, directory, begin } = await ready(t);
  const own = { load() {}, save() {}, remove() {}, list: () => [] };
  const wrong = {
    checkpoint: [true, 1, 'directory', {}, []],
    'checkpoint.directory': [{ directory: '' }, { directory: 7 }],
    'checkpoint.mode': [{ directory, mode: 0o777 }],
    'checkpoint.load': [{ ...own, load: 'x' }],
    'checkpoint.save': [{ load() {} }],
    'checkpoint.remove': [{ ...own, remove: undefined }],
    'checkpoint.list': [{ ...own, list: [] }],
    'checkpoint.lock': [{ ...own, lock: true }],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      await rejects(begin(value).task.done, { kind: 'validation', field, resumable: false });
      await rejects(ims.pendingUploads(value), { kind: 'validation', field });
    }
  }
  for (const none of [undefined, null, false])
    await rejects(ims.pendingUploads(none), { kind: 'validation', field: 'store' });
  // A file stands where the directory should.
  await mkdir(path.dirname(directory), { recursive: true });
  await writeFile(directory, '');
  const unusable = { kind: 'source', message: /the checkpoint directory failed: .*EEXIST/ };
  const pending = () => ims.pendingUploads({ directory });
  for (const act of [() => begin().task.done, pending]) await rejects(act(), unusable);
  assert.deepEqual(await emulator.arrived(), []);
});

test('nobody else can read what is kept, and only what dead processes left is tidied', async (t) => {
  const place = await ready(t);
  const { ims, directory } = place;
  const { file } = await stopped(place);
  const key = path.basename(file, '.json');
  const mode = (name) => (statSync(name).mode & 0o777).toString(8);
  if (process.platform !== 'win32') assert.deepEqual([mode(directory), mode(file)], ['700', '600']);
  const [other, own] = ['0', '1'].map((digit) => digit.repeat(32));
  const token = '199c2d3e4f5-deadbeef';
  const lock = JSON.stringify({ pid: 1, host: 'elsewhere', started: '', token: 'x' });
  const names = ['notes.txt', 'not a key.json', 'package.json', 'yarn.lock', 'Cargo.lock', 'foreign.tmp'];
  names.push('a.b.c.tmp', 'backup.monday.tmp', 'db.1.stale', 'other.1-2-3.tmp', `${other}.tmp`);
  names.push(`${other}.monday.tmp`, `${other}.1-2.stale`, `${other.slice(1)}.lock`, `${own}.json.bak`);
  // A name like ours, but nothing of a lock in it.
  const foreign = [...names, `${other}.lock`];
  const old = [
    `${other}.${token}-2.tmp`,
    `${other}.${token}-4.stale`,
    `${other}.clearing.tmp`,
    `${own}.lock`,
  ];
  const fresh = `${other}.${token}-3.tmp`;
  const put = (name, text = 'x') => writeFile(path.join(directory, name), text);
  for (const name of [...foreign, fresh]) await put(name);
  for (const name of old) await put(name, lock);
  for (const name of [...foreign, ...old]) await utimes(path.join(directory, name), 1, 1);
  assert.equal((await ims.pendingUploads({ directory })).length, 1);
  assert.deepEqual((await readdir(directory)).sort(), [...foreign, fresh, `${key}.json`].sort());
  // Who holds the lock of a key knows that whoever began this is dead, however young it is.
  await put(`${key}.${token}-5.tmp`);
  await endsWell(place, place.begin());
  assert.deepEqual((await readdir(directory)).sort(), [...foreign, fresh].sort());
});

test('what cannot be read hides no pending upload', async (t) => {
  const place = await ready(t);
  const { imageId, file } = await stopped(place);
  const entry = (name) => path.join(place.directory, `${name}.json`);
  for (const name of ['sub', '0'.repeat(32)]) await mkdir(entry(name));
  await writeFile(entry('1'.repeat(32)), await readFile(file));
  await chmod(entry('1'.repeat(32)), 0);
  const pending = await place.ims.pendingUploads({ directory: place.directory });
  assert.equal(pending.length, 1);
  assert.equal(pending[0].imageId, imageId);
});

test('a directory that is removed during an upload is made again', async (t) => {
  const place = await ready(t);
  await place.emulator.spoil({ operation: 'UploadPart', delayMs: 200, times: 0 });
  const upload = place.begin();
  await somethingStored(upload);
  // In one go: removing it file by file looks like somebody else's work on them.
  await rename(place.directory, `${place.directory}.gone`);
  await rejects(place.begin().task.done, { kind: 'source', message: /another task/ });
  await endsWell(place, upload);
  assert.deepEqual(await readdir(place.directory), []);
});

for (const [what, change, message] of [
  ['load() throws', { load: () => assert.fail('no disk') }, /no disk/],
  ['load() rejects with a text', { load: () => Promise.reject('no disk') }, /no disk/],
  ['load() gives a number', { load: () => 5 }, /not a text/],
  ['lock() throws nothing', { lock: () => Promise.reject(null) }, /does not say why/],
  ['lock() gives true', { lock: () => true }, /neither an object with release\(\) nor undefined/],
  ['lock() says no', { lock: () => undefined }, /another task, tab or process/],
  ['lock() says false', { lock: async () => false }, /another task, tab or process/],
]) {
  test(`a store whose ${what} lets nothing begin`, async (t) => {
    const { emulator, begin } = await ready(t);
    await rejects(begin(memoryStore(change)).task.done, { kind: 'source', message, resumable: false });
    assert.deepEqual(await emulator.arrived(), []);
  });
}

test('a store that fails later costs a warning, not the upload', async (t) => {
  const place = await ready(t);
  const failing = () => Promise.reject(new Error('the disk is full'));
  const released = [];
  // It gives the lock back all the same.
  const lock = (key) => ({ release: () => Promise.reject(released.push(key)) });
  for (const save of [failing, () => assert.fail('the disk is full')]) {
    const store = memoryStore({ save, lock });
    const [warning] = await endsWell(place, place.begin(store), 'checkpoint-failed');
    assert.match(warning, /the disk is full/);
  }
  // It fails from the third checkpoint on.
  const store = memoryStore();
  const { save } = store;
  let saved = 0;
  store.save = (key, value) => (++saved > 2 ? failing() : save(key, value));
  await endsWell(place, place.begin(store), 'checkpoint-failed');
  assert.ok(saved > 3, 'it goes on trying');
  assert.equal(released.length, 2, 'each lock was given back once');
});

test('a checkpoint that cannot be removed is told of: the upload stays listed', async (t) => {
  const place = await ready(t);
  const remove = () => Promise.reject(new Error('the disk is broken'));
  const message = /the checkpoint could not be removed: .*the disk is broken/;
  const store = memoryStore({ remove });
  const [warning] = await endsWell(place, place.begin(store), 'checkpoint-failed');
  assert.match(warning, message);
  assert.equal((await place.ims.pendingUploads(store)).length, 1);

  await place.emulator.spoil({ operation: 'UploadPart', delayMs: 200, times: 0 });
  const other = memoryStore({ remove });
  const upload = place.begin(other);
  await somethingStored(upload);
  const ended = rejects(upload.task.done, { kind: 'aborted', resumable: true, message });
  await upload.task.abort();
  await ended;
  const [pending] = await place.ims.pendingUploads(other);
  await rejects(pending.discard(), { operation: 'discard', resumable: true, message });
  assert.equal((await place.emulator.images()).length, 1, 'the image of the second one is deleted');
});

test('pendingUploads() tells of a store that fails, and passes over what is no checkpoint', async (t) => {
  const { emulator, ims } = await ready(t);
  for (const [change, message] of [
    [{ list: () => assert.fail('no disk') }, /no disk/],
    [{ list: () => [1] }, /not a list of texts/],
    [{ list: () => undefined }, /not a list of texts/],
    [{ list: () => ['k'], load: () => ({}) }, /not a text/],
  ])
    await rejects(ims.pendingUploads(memoryStore(change)), { kind: 'source', message });
  const texts = { gone: undefined, none: null, empty: '', rubbish: '{', other: '{}', 'no key': '{}' };
  const store = memoryStore({ list: () => Object.keys(texts), load: (key) => texts[key] });
  assert.deepEqual(await ims.pendingUploads(store), []);
  assert.deepEqual(await emulator.arrived(), []);
});

test('the lock of a dead holder is taken over, that of a living one is not', async (t) => {
  const place = await ready(t);
  const { directory, begin } = place;
  const { imageId, file } = await stopped(place);
  const lock = file.replace(/json$/, 'lock');
  // It gets no answer, and keeps its lock until it is stopped.
  await place.emulator.spoil({ operation: 'prepare_upload', delayMs: 600_000, times: 0 });
  const first = begin();
  await eventually(() => existsSync(lock) && statSync(lock).size > 0, 'it is locked');
  const mine = JSON.parse(await readFile(lock, 'utf8'));
  assert.equal(mine.pid, process.pid);
  assert.equal(statSync(lock).mode & 0o077, 0);
  const refused = { kind: 'source', retryable: true, message: /another task/ };
  await rejects(begin().task.done, refused);
  await Promise.all([rejects(first.task.done, { kind: 'aborted' }), first.task.stop()]);
  await place.emulator.heal();

  const leave = async (text, secondsAgo) => {
    await writeFile(lock, typeof text === 'string' ? text : JSON.stringify({ ...mine, token: 'x', ...text }));
    const touched = Date.now() / 1_000 - secondsAgo;
    await utimes(lock, touched, touched);
  };
  const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(dead, 'exit');
  const living = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'], { stdio: 'ignore' });
  t.after(() => living.kill('SIGKILL'));
  await once(living, 'spawn');
  const stat = process.platform === 'linux' && (await readFile(`/proc/${living.pid}/stat`, 'utf8'));
  // Where the system does not tell when a process was started, its silence tells.
  const started = stat ? stat.split(') ').at(-1).split(' ')[19] : '';
  for (const [text, secondsAgo] of [
    [{ pid: living.pid, started }, stat ? 3_600 : 0],
    [{ host: 'elsewhere' }, 30],
    ['', 30],
    [{}, 0],
  ]) {
    await leave(text, secondsAgo);
    await rejects(begin().task.done, refused);
    const [pending] = await place.ims.pendingUploads({ directory });
    await rejects(pending.discard(), refused);
    await rejects(pending.resume(BYTES).done, refused);
    assert.ok(existsSync(lock), 'it stays where it is');
  }
  await place.emulator.spoil({ operation: 'prepare_upload', status: 403, times: 0 });
  for (const [text, secondsAgo] of [
    [{ pid: dead.pid }, 0],
    [{ pid: living.pid, started: `${started}1` }, stat ? 0 : 70],
    [{ host: 'elsewhere' }, 70],
    ['{"pid":', 70],
    [{}, 70],
  ]) {
    await leave(text, secondsAgo);
    // It gets as far as the service, which refuses it: the checkpoint stays.
    await rejects(begin().task.done, { status: 403, resumable: true });
    assert.deepEqual(await readdir(directory), [path.basename(file)], 'no lock is left');
  }
  await place.emulator.heal();
  await endsWell(place, begin());
  assert.equal((await place.emulator.image(imageId)).status, 'active');
});

test('locks are judged by the clock of their directory, not by those of the machines that share it', async (t) => {
  const place = await ready(t);
  const { directory, begin, emulator } = place;
  const { file } = await stopped(place);
  const lock = file.replace(/json$/, 'lock');
  const HOURS = 2 * 3_600_000;
  const { now } = Date;
  /** What the directory's own clock says. */
  const made = async () => {
    const probe = path.join(directory, 'probe');
    await writeFile(probe, '');
    const { mtimeMs } = statSync(probe);
    await rm(probe);
    return mtimeMs;
  };
  const left = path.join(directory, `${'0'.repeat(32)}.1-2-3.tmp`);
  /** The lock of another machine, and what it has left of another upload. */
  const leave = async (secondsAgo) => {
    const touched = (await made()) / 1_000 - secondsAgo;
    for (const file of [lock, left]) {
      await writeFile(file, JSON.stringify({ pid: 1, host: 'elsewhere', started: '', token: 'x' }));
      await utimes(file, touched, touched);
    }
  };
  const isInUse = async () => (await place.ims.pendingUploads({ directory })).map(({ inUse }) => inUse);
  const refused = { kind: 'source', retryable: true, message: /another task/ };
  await emulator.spoil({ operation: 'prepare_upload', status: 403, times: 0 });
  for (const wrong of [HOURS, -HOURS]) {
    const clock = t.mock.method(Date, 'now', () => now() + wrong);
    await leave(30);
    assert.deepEqual([await isInUse(), existsSync(left)], [[true], true], `${wrong}`);
    await rejects(begin().task.done, refused);
    await leave(70);
    assert.deepEqual([await isInUse(), existsSync(left)], [[false], false], `${wrong}`);
    // It gets as far as the service, which refuses it.
    await rejects(begin().task.done, { status: 403, resumable: true });
    clock.mock.restore();
  }
  await emulator.heal();
  // Its holder goes by that clock, too, whatever is done with its own meanwhile.
  await emulator.spoil({ operation: 'prepare_upload', delayMs: 600_000, times: 0 });
  let wrong = -HOURS;
  t.mock.method(Date, 'now', () => now() + wrong);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { task } = begin();
  await eventually(() => existsSync(lock) && statSync(lock).size > 0, 'it is locked');
  const text = await readFile(lock, 'utf8');
  const behind = [];
  for (wrong of [-HOURS, 0, HOURS, -HOURS]) {
    const before = statSync(lock).mtimeMs;
    const isTouched = () => {
      t.mock.timers.tick(10_000);
      return statSync(lock).mtimeMs !== before;
    };
    await eventually(isTouched, 'it is touched');
    behind.push((await made()) - statSync(lock).mtimeMs);
  }
  assert.equal(await readFile(lock, 'utf8'), text);
  await Promise.all([rejects(task.done, { kind: 'aborted' }), task.stop()]);
  assert.ok(
    behind.every((ms) => Math.abs(ms) < HOURS / 2),
    `touched as of ${behind} ms ago`,
  );
});

test('a checkpoint that is broken or from another version begins anew, with a warning', async (t) => {
  const place = await ready(t);
  for (const [index, broken] of [
    (text) => text.slice(0, text.length / 2),
    (text) => text.replace('"version":1', '"version":2'),
    () => '',
  ].entries()) {
    const { imageId, file } = await stopped(place);
    await writeFile(file, broken(await readFile(file, 'utf8')));
    assert.deepEqual(await place.ims.pendingUploads({ directory: place.directory }), []);
    const again = place.begin();
    const [warning] = await endsWell(place, again, 'checkpoint-failed');
    assert.match(warning, /an earlier checkpoint of this upload cannot be read; the upload begins anew/);
    assert.notEqual(again.task.imageId, imageId);
    assert.deepEqual(await readdir(place.directory), []);
    const images = (await place.emulator.images()).length;
    assert.equal(images, 2 * (index + 1), 'nothing of the old one is touched');
  }
});

test('what belongs to another service or region is neither listed nor touched', async (t) => {
  const place = await ready(t);
  const other = await ready(t);
  const { file } = await stopped(place);
  const text = await readFile(file, 'utf8');
  const store = { directory: place.directory };
  const elsewhere = newClient(t, place.emulator.ims, { region: 'region1' });
  const [pending] = await place.ims.pendingUploads(store);
  for (const client of [other.ims, elsewhere]) assert.deepEqual(await client.pendingUploads(store), []);
  await endsWell(other, place.begin(store, other.ims));
  await rejects(place.begin(store, elsewhere).task.done, { kind: 'service', resumable: false });
  assert.equal(await readFile(file, 'utf8'), text);
  // Under the name of another upload it is nobody's.
  await writeFile(path.join(place.directory, `${'0'.repeat(32)}.json`), text);
  assert.equal((await place.ims.pendingUploads(store)).length, 1);
  // And in the place of another upload it is not gone on with.
  await writeFile(file, text.replace('region0', 'region1'));
  assert.deepEqual(await place.ims.pendingUploads(store), []);
  for (const act of [() => pending.resume(BYTES).done, () => pending.discard()])
    await rejects(act(), { kind: 'source', message: /another service or region/ });
  assert.equal((await place.emulator.images()).length, 1);
  await endsWell(place, place.begin(), 'checkpoint-failed');
  assert.equal((await place.emulator.images()).length, 2);
});
