/** What goes wrong around the console: another account, a deleted image, parts that do not load, wishes that fail. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { BOTH, consoleSuite } from '../support/console.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { PARTNER, smallImage } from '../support/samples.mjs';
import { openStore } from '../support/store.mjs';
import { slowAfter } from '../support/tabs.mjs';

const MIB = 1024 * 1024;
const NAME = 'mishap';
const YES = '.el-message-box__btns .el-button--danger';
/** A service that refuses to delete, for a reason that no repetition mends. */
const REFUSED = {
  operation: 'delete_image',
  status: 400,
  body: JSON.stringify({ code: 'IMG.OperationFailed.ImageIsShared', message: 'not today', requestId: 'r-1' }),
  times: 0,
};

/** Begins an upload that stands still after two of its four parts; gives the file. */
async function beginHeld(ui, t) {
  const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 60 * MIB);
  await ui.emulator.spoil(slowAfter(2));
  await ui.drop(file);
  await ui.type('input[name=name]', NAME);
  await ui.click('[data-test=start]');
  const stored = '[data-test=parts-map] .cells [data-state=stored]';
  await eventually(async () => (await ui.page.$$(stored)).length >= 2, 'two parts are stored', 120_000);
  return file;
}

/** The images of the name, as the service has them. */
async function named({ emulator }, name = NAME) {
  return (await emulator.images()).filter((image) => image.name === name);
}

/** Goes back to a deep link after the page was prepared for it. */
async function reopen({ page }, prepare) {
  await page.evaluateOnNewDocument(prepare);
  await page.reload();
}

/** What has the keyboard, by the name that tests have for it. */
function focused({ page }) {
  return page.evaluate(() => document.activeElement?.dataset?.test);
}

