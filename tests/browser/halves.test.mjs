/** In the real browsers: the .wasm for pages is two, and the second is loaded when the first transfer begins. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSERS, launch, openPage } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { rawImage } from '../support/samples.mjs';
import { startSite } from '../support/site.mjs';
import { newProfile, shared } from '../support/tabs.mjs';

const TIMEOUT = { timeout: 120_000 };
const FIRST = '/ims-client/ims_client_bg.wasm';
const SECOND = '/ims-client/ims_client_transfers_bg.wasm';
const INSPECTOR = '/ims-client/inspect_bg.wasm';
const KEY = '00112233445566778899aabbccddeeff';

async function prepare(t, { browser }, site = {}) {
  const emulator = await startEmulator(t);
  const loaded = [];
  const asked = (url) => {
    if (!url.includes('.wasm')) return undefined;
    loaded.push(url);
    return url === SECOND ? site.troubles?.shift() : undefined;
  };
  const address = await startSite(t, { ...site, asked });
  const { page } = await openPage(await newProfile(t, browser), `${address}/index.html`);
  const ask = (method, ...parameters) =>
    page.evaluate((method, parameters) => globalThis.tests[method](...parameters), method, parameters);
  const upload = (name) =>
    ask('upload', { endpoint: emulator.ims, metadata: rawImage({ name }), options: { checkpoint: false } });
  return { emulator, address, loaded, ask, upload, endpoint: emulator.ims };
}

for (const name of Object.keys(BROWSERS)) {
  describe(name, () => {
    const common = shared(async (context) => ({ browser: await launch(context, name) }));

    test(
      'a page that calls never asks for the second; two uploads at once ask for it once',
      TIMEOUT,
      async (t) => {
        const { loaded, ask, upload, endpoint } = await prepare(t, common);
        await ask('list', { endpoint });
        const unknown = await ask('failure', { endpoint, method: 'deleteImage', parameters: ['none'] });
        assert.equal(unknown.kind, 'service');
        assert.deepEqual(loaded, [FIRST]);
        await ask('makeFile', { key: KEY, size: 100_000 });
        const both = await Promise.all([upload('one'), upload('two')]);
        assert.deepEqual(
          both.map(({ state, verified }) => [state, verified]),
          [
            ['done', 'md5'],
            ['done', 'md5'],
          ],
        );
        assert.deepEqual(loaded.toSorted(), [FIRST, SECOND, INSPECTOR].toSorted());
        await ask('downloadAndCompare', { endpoint, imageId: both[0].image.imageId });
        assert.equal(loaded.length, 3);
      },
    );

    test('load() brings what transfers need when it is asked to', TIMEOUT, async (t) => {
      const { loaded, ask } = await prepare(t, common);
      await ask('load');
      assert.deepEqual(loaded, [FIRST]);
      assert.equal(await ask('load', { transfers: true }), undefined);
      assert.deepEqual(loaded.toSorted(), [FIRST, SECOND, INSPECTOR].toSorted());
    });

    test('a second that is missing fails what needs it, and is tried again', TIMEOUT, async (t) => {
      const missing = [SECOND];
      const { emulator, ask, upload, endpoint } = await prepare(t, common, { missing });
      await ask('makeFile', { key: KEY, size: 1000 });
      const refused = await ask('refusedUpload', { endpoint, metadata: rawImage({ name: 'early' }) });
      assert.match(refused, /^unsupported: .*ims_client_transfers_bg\.wasm answered 404.*transfersWasm/);
      const failed = await ask('load', { transfers: true });
      assert.equal(failed.kind, 'unsupported');
      await ask('list', { endpoint });
      assert.deepEqual(await emulator.images(), [], 'nothing was created');
      missing.length = 0;
      assert.equal((await upload('late')).state, 'done');
    });

    test('a server or a line in trouble is asked again, and named when it stays so', TIMEOUT, async (t) => {
      const troubles = [503, 'broken'];
      const { loaded, ask, upload } = await prepare(t, common, { troubles });
      await ask('makeFile', { key: KEY, size: 1000 });
      assert.equal((await upload('patient')).state, 'done');
      assert.equal(loaded.filter((url) => url === SECOND).length, 3);
      const again = await prepare(t, common, { troubles: [429, 502, 'broken', 404] });
      const failed = await again.ask('load', { transfers: true });
      assert.deepEqual([failed.kind, failed.retryable], ['network', true]);
      assert.match(failed.message, /ims_client_transfers_bg\.wasm broke off/);
      const gone = await again.ask('load', { transfers: true });
      assert.deepEqual([gone.kind, gone.retryable], ['unsupported', false]);
      assert.equal(await again.ask('load', { transfers: true }), undefined);
      assert.equal(again.loaded.filter((url) => url === SECOND).length, 5);
    });

    test('it is looked for beside the first, wherever that is', TIMEOUT, async (t) => {
      const { address, loaded, ask, upload } = await prepare(t, common);
      assert.equal(await ask('load', { wasm: `${address}${FIRST}?v=1` }), undefined);
      await ask('makeFile', { key: KEY, size: 1000 });
      assert.equal((await upload('elsewhere')).state, 'done');
      assert.deepEqual(loaded.toSorted(), [`${FIRST}?v=1`, `${SECOND}?v=1`, INSPECTOR].toSorted());
    });

    test('the second of another entry is refused, and what works goes on working', TIMEOUT, async (t) => {
      const { address, ask, upload, endpoint } = await prepare(t, common);
      const other = `${address}/ims-client/huawei_transfers_bg.wasm`;
      const refused = await ask('load', { transfersWasm: other });
      assert.equal(refused.kind, 'unsupported');
      assert.match(refused.message, /not that of this entry and this version/);
      await ask('list', { endpoint });
      await ask('makeFile', { key: KEY, size: 1000 });
      assert.equal((await upload('mine')).state, 'done');
    });
  });
}
