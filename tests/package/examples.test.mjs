/** Every example, run: in Node, in a page, as a component of React. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import ts from 'typescript';
import { serve } from '../bundlers/support.mjs';
import { launch, openPage } from '../support/browsers.mjs';
import { slowAfter, startEmulator } from '../support/emulator.mjs';
import { eventually } from '../support/expect.mjs';
import { makeQcow2, makeRandomRaw, md5Of, randomPieces } from '../support/images.mjs';
import { CLIENT_DIR, ROOT, temporaryFolder } from '../support/places.mjs';
import { example, run, start } from '../support/program.mjs';
import { rawImage } from '../support/samples.mjs';

const MIB = 1024 * 1024;
const TIMEOUT = { timeout: 120_000 };

async function prepare(t) {
  const emulator = await startEmulator(t);
  const folder = await temporaryFolder(t);
  const metadata = path.join(folder, 'metadata.json');
  await writeFile(metadata, JSON.stringify(rawImage({ name: 'example' })));
  return { emulator, folder, metadata };
}

test('node-upload.mjs: Ctrl-C pauses, the next run goes on', TIMEOUT, async (t) => {
  const { emulator, folder, metadata } = await prepare(t);
  const disk = await makeRandomRaw(path.join(folder, 'disk.raw'), 80 * MIB, 'example');
  const script = await example(t, 'node-upload.mjs');
  // Two of five parts: it cannot end before it is paused.
  await emulator.spoil(slowAfter(2));
  const parameters = [emulator.ims, 'region0', disk, metadata];
  const first = start(script, parameters);
  await first.until(/\d % uploading/);
  await eventually(async () => (await emulator.arrived('UploadPart')).length > 2, 'it is midway');
  first.child.kill('SIGINT');
  const paused = await first.ended;
  assert.equal(paused.code, 130, paused.stderr);
  assert.match(paused.stderr, /run the same command to go on/);
  await emulator.heal();
  const done = await run(script, parameters);
  assert.equal(done.code, 0, done.stderr);
  const [image, ...others] = await emulator.images();
  assert.deepEqual([image.status, others.length], ['active', 0]);
  const md5 = await md5Of(randomPieces('example', 80 * MIB));
  assert.equal(done.stdout, `${image.imageId} active ${md5}\n`);
  assert.match(done.stderr, /\[#{30}\] 100 % done/);
});

test('node-upload.mjs: what cannot be read is told in a line', TIMEOUT, async (t) => {
  const { emulator, folder, metadata } = await prepare(t);
  const disk = await makeRandomRaw(path.join(folder, 'disk.raw'), MIB);
  const script = await example(t, 'node-upload.mjs');
  for (const files of [
    [path.join(folder, 'none.raw'), metadata],
    [disk, path.join(folder, 'none.json')],
  ]) {
    const { code, stderr } = await run(script, [emulator.ims, 'region0', ...files]);
    assert.equal(code, 1);
    assert.match(stderr, /^.*none\.(raw|json).*\n$/);
  }
});

test(
  'node-sync.mjs: what is new is uploaded, what is there is not, what is wrong is told',
  TIMEOUT,
  async (t) => {
    const { emulator, folder, metadata } = await prepare(t);
    const images = path.join(folder, 'images');
    await mkdir(images);
    await makeQcow2(path.join(images, 'a.qcow2'), 2);
    await makeRandomRaw(path.join(images, 'b.raw'), MIB);
    const script = await example(t, 'node-sync.mjs');
    const parameters = [emulator.ims, 'region0', images, metadata];
    const first = await run(script, parameters);
    assert.equal(first.stdout, 'uploaded  a.qcow2, verified by md5\nuploaded  b.raw, verified by md5\n');
    const formats = (await emulator.images()).map(({ name, diskFormat }) => [name, diskFormat]).sort();
    assert.deepEqual(formats, [
      ['a', 'qcow2'],
      ['b', 'raw'],
    ]);
    await writeFile(path.join(images, 'c.qcow2'), Buffer.from('514649fb00000003', 'hex'));
    await makeRandomRaw(path.join(images, 'b.raw'), MIB, 'changed');
    const second = await run(script, parameters);
    assert.equal(second.code, 1);
    assert.match(
      second.stdout,
      /^same {6}a\.qcow2\nuploaded {2}b\.raw, verified by md5\nfailed {4}c\.qcow2: ./,
    );
    // A folder, a link to nothing, a pipe: each is told of, and the rest goes on.
    await mkdir(path.join(images, '0.raw'));
    await symlink('nothing', path.join(images, '1.raw'));
    await promisify(execFile)('mkfifo', [path.join(images, '2.raw')]);
    const third = await run(script, parameters);
    assert.equal(third.code, 1);
    assert.match(
      third.stdout,
      /^failed {4}0\.raw: it is no file\nfailed {4}1\.raw: ENOENT.*\nfailed {4}2\.raw: it is no file\nsame {6}a\.qcow2\nsame {6}b\.raw\n/,
      third.stderr,
    );
  },
);

/** Serves a folder, opens it in Chromium, chooses the disk in its form. */
async function inPage(t, { emulator, folder }, site, policy) {
  const disk = await makeRandomRaw(path.join(folder, 'page.raw'), 3 * MIB, 'page');
  const browser = await launch(t, 'chromium');
  const address = new URL(`${await serve(t, site, policy)}/index.html`);
  address.searchParams.set('endpoint', emulator.ims);
  address.searchParams.set('metadata', JSON.stringify(rawImage({ name: 'from a page' })));
  const { page, complaints } = await openPage(browser, address.href);
  const input = await page.waitForSelector('input[type=file]');
  await input.uploadFile(disk);
  return { page, complaints };
}

