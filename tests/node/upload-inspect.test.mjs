/** upload() looks into the file first: what is refused with nothing sent, what may pass, what is only told. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { DIRTY, qcow2, raw, UNKNOWN_FEATURE } from '../support/headers.mjs';
import { randomBytes } from '../support/images.mjs';
import { CLIENT_DIR, temporaryFolder } from '../support/places.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { rawImage, smallImage } from '../support/samples.mjs';

const run = promisify(execFile);
const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** A client whose service writes down what arrives. */
async function recorded(t) {
  const recorder = await startRecorder(t);
  return { recorder, ims: newClient(t, recorder.url) };
}

/** Starts an upload; gives what it told, too. */
function begin(ims, source, target, options = {}) {
  const events = [];
  const phases = [];
  const task = ims.upload(source, target, {
    onEvent: (event) => events.push(event),
    onProgress: ({ phase }) => phases.push(phase),
    ...options,
  });
  const warned = () => events.filter(({ type }) => type === 'warning').map(({ code }) => code);
  return { task, phases, events, warned };
}

const REFUSED = [
  ['backing-file', { backingFile: '/etc/passwd' }, /"\/etc\/passwd"/],
  ['unknown-feature', { incompatible: UNKNOWN_FEATURE }, /feature/],
];

for (const [code, image, message] of REFUSED) {
  test(`${code} ends it before anything is sent`, async (t) => {
    const { recorder, ims } = await recorded(t);
    const { task, phases } = begin(ims, qcow2(image), smallImage());
    const error = await rejects(task.done, {
      kind: 'validation',
      operation: 'upload',
      code,
      field: 'source',
      message,
      retryable: false,
      resumable: false,
    });
    assert.ok(error.rule.length > 20, `what to do: ${error.rule}`);
    assert.equal(task.state, 'failed');
    assert.deepEqual(phases, ['inspecting']);
    assert.equal(recorder.requests.length, 0);
  });
}

test('a truncated file is refused, and the first of several problems is the worst one', async (t) => {
  const { recorder, ims } = await recorded(t);
  const cut = qcow2({ backingFile: 'base.qcow2' }).subarray(0, 65_536 + 512);
  const { task } = begin(ims, cut, smallImage());
  const error = await rejects(task.done, { kind: 'validation', code: 'truncated', field: 'source' });
  assert.match(error.message, /\(truncated; also backing-file\)/);
  // Naming one of them is not enough.
  const again = begin(ims, cut, smallImage(), { allowUnsafe: ['truncated'] });
  await rejects(again.task.done, { kind: 'validation', code: 'backing-file' });
  assert.equal(recorder.requests.length, 0);
});

test('the declared format must be the file’s own', async (t) => {
  const { recorder, ims } = await recorded(t);
  const cases = [
    [raw(), 'qcow2'],
    [qcow2(), 'raw'],
    [Buffer.concat([Buffer.from('QED\0'), Buffer.alloc(70_000)]), 'raw'],
  ];
  for (const [source, diskFormat] of cases) {
    const { task } = begin(ims, source, smallImage({ diskFormat, minDisk: 10 }));
    await rejects(task.done, {
      kind: 'validation',
      code: 'format-mismatch',
      field: 'diskFormat',
      value: diskFormat,
      message: new RegExp(`declared as ${diskFormat}`),
    });
  }
  assert.equal(recorder.requests.length, 0);
});

test('minDisk: what the service refuses is refused here, what it accepts passes', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const cases = [
    ['a byte more', qcow2({ virtualSize: 2 * GIB + 512 }), smallImage({ minDisk: 2 }), false],
    ['just as large', qcow2({ virtualSize: 2 * GIB }), smallImage({ minDisk: 2 }), true],
    ['a little raw file', raw(), rawImage({ minDisk: 1 }), true],
    // What is declared raw is a disk as long as the file, whatever it holds.
    ['qcow2 as raw', qcow2({ virtualSize: 9 * GIB }), rawImage({ minDisk: 1 }), true],
  ];
  for (const [name, source, target, passes] of cases) {
    const before = (await emulator.images()).length;
    const { task } = begin(ims, source, target, { allowUnsafe: ['format-mismatch'] });
    if (passes) {
      assert.equal((await task.done).image.status, 'active', name);
      continue;
    }
    await rejects(task.done, { kind: 'validation', code: 'min-disk', field: 'minDisk', value: 2, rule: /3/ });
    assert.equal((await emulator.images()).length, before, name);
    const forced = begin(ims, source, target, { allowUnsafe: ['min-disk'] });
    await rejects(forced.task.done, { kind: 'service', code: 'IMG.OperationFailed.MinDiskSize' });
  }
});

