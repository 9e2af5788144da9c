/** load() with a .wasm that somebody hands over: Node takes Node's, and says which one is meant otherwise. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { rejects } from '../support/expect.mjs';
import { CLIENT_DIR, entryFile, importClient } from '../support/places.mjs';
import { startServer } from '../support/servers.mjs';

const CORES = { '.': 'ims_client', './inspect': 'inspect', './huawei': 'huawei', './openstack': 'openstack' };
const bytesOf = (name) => readFile(path.join(CLIENT_DIR, name));

/** The entry once more, with nothing loaded yet. */
async function fresh(place, name) {
  return import(`${pathToFileURL(entryFile(place)).href}?${name}`);
}

for (const [place, core] of [...Object.entries(CORES), ['./workspace', 'workspace']]) {
  test(`ims-client${place.slice(1)}`, async () => {
    const { load } = await importClient(place);
    await rejects(load(5), { kind: 'validation', operation: 'load', field: 'options', value: 5 });
    await rejects(load({ wasmUrl: '/x' }), { kind: 'validation', field: 'wasmUrl', value: '/x' });
    const page = await bytesOf(`${core}_bg.wasm`);
    const given = [
      page,
      new WebAssembly.Module(page),
      pathToFileURL(path.join(CLIENT_DIR, `${core}_bg.wasm`)),
    ];
    for (const wasm of given) {
      const error = await rejects(load({ wasm }), { kind: 'unsupported' });
      assert.match(error.message, /_node_bg\.wasm/);
    }
    await load({ wasm: await bytesOf(`${core}_node_bg.wasm`) });
    const inline = await fresh(place === '.' ? './inline' : `${place}/inline`, 'given');
    assert.match(
      (await rejects(inline.load({ wasm: page }), { kind: 'unsupported' })).message,
      /_node_bg\.wasm/,
    );
    await inline.load({ wasm: await bytesOf(`${core}_node_bg.wasm`) });
  });
}

test("another entry's .wasm is none of this one, and what works goes on working", async () => {
  const { CecloudImsClient, load } = await importClient();
  const error = await rejects(load({ wasm: await bytesOf('inspect_node_bg.wasm') }), { kind: 'unsupported' });
  assert.match(error.message, /not that of this entry and this version/);
  await load();
  const ims = new CecloudImsClient({ endpoint: 'https://ims.example.com', region: 'r', timeoutMs: -1 });
  await rejects(ims.listImages(), { kind: 'validation', field: 'timeoutMs' });
});

test('a global that is not there, as in jsdom, is neither a defect nor another .wasm', async () => {
  const inspector = JSON.stringify(path.join(CLIENT_DIR, 'inspect.cjs'));
  const script = `delete globalThis.TextDecoder; require(${inspector}).load().catch(({ message }) => console.log(message));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script]);
  assert.equal(
    stdout,
    'load: the WebAssembly cannot be loaded: TextDecoder is not defined; with Jest, take @jest-environment node\n',
  );
});

test('what no other attempt changes is asked for once, what may pass three times', {
  timeout: 60_000,
}, async (t) => {
  const wasm = await bytesOf('inspect_bg.wasm');
  let asked = 0;
  const port = await startServer(t, (_request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'application/wasm' }).end(wasm);
  });
  const place = `http://127.0.0.1:${port}/inspect_bg.wasm`;
  const { load } = await import(`${pathToFileURL(path.join(CLIENT_DIR, 'inspect.js')).href}?refused`);
  const { compileStreaming } = WebAssembly;
  t.after(() => {
    WebAssembly.compileStreaming = compileStreaming;
  });
  const policy = "Refused to create a WebAssembly object because 'wasm-unsafe-eval' is not an allowed source";
  for (const [refusal, kind, times] of [
    // As WebKit and as Chromium refuse it under a policy without 'wasm-unsafe-eval'.
    [new EvalError(policy), 'unsupported', 1],
    [new WebAssembly.CompileError(policy), 'unsupported', 1],
    [new RangeError('out of memory'), 'unsupported', 1],
    [new TypeError('network error'), 'network', 3],
    [new DOMException('it was lost', 'NetworkError'), 'network', 3],
  ]) {
    asked = 0;
    WebAssembly.compileStreaming = async () => {
      throw refusal;
    };
    const failed = await rejects(load({ wasm: place }), { kind, operation: 'load' });
    assert.deepEqual([failed.retryable, asked], [kind === 'network', times], refusal.name);
    assert.ok(failed.message.includes(refusal.message), failed.message);
  }
  WebAssembly.compileStreaming = compileStreaming;
  await load({ wasm: place });
});
