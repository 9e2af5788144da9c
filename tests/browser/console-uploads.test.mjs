/** Uploads by the console that something comes between: a cut network, a dead cloud, old credentials, a dangerous file. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { BOTH, consoleSuite } from '../support/console.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes, makeQcow2, makeRandomRaw, md5Of } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { openStore } from '../support/store.mjs';
import { sentParts, slowAfter } from '../support/tabs.mjs';
import { writeBackedQcow2 } from '../support/unsafe-images.mjs';

const MIB = 1024 * 1024;

/** The image of this name as the service has it, and its stored bytes as the file has them. */
async function assertStored({ emulator }, name, file) {
  const images = (await emulator.images()).filter((image) => image.name === name);
  assert.equal(images.length, 1, `one image is ${name}`);
  const [image] = images;
  assert.equal(image.status, 'active');
  assert.equal(image.checksum, await md5Of(file));
  await assertSameBytes(file, await emulator.file(image.imageId));
  assert.deepEqual(await (await openStore(emulator)).uploads(), [], 'nothing is left at the store');
}

/** Waits until so many parts are shown as stored. */
function storedParts(ui, count) {
  return eventually(
    async () => (await ui.page.$$('[data-test=parts-map] .cells [data-state=stored]')).length >= count,
    `${count} parts are stored`,
    120_000,
  );
}

/** Begins to collect what the notes and figures of transfers say. */
function collectWords({ page }) {
  return page.evaluate(() => {
    globalThis.words = new Set();
    const take = () => {
      for (const each of document.querySelectorAll('[data-test=transfer] :is(.note, .figures span)')) {
        globalThis.words.add(each.textContent);
      }
    };
    new MutationObserver(take).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
}

const AWAY = { service: 'oss', operation: 'UploadPart', reset: 'before', times: 0 };

consoleSuite('what the console says of a line', ['chromium'], (scenario) => {
  scenario('a healthy upload is said to be no trouble', {}, async (ui, t) => {
    const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 240 * MIB);
    await collectWords(ui);
    await ui.drop(file);
    await ui.click('[data-test=start]');
    await ui.transfer('done');
    const words = await ui.page.evaluate(() => [...globalThis.words]);
    assert.ok(
      words.some((each) => /of 15 parts/.test(each)),
      `the words were collected: ${words}`,
    );
    assert.deepEqual(
      words.filter((each) => /at a time|not reached/.test(each)),
      [],
    );
  });

  scenario('where nothing gets through there is no rate, but a reason', { failures: true }, async (ui, t) => {
    const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 60 * MIB);
    await ui.emulator.spoil({ ...AWAY, skip: 1 });
    await ui.drop(file);
    await ui.click('[data-test=start]');
    await ui.shows(
      '[data-test=transfer] .note',
      /store is not reached or does not answer. It is tried again/,
    );
    const figures = await ui.texts('[data-test=transfer] .figures span');
    assert.deepEqual(
      figures.filter((each) => /\/s$|left$/.test(each)),
      [],
      `${figures}`,
    );
    await ui.emulator.heal();
    await ui.transfer('done');
    const notes = await ui.texts('[data-test=transfer] .note');
    assert.deepEqual(
      notes.filter((each) => /not reached|at a time/.test(each)),
      [],
    );
  });
});

// Three hundred mebibytes take Firefox minutes; there the cloud dies in the middle of a smaller file, below.
consoleSuite('a large upload of the console', ['chromium'], (scenario) => {
  scenario('300 MiB go on after the network was cut in the middle', { failures: true }, async (ui, t) => {
    const { emulator, page } = ui;
    const file = await makeQcow2(path.join(await temporaryFolder(t), 'large.qcow2'), 300);
    await emulator.spoil(slowAfter(12));
    await ui.drop(file);
    await ui.click('[data-test=start]');
    await storedParts(ui, 10);
    await page.setOfflineMode(true);
    await ui.shows('[data-test=transfer] .note', /Offline/);
    const percent = await ui.percent();
    assert.ok(percent > 5 && percent < 95, `${percent} % is the middle`);
    await emulator.heal();
    await page.setOfflineMode(false);
    await ui.transfer('done');
    await ui.shows('[data-test=transfer] .figures', /compared by MD5/);
    await assertStored(ui, 'large', file);
    // What was stored before was not sent again: only what was in flight.
    const sent = await sentParts(emulator);
    const parts = new Set(sent).size;
    assert.ok(sent.length <= parts + 6, `${sent.length} parts were sent of ${parts}`);
  });
});

