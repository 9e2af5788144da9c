/** A client that lives as long as a console or a service does: what a call needed is gone when it has ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importClient } from '../support/places.mjs';

const PAGE = 64 * 1024;

/** The pages of memory of all cores that are made from now on. */
function watchMemories(context) {
  const memories = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(Class, given) {
      const instance = new Class(...given);
      memories.push(instance.exports.memory);
      return instance;
    },
  });
  context.after(() => {
    WebAssembly.Instance = Instance;
  });
  return () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength / PAGE, 0);
}

test('thousands of calls leave nothing behind', async (context) => {
  const pages = watchMemories(context);
  const { CecloudImsClient } = await importClient();
  const image = { imageId: 'image', imageName: 'system', status: 'active' };
  const text = JSON.stringify({ code: 'Success', message: '', requestId: 'request', data: image });
  const fetch = async () => new Response(text, { headers: { 'content-type': 'application/json' } });
  const ims = new CecloudImsClient({ endpoint: 'http://service.example', region: 'region0', fetch });
  context.after(() => ims.close());
  const { signal } = new AbortController();
  const calls = async (count) => {
    for (let call = 0; call < count; call += 1) await ims.getImage('image', { signal });
  };
  await calls(500);
  const before = pages();
  assert.ok(before > 0, 'the memory of the core is seen');
  await calls(5000);
  assert.equal(pages(), before, 'pages of memory');
});
