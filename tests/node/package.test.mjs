/** The package as it is installed: import and require, its entries, processes that end by themselves. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { CecloudImsClient, ImsError } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { rejects } from '../support/expect.mjs';
import { job, plain } from '../support/huawei.mjs';
import { assertSameBytes, makeQcow2 } from '../support/images.mjs';
import { CLIENT_DIR, importClient, requireClient, temporaryFolder } from '../support/places.mjs';
import { fixture, json, startRecorder } from '../support/recorder.mjs';
import { rawImage } from '../support/samples.mjs';

const run = promisify(execFile);
const IMAGE = fixture('1.04-get-image.response.json').data;
/** Beside node_modules, where the name ims-client means the installed package. */
const BESIDE = path.join(CLIENT_DIR, '..', '..');
let folder;

before(async () => {
  // A folder of this run's own, so that runs beside each other do not meet.
  folder = await mkdtemp(path.join(BESIDE, 'scripts-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs a script as a user of the package would; fails when it does not end by itself. */
async function runScript(name, text, ...parameters) {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return run(process.execPath, [file, ...parameters], { timeout: 60_000, killSignal: 'SIGKILL' });
}

test('the script of ten lines uploads a qcow2; its checksum is what md5sum prints', {
  timeout: 90_000,
}, async (t) => {
  const emulator = await startEmulator(t);
  const source = new URL('ten-lines.mjs', import.meta.url);
  const lines = (await readFile(source, 'utf8'))
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('/**'));
  assert.ok(lines.length <= 10, `${lines.length} lines`);
  const file = await makeQcow2(path.join(await temporaryFolder(t), 'disk.qcow2'), 48);
  const script = path.join(folder, 'ten-lines.mjs');
  await copyFile(source, script);
  const { stdout, stderr } = await run(process.execPath, [script, emulator.ims, file], { timeout: 60_000 });
  assert.equal(stderr, '');
  const { imageId, status, checksum } = JSON.parse(stdout);
  assert.equal(status, 'active');
  const [md5sum] = (await run('md5sum', [file])).stdout.split(' ');
  assert.equal(checksum, md5sum);
  await assertSameBytes(file, await emulator.file(imageId));
});

test('import and require in one process give the same errors', async (t) => {
  const required = requireClient();
  const imported = await importClient();
  assert.equal(required.ImsError, imported.ImsError, 'one class of errors, however it was loaded');
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  for (const face of [required, imported]) {
    const ims = new face.CecloudImsClient({ endpoint: recorder.url, region: 'region0' });
    assert.equal((await ims.getImage('i')).imageId, IMAGE.imageId);
    const error = await rejects(ims.getImage(''), { kind: 'validation' });
    assert.ok(error instanceof required.ImsError && error instanceof imported.ImsError);
    ims.close();
  }
});

test('ims-client/inline is the same with its WebAssembly inside', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  for (const face of [await importClient('./inline'), requireClient('ims-client/inline')]) {
    const ims = new face.CecloudImsClient({ endpoint: recorder.url, region: 'region0' });
    assert.equal((await ims.getImage('i')).imageId, IMAGE.imageId);
    await rejects(ims.getImage(''), { kind: 'validation' });
    ims.close();
  }
});

test('both faces export the same names, and the main ones are there', async () => {
  const [required, imported] = [requireClient(), await importClient()];
  const names = (face) =>
    Object.keys(face)
      .filter((name) => name !== 'default' && name !== '__esModule')
      .sort();
  assert.deepEqual(names(required), names(imported));
  for (const name of ['CecloudImsClient', 'ImsError', 'load'])
    assert.equal(typeof imported[name], 'function', name);
});

test('load() takes a URL, bytes, a Response, a Module; and says what is wrong with anything else', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  const script = `
    import { readFile } from 'node:fs/promises';
    import { createRequire } from 'node:module';
    import { pathToFileURL } from 'node:url';
    import { CecloudImsClient, load } from 'ims-client';
    const file = createRequire(import.meta.url).resolve('ims-client/ims_client_bg.wasm');
    const bytes = await readFile(file);
    const wasm = {
      url: () => pathToFileURL(file),
      bytes: () => bytes,
      buffer: () => Uint8Array.from(bytes).buffer,
      response: () => new Response(bytes, { headers: { 'content-type': 'application/wasm' } }),
      module: () => WebAssembly.compile(bytes),
      none: () => undefined,
      text: () => 'not wasm at all',
      html: () => new Response('<!DOCTYPE html>', { headers: { 'content-type': 'text/html' } }),
    }[process.argv[2]]();
    try {
      await load({ wasm: await wasm });
    } catch (error) {
      console.log(error.name + ': ' + error.message);
      process.exit(3);
    }
    const ims = new CecloudImsClient({ endpoint: process.argv[3], region: 'region0' });
    console.log((await ims.getImage('i')).imageId);
    ims.close();`;
  for (const kind of ['url', 'bytes', 'buffer', 'response', 'module', 'none']) {
    const { stdout } = await runScript(`load-${kind}.mjs`, script, kind, recorder.url);
    assert.equal(stdout.trim(), IMAGE.imageId, kind);
  }
  for (const kind of ['text', 'html']) {
    const failed = await runScript(`load-${kind}.mjs`, script, kind, recorder.url).catch((error) => error);
    assert.equal(failed.code, 3, `${kind}: ${failed.stdout} ${failed.stderr}`);
    assert.match(failed.stdout, /^ImsError: .*(wasm|WebAssembly)/i);
  }
});

test('nothing is loaded and nothing runs before the first call', async () => {
  const { stdout } = await runScript(
    'idle.mjs',
    `import { CecloudImsClient } from 'ims-client';
     const compile = WebAssembly.compile;
     let compiled = 0;
     WebAssembly.compile = (...parameters) => { compiled += 1; return compile(...parameters); };
     new CecloudImsClient({ endpoint: 'https://ims.example.com', region: 'region0' });
     await new Promise((resolve) => setTimeout(resolve, 50));
     console.log(compiled);`,
  );
  assert.equal(stdout.trim(), '0');
});

test('a process ends by itself, without unhandled rejections, whatever it left undone', {
  timeout: 90_000,
}, async (t) => {
  const emulator = await startEmulator(t);
  await emulator.spoil({
    operation: 'UploadPart',
    query: 'partNumber=1',
    status: 400,
    code: 'InvalidRequest',
    times: 0,
  });
  const recorder = await startRecorder(t);
  recorder.otherwise({ status: 404 });
  const script = `
    import { CecloudImsClient } from 'ims-client';
    process.on('unhandledRejection', (reason) => { console.log('unhandled', reason); process.exitCode = 9; });
    const [, , endpoint, broken] = process.argv;
    const metadata = ${JSON.stringify({ ...fixture('1.06-create-image.request.json'), diskFormat: 'raw' })};
    const ims = new CecloudImsClient({ endpoint, region: 'region0', retry: { maxAttempts: 2, baseDelayMs: 1 } });
    const nowhere = new CecloudImsClient({ endpoint: broken, region: 'region0' });
    // Nobody looks at the promises of these tasks.
    const tasks = [
      ims.upload(new Uint8Array(6 * 1024 * 1024), metadata, { partSize: 5 * 1024 * 1024 }),
      nowhere.upload(new Uint8Array(10), metadata),
      nowhere.upload(undefined, metadata),
      nowhere.download('img-1', 'stream'),
    ];
    while (tasks.slice(0, 3).some((task) => task.state === 'running')) await new Promise((done) => setTimeout(done, 10));
    await ims.listImages();
    await ims.upload(new Uint8Array(1000), metadata).done;
    for await (const image of ims.iteratePrivateImages()) if (image) break;
    console.log(tasks.slice(0, 3).map((task) => task.state).join());`;
  // It closes nothing: a script need not.
  const { stdout } = await runScript('ends.mjs', script, emulator.ims, recorder.url);
  assert.equal(stdout.trim(), 'failed,failed,failed');
});

test('callbacks whose promises reject end neither what calls them nor the process', {
  timeout: 90_000,
}, async (t) => {
  const emulator = await startEmulator(t);
  const [glance, huawei] = [await startRecorder(t), await startRecorder(t)];
  const image = { id: 'i', status: 'queued', disk_format: 'raw' };
  glance.next(plain(image), { status: 204 }, plain({ ...image, status: 'active', size: 1000 }));
  huawei.next(job('RUNNING'), job('SUCCESS'));
  // Nobody listens for rejections: one that is not handled would end it.
  const script = `
    import { CecloudImsClient } from 'ims-client';
    import { HuaweiImsClient } from 'ims-client/huawei';
    import { OpenStackImageClient } from 'ims-client/openstack';
    const [, , endpoint, glance, huawei] = process.argv;
    const metadata = ${JSON.stringify(rawImage())};
    const bytes = new Uint8Array(1000);
    let calls = 0;
    const broken = async () => {
      calls += 1;
      throw new Error('the callback has a defect');
    };
    const ended = [];
    const after = async (what, promise) => {
      const before = calls;
      const end = await promise;
      ended.push([what, calls > before]);
      return end;
    };
    const ims = new CecloudImsClient({ endpoint, region: 'region0', onRequest: broken });
    await after('onRequest', ims.listImages());
    const quiet = new CecloudImsClient({ endpoint, region: 'region0' });
    await after('onEvent', quiet.upload(bytes, metadata, { onEvent: broken }).done);
    const { image } = await after('upload', quiet.upload(bytes, metadata, { onProgress: broken }).done);
    const download = quiet.download(image.imageId, 'stream', { onProgress: broken });
    const reading = (async () => { for await (const chunk of download.stream) chunk; })();
    await after('download', Promise.all([download.done, reading]));
    const images = new OpenStackImageClient({ endpoint: glance });
    await after('file', images.upload('i', bytes, { checksum: 'none', onProgress: broken }).done);
    const jobs = new HuaweiImsClient({ endpoint: huawei, projectId: 'p' });
    await after('job', jobs.waitForJob('j-1', { intervalMs: 1, onProgress: broken }));
    await new Promise(setImmediate);
    console.log(JSON.stringify(ended));`;
  const { stdout, stderr } = await runScript('rejects.mjs', script, emulator.ims, glance.url, huawei.url);
  const all = ['onRequest', 'onEvent', 'upload', 'download', 'file', 'job'];
  assert.deepEqual(
    JSON.parse(stdout),
    all.map((what) => [what, true]),
    'each was called',
  );
  assert.equal(stderr, '');
});

test('one signal for many calls is no leak, and Node says nothing of one', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  const script = `
    import { getMaxListeners, setMaxListeners } from 'node:events';
    import { CecloudImsClient } from 'ims-client';
    const ims = new CecloudImsClient({ endpoint: process.argv[2], region: 'region0' });
    const together = (signal) => Promise.all(Array.from({ length: 20 }, () => ims.getImage('i', { signal })));
    const answers = await together(new AbortController().signal);
    // A limit that somebody has set stays.
    const { signal } = new AbortController();
    setMaxListeners(30, signal);
    await together(signal);
    console.log(answers.length, getMaxListeners(signal));`;
  const { stdout, stderr } = await runScript('signals.mjs', script, recorder.url);
  assert.deepEqual([stdout.trim(), stderr], ['20 30', '']);
});

test('an ImsError is an Error with a name, a stack and fields that JSON shows', async () => {
  const ims = new CecloudImsClient({ endpoint: 'https://ims.example.com', region: 'region0' });
  const error = await rejects(ims.getImage('..'), { kind: 'validation', field: 'imageId', value: '..' });
  ims.close();
  assert.ok(error instanceof ImsError);
  assert.equal(Object.prototype.toString.call(error), '[object Error]');
  assert.match(error.stack, /imageId/);
  const shown = JSON.parse(JSON.stringify(error));
  assert.equal(shown.kind, 'validation');
  assert.equal(shown.field, 'imageId');
  assert.equal(shown.operation, 'getImage');
});
