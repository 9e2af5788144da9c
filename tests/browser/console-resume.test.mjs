/** Nothing is lost on a reload: an upload goes on with the same file. And of two tabs, only one drives it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { BOTH, consoleSuite } from '../support/console.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { openStore } from '../support/store.mjs';
import { sentParts, slowAfter } from '../support/tabs.mjs';

const MIB = 1024 * 1024;
const NAME = 'interrupted';

/** A service that gives no credentials, for a reason that no repetition mends. */
const REFUSED = {
  operation: 'prepare_upload',
  status: 400,
  body: JSON.stringify({ code: 'IMG.OperationFailed.UserInfo', message: 'not today', requestId: 'r-1' }),
  times: 0,
};

/** The numbers of bytes that the uploads kept in this page's database, of the one account there is, stand at. */
function keptBytes({ page }) {
  return page.evaluate(async () => {
    const answer = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const [known] = (await indexedDB.databases()).filter(({ name }) => name.startsWith('ims-client:'));
    if (!known) return [];
    const database = await answer(indexedDB.open(known.name));
    const names = [...database.objectStoreNames];
    const stores = names.map((name) => database.transaction(name).objectStore(name));
    const kept = await Promise.all(stores.map((store) => answer(store.getAll())));
    database.close();
    return [...JSON.stringify(kept).matchAll(/"bytes\\*":(\d+)/g)].map(([, bytes]) => Number(bytes));
  });
}

/** Begins an upload that stands still when about 40 % are stored; gives its file, and the numbers of those parts. */
async function beginHeld(ui, t) {
  const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 80 * MIB);
  // Two of five parts.
  await ui.emulator.spoil(slowAfter(2));
  await ui.drop(file);
  await ui.type('input[name=name]', NAME);
  await ui.click('[data-test=start]');
  await stored(ui, 2);
  // What is shown may be a moment ahead of what would outlive the page.
  const isKept = async () => (await keptBytes(ui)).includes(2 * 16 * MIB);
  await eventually(isKept, 'both parts stand in the checkpoint');
  const store = await openStore(ui.emulator);
  const [upload] = await store.uploads();
  const kept = await store.parts(upload);
  assert.equal(kept.length, 2, `two parts are stored: ${kept}`);
  return { file, kept };
}

/** Waits until so many parts are shown as stored. */
function stored(ui, count) {
  return eventually(
    async () => (await ui.page.$$('[data-test=parts-map] .cells [data-state=stored]')).length >= count,
    `${count} parts are stored`,
    120_000,
  );
}

/** There is one image of the name, whole and active, and hardly anything was sent twice. */
async function assertOneImage({ emulator }, { file, kept }) {
  const images = (await emulator.images()).filter(({ name }) => name === NAME);
  assert.equal(images.length, 1);
  assert.equal(images[0].status, 'active');
  await assertSameBytes(file, await emulator.file(images[0].imageId));
  const sent = await sentParts(emulator);
  const again = sent.filter((part, index) => sent.indexOf(part) !== index);
  assert.ok(again.length <= 3, `only what was in flight was sent again: ${sent}`);
  for (const part of kept) assert.ok(!again.includes(part), `part ${part} was stored: ${sent}`);
}

consoleSuite('interrupted uploads of the console', BOTH, (scenario, browser) => {
  const failing = { failures: true };
  scenario(
    'after a reload at 40 % it goes on with the same file, and with no other',
    failing,
    async (ui, t) => {
      const { emulator, page } = ui;
      const held = await beginHeld(ui, t);
      await page.reload();
      // Firefox asks in front of automation only where its preferences say so.
      if (browser === 'chromium') assert.deepEqual(ui.questions, ['beforeunload'], 'the browser asked first');
      await ui.see('[data-test=pending]');
      await ui.shows('[data-test=pending-list]', /1 upload can go on/);
      const done = await page.$eval('[data-test=pending] progress', (bar) => bar.value);
      assert.ok(done >= 38 && done <= 42, `${done} % are kept`);
      await emulator.heal();
      const input = await page.waitForSelector('[data-test=pending-file]');
      const other = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 80 * MIB, 7);
      await input.uploadFile(other);
      await ui.transfer('failed');
      await ui.shows('[data-test=transfer] [data-test=error]', /not the file that the upload began with/);
      // Another attempt with the wrong file would spoil the image: only the list offers to go on.
      await ui.see('[data-test=pending]');
      assert.equal(await page.$('[data-test=transfer-again]'), null, 'a wrong file is not tried again');
      // What fails for another reason is tried again, and goes on as it did the first time.
      await emulator.spoil(REFUSED);
      await (await page.waitForSelector('[data-test=pending-file]')).uploadFile(held.file);
      const again = await ui.see('[data-test=transfer-again]');
      await ui.gone('[data-test=pending]');
      await emulator.heal();
      await again.click();
      await ui.transfer('done');
      await assertOneImage(ui, held);
      await ui.gone('[data-test=pending]');
    },
  );

  scenario(
    'a second tab is told that the first one has it, and takes over when that is closed',
    {},
    async (ui, t) => {
      const held = await beginHeld(ui, t);
      const other = await ui.another('/private');
      await other.page.bringToFront();
      await other.shows('[data-test=pending][data-in-use=true]', /another tab/);
      assert.equal(await other.page.$('[data-test=pending] button'), null, 'it is not this tab’s to touch');
      await other.drop(held.file);
      await other.type('input[name=name]', NAME);
      await other.click('[data-test=start]');
      await other.shows(
        '[data-test=draft] [data-test=error]',
        /is being uploaded already: .* in another tab or window/,
      );
      await ui.page.close({ runBeforeUnload: false });
      await ui.emulator.heal();
      const begun = async () => {
        // In one look: between two of them the form may make way for the upload.
        const state = await other.page.evaluate(() => {
          if (document.querySelector('[data-test=transfer]')) return 'begun';
          return document.querySelector('[data-test=start]')?.disabled === false ? 'ready' : 'busy';
        });
        if (state === 'ready') await other.click('[data-test=start]');
        return state === 'begun';
      };
      await eventually(begun, 'the first tab makes way', 60_000);
      await other.transfer('done');
      await assertOneImage(other, held);
      other.assertQuiet();
    },
  );
});
