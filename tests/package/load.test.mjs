/** load() with a .wasm that somebody hands over: Node takes Node's, and says which one is meant otherwise. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { rejects } from '../support/expect.mjs';
import { CLIENT_DIR, entryFile, importClient } from '../support/places.mjs';

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