test('allowUnsafe lets a danger pass; it is told all the same', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { task, warned } = begin(ims, qcow2({ backingFile: 'base' }), smallImage(), {
    allowUnsafe: ['backing-file', 'a-code-of-a-later-version'],
  });
  const { image, warnings } = await task.done;
  assert.equal(image.status, 'active');
  assert.deepEqual(warned(), ['backing-file']);
  assert.match(warnings[0], /backing file/);
});

test('a warning is told at once and at the end, and stops nothing', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { task, events, phases } = begin(ims, qcow2({ incompatible: DIRTY }), smallImage());
  const { warnings, verified } = await task.done;
  assert.equal(verified, 'md5');
  assert.equal(events[0].type, 'warning', 'before anything else');
  assert.equal(events[0].code, 'dirty');
  assert.match(events[0].message, /not closed properly.*qemu-img check/);
  assert.deepEqual(warnings, [events[0].message]);
  assert.equal(phases[0], 'inspecting');
  assert.equal(phases.at(-1), 'done');
});

test('allowUnsafe is a list of texts', async (t) => {
  const { recorder, ims } = await recorded(t);
  const cases = [
    ['backing-file', 'allowUnsafe'],
    [{ 0: 'dirty' }, 'allowUnsafe'],
    [true, 'allowUnsafe'],
    [['dirty', 7], 'allowUnsafe[1]'],
    [[''], 'allowUnsafe[0]'],
  ];
  for (const [allowUnsafe, field] of cases)
    await rejects(begin(ims, raw(), rawImage(), { allowUnsafe }).task.done, { kind: 'validation', field });
  assert.equal(recorder.requests.length, 0);
});

test('an image that exists is compared with the file: format and minDisk', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { imageId } = await ims.createImage(smallImage({ minDisk: 1 }));
  const untouched = async (source, expected) => {
    await rejects(begin(ims, source, { imageId }).task.done, {
      kind: 'validation',
      field: 'source',
      ...expected,
    });
    assert.equal((await emulator.images()).find((image) => image.imageId === imageId).status, 'queued');
    assert.equal((await emulator.arrived('upload_prepare')).length, 0);
  };
  await untouched(raw(), { code: 'format-mismatch' });
  await untouched(qcow2({ virtualSize: GIB + 512 }), { code: 'min-disk' });
  await untouched(qcow2({ backingFile: 'base' }), { code: 'backing-file' });
  const { image } = await begin(ims, qcow2({ virtualSize: GIB }), { imageId }).task.done;
  assert.equal(image.status, 'active');
});

test('a stream is not looked into, in silence', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const bytes = qcow2({ backingFile: 'base' });
  const stream = new Blob([bytes]).stream();
  const { task, warned } = begin(ims, { stream, size: bytes.length }, smallImage());
  assert.equal((await task.done).image.status, 'active');
  assert.deepEqual(warned(), []);
});

test('a file that cannot be read is of kind source, with nothing sent', async (t) => {
  const { recorder, ims } = await recorded(t);
  const broken = {
    size: MIB,
    slice: () => broken,
    arrayBuffer: () => Promise.reject(new Error('the disk was pulled out')),
  };
  await rejects(begin(ims, broken, rawImage()).task.done, {
    kind: 'source',
    message: /the disk was pulled out/,
  });
  assert.equal(recorder.requests.length, 0);
});

