/** What is done with images by the console: created, edited, given up, deleted, exported, imported, downloaded. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { launch } from '../support/browsers.mjs';
import { BOTH, consoleSuite, openConsole } from '../support/console.mjs';
import { watchDownloads } from '../support/downloads.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw, md5Of, randomBytes } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { startServer } from '../support/servers.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;

/** Waits until the service has an image of this name in this status, and gives it. */
function imageNamed(emulator, name, status) {
  return eventually(
    async () => (await emulator.images()).find((image) => image.name === name && image.status === status),
    `${name} is ${status}`,
  );
}

consoleSuite('the images of the console', BOTH, (scenario) => {
  scenario('an image is created without a file, edited, given up and deleted', {}, async (ui) => {
    const { emulator, page } = ui;
    await ui.see('[data-image]');
    await ui.click('[data-test=create]');
    await ui.type('[data-test=dialog] input[name=name]', 'by hand/');
    await ui.click('[data-test=dialog-ok]');
    await ui.shows('[data-test=dialog] [data-field=name] [class*=error]', /128/);
    assert.equal((await emulator.arrived('create_image')).length, 0, 'what is refused is not sent');
    await ui.type('[data-test=dialog] input[name=name]', 'by hand');
    await ui.confirm();
    const { imageId } = await imageNamed(emulator, 'by hand', 'queued');
    await ui.click(`[data-image=${imageId}]`);
    await ui.see('[data-test=view-image] [data-status=queued]');
    await ui.click('[data-test=action-edit]');
    await ui.type('[data-test=dialog] input[name=name]', '改名 1');
    await ui.type('[data-test=dialog] input[name=minDisk]', '33');
    await ui.choose('[data-test=dialog] select[name=platform]', 'kylin');
    // Enter in a field is as good as the button.
    await ui.type('[data-test=dialog] input[name=osVersion]', 'v10');
    await page.keyboard.press('Enter');
    await ui.gone('[data-test=dialog]');
    await ui.shows('[data-test=view-image] h1', /^改名 1$/);
    const { name, minDisk, platform, osVersion } = await emulator.image(imageId);
    assert.deepEqual([name, minDisk, platform, osVersion], ['改名 1', 33, 'kylin', 'v10']);
    await ui.click('[data-test=action-giveUp]');
    await ui.click('.el-message-box__btns .el-button--danger');
    await ui.see('[data-test=view-image] [data-status=killed]');
    await ui.click('[data-test=action-delete]');
    await ui.confirm();
    await ui.see('[data-test=view-private] [data-image]');
    assert.equal(await emulator.image(imageId), undefined);
    assert.equal(await page.$(`[data-image=${imageId}]`), null);
  });

  scenario(
    'many are deleted after a number was typed, and what fails stays with its reason',
    { failures: true },
    async (ui) => {
      const { emulator, page } = ui;
      await ui.see('[data-image]');
      await ui.choose('[data-test=sort]', 'name-asc');
      await ui.lists('private', ['broken upload', 'waiting for its file', 'web-server', '数据盘-2025']);
      // The first box of the head selects the whole page.
      await ui.click('thead [data-test=select]');
      await ui.shows('[data-test=selection]', /4 selected/);
      await ui.click('[data-test=delete-selected]');
      await ui.see('[data-test=confirm-word]');
      const isReady = () => page.$eval('[data-test=dialog-ok]', (button) => !button.disabled);
      assert.equal(await isReady(), false);
      await ui.type('[data-test=confirm-word]', '3');
      assert.equal(await isReady(), false);
      await ui.type('[data-test=confirm-word]', '4');
      await eventually(isReady, 'the right number was typed');
      await ui.click('[data-test=dialog-ok]');
      // One of them is shared: the service refuses to delete it.
      await ui.shows('[data-test=dialog] [data-code="IMG.OperationFailed.ImageIsShared"]', /数据盘-2025/);
      await ui.click('[data-test=dialog-cancel]');
      await ui.lists('private', ['数据盘-2025']);
      assert.deepEqual(
        (await emulator.images()).map((image) => image.name),
        ['数据盘-2025'],
      );
    },
  );

  scenario('an image is exported to a bucket of the list', {}, async (ui) => {
    const { emulator, page } = ui;
    await ui.see('[data-image]');
    await ui.go('/images/img-demoprivate001');
    await ui.click('[data-test=action-export]');
    await ui.see('[data-test=bucket]');
    const names = await ui.texts('[data-test=bucket] strong');
    assert.equal(names.length, 2);
    const [, second] = await page.$$('[data-test=bucket] input');
    await second.click();
    await ui.confirm();
    const store = await openStore(emulator);
    const exported = await eventually(
      async () => (await store.objects()).find(({ bucket }) => bucket === names[1]),
      'the object appears in the bucket',
    );
    assert.equal(exported.key, 'img-demoprivate001.qcow2');
    await assertSameBytes(await emulator.file('img-demoprivate001'), await store.read(exported));
  });

  scenario('an import marks all that is missing, and asks nobody', { address: '/import' }, async (ui) => {
    await ui.click('[data-test=submit]');
    const marked = async () =>
      (
        await ui.page.$$eval('.el-form-item.is-error', (all) => all.map(({ dataset }) => dataset.field))
      ).join();
    await eventually(async () => (await marked()) === 'imageUrl,name,osVersion', 'all are marked');
    assert.equal(await ui.page.evaluate(() => document.activeElement.name), 'imageUrl');
    await ui.type('input[name=name]', 'web');
    await eventually(async () => (await marked()) === 'imageUrl,osVersion', 'what is filled in is not');
    assert.deepEqual(await ui.emulator.arrived('import_image'), []);
  });

  scenario('a machine with data disks is imported by URL', { address: '/import' }, async (ui, t) => {
    const { emulator, page } = ui;
    const files = { '/system.raw': randomBytes('system', 3 * MIB), '/data.raw': randomBytes('data', MIB) };
    const port = await startServer(t, ({ url }, response) => {
      const bytes = files[url];
      response.writeHead(bytes ? 200 : 404, { 'content-length': bytes?.length ?? 0 }).end(bytes);
    });
    const origin = `http://127.0.0.1:${port}`;
    await ui.type('input[name=imageUrl]', 'ftp://files.example.com/system.raw');
    await ui.type('input[name=name]', 'imported');
    await ui.type('input[name=osVersion]', '12');
    await ui.choose('select[name=diskFormat]', 'raw');
    await ui.click('[data-test=submit]');
    await ui.shows('[data-field=imageUrl] [class*=error]', /http/);
    assert.equal((await emulator.arrived('import_image')).length, 0);
    await ui.type('input[name=imageUrl]', `${origin}/system.raw`);
    for (const [index, url] of [`${origin}/data.raw`, '', ''].entries()) {
      await ui.click('[data-test=add-disk]');
      await ui.type(`input[name=disk-url-${index}]`, url);
    }
    await ui.type('input[name=disk-size-1]', '7');
    const [, , last] = await page.$$('[data-test=remove-disk]');
    await last.click();
    await ui.gone('input[name=disk-url-2]');
    await ui.click('[data-test=submit]');
    await ui.shows('[data-test=view-image] h1', /^imported$/);
    await ui.see('[data-test=view-image] [data-status=active]');
    const { imageId, imageType } = await imageNamed(emulator, 'imported', 'active');
    assert.equal(imageType, 'whole_image');
    assert.equal(await ui.address(), `/images/${imageId}`);
    await assertSameBytes([files['/system.raw']], await emulator.file(imageId));
    assert.equal((await emulator.arrived('import_image')).length, 1);
    // What was sent no longer stands in the form.
    await ui.go('/import');
    await ui.see('input[name=imageUrl]');
    assert.equal(await page.$eval('input[name=imageUrl]', (input) => input.value), '');
  });
});