async function assertImage(emulator, complaints) {
  const [image] = await emulator.images();
  assert.deepEqual([image.name, image.status, image.size], ['from a page', 'active', 3 * MIB]);
  assert.equal(image.checksum, await md5Of(randomPieces('page', 3 * MIB)));
  assert.deepEqual(complaints, []);
}

test('browser-upload.html: without a build step', TIMEOUT, async (t) => {
  const context = await prepare(t);
  const site = path.join(context.folder, 'site');
  await cp(CLIENT_DIR, path.join(site, 'ims-client'), { recursive: true });
  await cp(path.join(ROOT, 'examples/browser-upload.html'), path.join(site, 'index.html'));
  const { page, complaints } = await inPage(t, context, site, null);
  await page.waitForFunction(() => /verified by md5/.test(document.querySelector('#said').textContent));
  assert.equal(await page.$eval('#bar', (bar) => bar.value), 1);
  await assertImage(context.emulator, complaints);
});

const MAIN = `
import { createRoot } from 'react-dom/client';
import { UploadForm } from './react-upload.tsx';

const { searchParams } = new URL(location.href);
const options = { endpoint: searchParams.get('endpoint'), region: 'region0' };
const image = JSON.parse(searchParams.get('metadata'));
createRoot(document.querySelector('#root')).render(<UploadForm options={options} image={image} />);
`;

test('react-upload.tsx compiles', TIMEOUT, async (t) => {
  const file = await example(t, 'react-upload.tsx');
  const options = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2022,
    jsx: ts.JsxEmit.ReactJSX,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const said = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
  assert.deepEqual(
    said.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
    [],
  );
});

test('react-upload.tsx: the hook and its form', TIMEOUT, async (t) => {
  const context = await prepare(t);
  const file = await example(t, 'react-upload.tsx');
  const folder = path.dirname(file);
  await writeFile(path.join(folder, 'main.jsx'), MAIN);
  const site = path.join(folder, 'site');
  await build({
    absWorkingDir: folder,
    entryPoints: { main: 'main.jsx', 'upload-worker': 'ims-client/upload-worker' },
    outdir: site,
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  for (const wasm of ['ims_client_bg.wasm', 'ims_client_transfers_bg.wasm', 'inspect_bg.wasm'])
    await cp(path.join(CLIENT_DIR, wasm), path.join(site, wasm));
  const html = await readFile(path.join(ROOT, 'tests/bundlers/apps/page/index.html'), 'utf8');
  await writeFile(path.join(site, 'index.html'), html.replace('<body>', '<body><div id="root"></div>'));
  const { page, complaints } = await inPage(t, context, site);
  await page.waitForFunction(() => /^img-/.test(document.querySelector('output').textContent));
  assert.equal(await page.$eval('progress', (bar) => bar.value), 1);
  await assertImage(context.emulator, complaints);
});