test('what goes on was looked into: the checkpoint says so, and the words of the first run hold', async (t) => {
  const emulator = await startEmulator(t);
  await emulator.spoil({ operation: 'UploadPart', delayMs: 200, times: 0 });
  const folder = await temporaryFolder(t);
  const directory = path.join(folder, 'checkpoints');
  const file = path.join(folder, 'disk.qcow2');
  await writeFile(file, Buffer.concat([qcow2({ backingFile: 'base' }), randomBytes(3, 20 * MIB)]));
  const first = newClient(t, emulator.ims);
  const options = { checkpoint: { directory }, partSize: 5 * MIB, concurrency: 1 };
  const allowed = { ...options, allowUnsafe: ['backing-file'] };
  const begun = begin(first, { path: file }, smallImage(), allowed);
  await eventually(() => begun.events.some(({ state }) => state === 'stored'), 'a part is stored');
  const ended = rejects(begun.task.done, { kind: 'aborted', resumable: true });
  await begun.task.stop();
  await ended;
  const [name] = (await readdir(directory)).filter((entry) => entry.endsWith('.json'));
  const checkpoint = await readFile(path.join(directory, name), 'utf8');
  assert.equal(JSON.parse(checkpoint).upload.inspected, true);
  await emulator.heal();
  // An earlier version of this client did not say so: then the file is looked into again.
  await writeFile(path.join(directory, name), checkpoint.replace(',"inspected":true', ''));
  const second = newClient(t, emulator.ims);
  const older = begin(second, { path: file }, smallImage(), options);
  await rejects(older.task.done, { kind: 'validation', code: 'backing-file' });
  await writeFile(path.join(directory, name), checkpoint);
  const [pending] = await second.pendingUploads({ directory });
  assert.equal((await pending.resume().done).image.status, 'active');
});

/** Runs a script with a copy of the package that lacks the inspector's .wasm. */
async function withoutInspector(t, script, ...parameters) {
  // Beside the installed package, so that no module is looked for elsewhere.
  const folder = await mkdtemp(path.join(CLIENT_DIR, '..', '..', 'incomplete-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const copy = path.join(folder, 'node_modules', 'ims-client');
  await cp(CLIENT_DIR, copy, { recursive: true });
  await rm(path.join(copy, 'inspect_node_bg.wasm'));
  const file = path.join(folder, 'script.mjs');
  await writeFile(file, script);
  return run(process.execPath, [file, ...parameters], { timeout: 60_000, killSignal: 'SIGKILL' });
}

test('an inspector that cannot be loaded costs a warning, never an upload', async (t) => {
  const emulator = await startEmulator(t);
  const script = (load) => `
    import { CecloudImsClient, load } from 'ims-client';
    ${load}
    const ims = new CecloudImsClient({ endpoint: process.argv[2], region: 'region0' });
    const events = [];
    const onEvent = (event) => { if (event.type === 'warning') events.push(event); };
    const target = ${JSON.stringify(rawImage())};
    const { image, warnings } = await ims.upload(new Uint8Array(4096), target, { onEvent }).done;
    console.log(JSON.stringify({ status: image.status, events, warnings }));`;
  const { stdout } = await withoutInspector(t, script(''), emulator.ims);
  const { status, events, warnings } = JSON.parse(stdout);
  assert.equal(status, 'active');
  assert.deepEqual(
    events.map(({ code }) => code),
    ['inspection-skipped'],
  );
  assert.match(events[0].message, /inspect_node_bg\.wasm/);
  assert.deepEqual(warnings, [events[0].message]);
  // Who publishes the file elsewhere says where.
  const place = JSON.stringify(path.join(CLIENT_DIR, 'inspect_node_bg.wasm'));
  const load = `
    import { readFile } from 'node:fs/promises';
    await load({ inspectWasm: await readFile(${place}) });`;
  const found = await withoutInspector(t, script(load), emulator.ims);
  assert.deepEqual(JSON.parse(found.stdout).events, []);
});

test('nothing of the inspector is loaded before the first upload', async (t) => {
  const { recorder } = await recorded(t);
  const script = `
    import { CecloudImsClient, load } from 'ims-client';
    await load();
    const ims = new CecloudImsClient({ endpoint: process.argv[2], region: 'region0', retry: { maxAttempts: 1 } });
    await ims.listImages().catch(() => {});
    console.log('no inspector needed');`;
  const { stdout } = await withoutInspector(t, script, recorder.url);
  assert.equal(stdout.trim(), 'no inspector needed');
});

test('the inline entry has the inspector inside', async (t) => {
  const { recorder } = await recorded(t);
  const script = `
    import { CecloudImsClient } from 'ims-client/inline';
    const ims = new CecloudImsClient({ endpoint: process.argv[2], region: 'region0' });
    const task = ims.upload(new Uint8Array(4096), ${JSON.stringify(smallImage())});
    console.log((await task.done.catch((error) => error)).code);`;
  const { stdout } = await withoutInspector(t, script, recorder.url);
  assert.equal(stdout.trim(), 'format-mismatch');
  assert.equal(recorder.requests.length, 0);
});