consoleSuite('uploads of the console', BOTH, (scenario) => {
  scenario('an upload goes on when the cloud dies and comes back', { failures: true }, async (ui, t) => {
    const { emulator } = ui;
    const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 60 * MIB - 7);
    // Two of four parts.
    await emulator.spoil(slowAfter(2));
    await ui.drop(file);
    await ui.type('input[name=name]', 'survivor');
    await ui.click('[data-test=start]');
    await storedParts(ui, 2);
    // The image has a name of its own: which file it is made of is said, also to who hears the buttons alone.
    assert.deepEqual(await ui.texts('[data-test=transfer-file]'), ['disk.raw']);
    const abort = await ui.page.$eval('[data-test=transfer-abort]', (button) => button.ariaLabel);
    assert.equal(abort, 'Abort: survivor (disk.raw)');
    await emulator.kill();
    await eventually(
      async () => (await ui.page.$$('[data-test=parts-map] [data-state=retrying]')).length > 0,
      'parts are shown as retried',
    );
    await emulator.start();
    await ui.transfer('done');
    await assertStored(ui, 'survivor', file);
  });

  scenario(
    'credentials that expire are renewed, and the reader is told',
    { failures: true },
    async (ui, t) => {
      const { emulator } = ui;
      const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 30 * MIB);
      await ui.see('[data-image]');
      await ui.go('/connection/faults');
      await ui.click('[data-test=fault-expire]');
      await ui.see('[data-test=fault]');
      await ui.go('/private');
      await ui.drop(file);
      await ui.type('input[name=name]', 'renewed');
      await ui.click('[data-test=start]');
      await ui.transfer('done');
      await ui.shows('[data-test=transfer] .note', /new ones were fetched/);
      assert.ok((await emulator.arrived('prepare_upload')).length > 1, 'new credentials were asked for');
      const [{ fired }] = await emulator.faults();
      assert.equal(fired, 1);
      await assertStored(ui, 'renewed', file);
    },
  );

  scenario('an unsafe qcow2 is refused before anything is created', {}, async (ui, t) => {
    const { emulator, page } = ui;
    const folder = await temporaryFolder(t);
    const unsafe = await writeBackedQcow2(path.join(folder, 'unsafe.qcow2'));
    const safe = await makeQcow2(path.join(folder, 'safe.qcow2'), 12);
    await ui.drop(unsafe, safe);
    const draft = '[data-test=draft][data-file="unsafe.qcow2"]';
    await ui.see(`${draft} [data-test=finding][data-severity=danger]`);
    await ui.shows(`${draft} [data-test=finding]`, /Dangerous:.*backing file/i);
    assert.equal(await page.$eval(`${draft} [data-test=start]`, (button) => button.disabled), true);
    // Nor by Enter in a field, nor with all others.
    await ui.type(`${draft} input[name=name]`, 'unsafe');
    await page.keyboard.press('Enter');
    await ui.click('[data-test=start-all]');
    await ui.shows(`${draft} [data-test=error]`, /./);
    await ui.transfer('done');
    await assertStored(ui, 'safe', safe);
    assert.equal((await emulator.arrived('create_image')).length, 1, 'only the safe one was created');
    // Who knows what it means may, and has to say so.
    await ui.click(`${draft} [data-test=allow]`);
    await eventually(
      () => page.$eval(`${draft} [data-test=start]`, (button) => !button.disabled),
      'it can be uploaded after it was allowed',
    );
    await ui.click(`${draft} [data-test=discard-draft]`);
    await ui.gone(draft);
  });
});