consoleSuite('uploads of the console that come into trouble', ['chromium'], (scenario) => {
  scenario('what one account has left is no business of another', {}, async (ui, t) => {
    const { page } = ui;
    const file = await beginHeld(ui, t);
    await ui.click('[data-test=transfer-stop]');
    await ui.see('[data-test=pending]');
    await ui.gone('[data-test=transfer]');
    await ui.emulator.heal();
    const own = await page.$eval('[data-test=tenant]', ({ value }) => value);
    await ui.choose('[data-test=tenant]', PARTNER.tenant);
    await ui.lists('private', ['partner appliance']);
    await ui.gone('[data-test=pending]');
    await ui.choose('[data-test=tenant]', own);
    await ui.see('[data-test=pending]');
    await page.reload();
    await (await page.waitForSelector('[data-test=pending-file]')).uploadFile(file);
    await ui.transfer('done');
    const [image, ...others] = await named(ui);
    assert.deepEqual(others, []);
    await assertSameBytes(file, await ui.emulator.file(image.imageId));
    // Neither the names of the databases nor anything else holds more than who it is.
    const names = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    assert.ok(
      names.some((name) => name.startsWith(`ims-client:none/${own}/`)),
      `one is the account's: ${names}`,
    );
  });

  scenario('one whose image was deleted begins anew', { failures: true }, async (ui, t) => {
    const { emulator } = ui;
    const file = await beginHeld(ui, t);
    const [{ imageId }] = await named(ui);
    await emulator.call('DELETE', `/api/image/v1/private-images/${imageId}`);
    await emulator.heal();
    await ui.transfer('failed');
    await ui.click('[data-test=transfer-again]');
    await ui.transfer('done');
    const [image, ...others] = await named(ui);
    assert.deepEqual(others, []);
    assert.notEqual(image.imageId, imageId);
    await assertSameBytes(file, await emulator.file(image.imageId));
    await ui.gone('[data-test=pending]');
    await ui.page.reload();
    await ui.see('[data-test=drop-zone] label');
    assert.deepEqual(
      await ui.texts('[data-test=pending]'),
      [],
      'what went into the deleted image is forgotten',
    );
  });

  scenario('one is taken back while its image is being created', { failures: true }, async (ui, t) => {
    const { emulator, page } = ui;
    const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 2 * MIB);
    // The first upload loads what all of them need.
    await ui.drop(file);
    await ui.click('[data-test=start]');
    await ui.transfer('done');
    await ui.click('[data-test=transfer-dismiss]');
    await ui.drop(file);
    await page.setOfflineMode(true);
    await ui.click('[data-test=start]');
    await ui.shows('[data-test=draft]', /Offline: goes on when the network is back/);
    await page.setOfflineMode(false);
    await ui.transfer('done');
    await ui.click('[data-test=transfer-dismiss]');

    await emulator.spoil({ operation: 'create_image', delayMs: 600_000, times: 0 });
    await ui.drop(file);
    await ui.type('input[name=name]', NAME);
    await ui.click('[data-test=start]');
    await ui.shows('[data-test=start]', /Creating the image/);
    await eventually(async () => (await emulator.faults())[0].fired > 0, 'the image is being created');
    await ui.click('[data-test=cancel-draft]');
    await emulator.heal();
    // The form stands as it was, and can be sent again.
    await ui.see('[data-test=discard-draft]');
    assert.equal(await page.$eval('input[name=name]', ({ value }) => value), NAME);
    await ui.click('[data-test=start]');
    await ui.transfer('done');
    await ui.gone('[data-test=draft]');
  });

  scenario('who aborts is told what could not be taken back', { failures: true }, async (ui, t) => {
    const { emulator } = ui;
    await beginHeld(ui, t);
    await emulator.spoil(REFUSED);
    await ui.click('[data-test=transfer-abort]');
    await ui.click(YES);
    await ui.transfer('aborted');
    await ui.shows('[data-test=transfer] [data-test=error]', /Not everything could be taken back/);
    await emulator.heal();
    assert.equal((await named(ui)).length, 1, 'the image is left');
    assert.deepEqual(await (await openStore(emulator)).uploads(), [], 'what was sent is not');
  });

  scenario('who stops is told where nothing could be kept', {}, async (ui, t) => {
    await reopen(ui, () => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await ui.see('[data-image]');
    const file = await beginHeld(ui, t);
    await ui.click('[data-test=transfer-stop]');
    await ui.transfer('stopped');
    await ui.shows('[data-test=transfer] .note', /could not keep what is stored/);
    // The file is still at hand: it goes on as long as the page is there.
    await ui.emulator.heal();
    await ui.click('[data-test=transfer-again]');
    await ui.transfer('done');
    const images = await named(ui);
    assert.equal(images.length, 1);
    await assertSameBytes(file, await ui.emulator.file(images[0].imageId));
  });

  scenario('the keyboard stays on Pause, and a double Enter aborts nothing', {}, async (ui, t) => {
    const { page } = ui;
    await beginHeld(ui, t);
    await ui.page.focus('[data-test=transfer-pause]');
    await page.keyboard.press('Enter');
    await ui.transfer('paused');
    assert.equal(await focused(ui), 'transfer-resume');
    const flying = '[data-test=parts-map] .cells [data-state=flying]';
    await eventually(async () => (await page.$$(flying)).length === 0, 'nothing is in flight');
    await page.keyboard.press('Enter');
    await ui.transfer('running');
    assert.equal(await focused(ui), 'transfer-pause');
    await page.focus('[data-test=transfer-abort]');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await ui.see('.el-message-box');
    await page.keyboard.press('Enter');
    await ui.see('.el-message-box');
    assert.equal((await page.$$('.el-message-box')).length, 1);
    await page.keyboard.press('Escape');
    await ui.gone('.el-message-box');
    assert.equal((await named(ui)).length, 1);
    // What the back button closes was no yes, and can be asked again.
    await ui.go('/public');
    await ui.see('[data-test=view-public]');
    await ui.click('[data-test=transfer-abort]');
    await ui.see('.el-message-box');
    await page.goBack();
    await ui.gone('.el-message-box');
    await ui.click('[data-test=transfer-abort]');
    await ui.click(YES);
    await ui.transfer('aborted');
    await eventually(async () => (await named(ui)).length === 0, 'it is gone');
  });
});