// Firefox offers no way to say where its downloads go, and would leave them in somebody's folder.
test('a download shows how far it is, waits when told to, and arrives whole', {
  timeout: 180_000,
}, async (t) => {
  const ui = await openConsole(t, await launch(t, 'chromium'));
  const { emulator } = ui;
  const downloads = await watchDownloads(t, ui.profile);
  const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'far.raw'), 24 * MIB);
  await ui.drop(file);
  await ui.click('[data-test=start]');
  await ui.transfer('done');
  await ui.click('[data-test=transfer-dismiss]');
  await ui.click('[data-test=close-transfers]');
  // A line so slow that the page has something to show: it tells ten times a second how far it is, and nothing more when
  // the line stands still.
  await ui.page.emulateNetworkConditions({ download: 3 * MIB, upload: -1, latency: 0 });
  // It stands still in the middle, for longer than any test lasts; then the connection breaks.
  await emulator.spoil({ operation: 'download_image', afterBytes: 9 * MIB, stallMs: 600_000, times: 1 });
  await ui.click('[aria-label="Download far"]');
  await ui.see('[data-test=transfer][data-state=running]');
  await eventually(async () => (await ui.percent()) > 20, 'it shows how far it is');
  assert.ok((await ui.percent()) < 40, 'it is in the middle');
  await ui.click('[data-test=transfer-pause]');
  await ui.transfer('paused');
  await ui.page.emulateNetworkConditions(null);
  await ui.click('[data-test=transfer-resume]');
  await ui.transfer('done');
  await ui.shows('[data-test=transfer] .figures', /compared by MD5/);
  const saved = await downloads.arrives();
  assert.equal(saved.name, 'far.raw');
  assert.equal(await md5Of(saved.file), await md5Of(file));
  assert.ok((await emulator.arrived('download_image')).length > 1, 'it went on where it stood still');
  ui.assertQuiet();
});