consoleSuite('images of the console that come into trouble', ['chromium'], (scenario) => {
  scenario('deletions stop and are told when the dialog is left', { failures: true }, async (ui) => {
    const { emulator, page } = ui;
    for (const name of ['first', 'second', 'third']) {
      await emulator.call('POST', '/api/image/v1/private-images', { body: smallImage({ name }) });
    }
    await ui.go('/private?name=ir&sort=name-asc');
    await emulator.call('POST', '/api/image/v1/private-images', { body: smallImage({ name: 'firm' }) });
    await ui.click('[data-test=refresh]');
    await ui.lists('private', ['firm', 'first', 'third']);
    await ui.click('thead [data-test=select]');
    await ui.click('[data-test=delete-selected]');
    await ui.type('[data-test=confirm-word]', '3');
    await emulator.spoil({ ...REFUSED, delayMs: 3_000 });
    await ui.click('[data-test=dialog-ok]');
    await eventually(async () => (await emulator.faults())[0].matched > 0, 'the first is being deleted');
    await page.goBack();
    await ui.gone('[data-test=dialog]');
    await ui.shows('.el-message--error', /One image could not be deleted\. firm:/);
    await ui.shows('.el-message--warning', /2 images were not touched/);
    assert.equal((await emulator.arrived('delete_image')).length, 1);
  });

  scenario('a running download is asked about before the page goes', { failures: true }, async (ui) => {
    const { emulator, page } = ui;
    await ui.see('[data-image]');
    await emulator.spoil({ operation: 'download_image', delayMs: 600_000, times: 0 });
    await ui.click('[aria-label="Download web-server"]');
    await ui.see('[data-test=transfer][data-state=running]');
    await page.reload();
    assert.deepEqual(ui.questions, ['beforeunload']);
  });

  scenario('where private files are refused a download goes another way, or says why', {}, async (ui) => {
    await reopen(ui, () => {
      StorageManager.prototype.getDirectory = async () => {
        throw new DOMException('private window', 'SecurityError');
      };
      globalThis.showSaveFilePicker = undefined;
    });
    await ui.click('[aria-label="Download web-server"]');
    await ui.shows('.el-message', /private windows often forbid it/);
    assert.equal(await ui.page.$('[data-test=transfer]'), null);
    await ui.page.evaluate(() => {
      globalThis.showSaveFilePicker = async ({ suggestedName }) => {
        globalThis.suggested = suggestedName;
        throw new DOMException('closed', 'AbortError');
      };
    });
    await ui.click('[aria-label="Download web-server"]');
    await ui.page.waitForFunction(() => globalThis.suggested === 'web-server.qcow2');
  });
});

consoleSuite('parts of the console that do not load', BOTH, (scenario) => {
  scenario('are told, and come with another click', { failures: true }, async (ui) => {
    const { page } = ui;
    await ui.see('[data-image]');
    let isCut = true;
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const ended = isCut && /assets\//.test(request.url()) ? request.abort('failed') : request.continue();
      ended.catch(() => {});
    });
    const failed = '[data-test=part-failed]';
    const told = async () => {
      await ui.shows(failed, /could not be loaded/);
      await ui.see('[data-test=part-reload]');
      await ui.click('[data-test=part-close]');
      await ui.gone(failed);
    };
    await ui.click('[data-test=create]');
    await told();
    await eventually(async () => (await ui.address()) === '/private', 'the address names no dialog');
    await ui.click('[data-test=open-transfers]');
    await told();
    await ui.click('[data-test=nav-connection]');
    await told();
    await ui.see('[data-test=view-private]');
    isCut = false;
    await ui.click('[data-test=create]');
    await ui.see('[data-test=dialog] form');
    await ui.click('[data-test=dialog-cancel]');
    await ui.gone('[data-test=dialog]');
    await ui.click('[data-test=open-transfers]');
    await ui.see('[data-test=transfers]');
    await ui.click('[data-test=nav-connection]');
    await ui.see('[data-test=connection-form]');
    isCut = true;
    await ui.click('[data-test=tab-diagnosis]');
    await told();
    await ui.see('[data-test=connection-form]');
    isCut = false;
    await ui.click('[data-test=tab-diagnosis]');
    await ui.see('[data-test=diagnose]');
    // What came late has its styles all the same.
    const width = await page.$eval(
      '[data-test=diagnose]',
      (button) => getComputedStyle(button).borderTopLeftRadius,
    );
    assert.notEqual(width, '0px');
  });
});
