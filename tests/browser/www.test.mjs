/** The console in the real browsers, as the local cloud serves it: what an operator does with it, and what it must never do. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { BOTH, consoleSuite, DIST } from '../support/console.mjs';
import { watchDownloads } from '../support/downloads.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes, makeQcow2, makeRandomRaw, md5Of } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { smallImage } from '../support/samples.mjs';

const MIB = 1024 * 1024;
/** What a first visit may weigh, compressed, the .wasm not counted. */
const FIRST_LOAD = 300 * 1024;
/** A window in which the transfers lie over the lists. */
const SMALL = { width: 800, height: 600 };

/** Opens the form for a file; `fields` replace what was filled in. */
async function fillIn(ui, file, fields = {}) {
  await ui.click('[data-test=upload]');
  await ui.see('[data-test=transfers]');
  // What was typed before the file was looked into would be kept, but the rest of the form changes under the keys.
  await ui.drop(file);
  for (const [name, text] of Object.entries(fields)) await ui.type(`input[name=${name}]`, text);
}

/** Whether the page has asked for the .wasm that only transfers need. */
function hasTransfers({ page }) {
  return page.evaluate(() =>
    performance.getEntriesByType('resource').some(({ name }) => /_transfers_bg[^/]*\.wasm$/.test(name)),
  );
}

consoleSuite('the console', BOTH, (scenario, browser) => {
  scenario('comes with a strict policy, by the cloud and of its own', { viewport: SMALL }, async (ui) => {
    const policy = ui.answer.headers()['content-security-policy'];
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
    // The page brings a policy of its own wherever it is served.
    const own = await ui.page.$eval('meta[http-equiv=Content-Security-Policy]', (meta) => meta.content);
    assert.match(own, /script-src 'self' 'wasm-unsafe-eval'; style-src 'self';/);
  });

  scenario('lists, uploads, refreshes by itself and deletes', { viewport: SMALL }, async (ui, t) => {
    const { emulator, page } = ui;
    await ui.shows('[data-image]', /^web-server$/);
    assert.equal((await ui.texts('[data-image]')).length, 4);
    await ui.click('[data-test=nav-public]');
    await ui.shows('[data-test=view-public] [data-image]', /^Ubuntu 24.04$/);
    await ui.click('[data-test=nav-private]');
    assert.equal(await hasTransfers(ui), false, 'a visit that only looks loads nothing for transfers');

    const file = await makeQcow2(path.join(await temporaryFolder(t), '磁盘 (1)#a.qcow2'), 12);
    await fillIn(ui, file);
    assert.equal(await page.$eval('input[name=name]', (input) => input.value), '磁盘 1-a');
    assert.equal(await page.$eval('input[name=minDisk]', (input) => input.value), '1');
    await emulator.control('POST', '/_emulator/jobs', { paused: true });
    await ui.click('[data-test=start]');
    // Held by the cloud: the list says so, and later, without anybody's doing, that it is over.
    await ui.see('[data-test=view-private] [data-status=saving]');
    await emulator.control('POST', '/_emulator/jobs', { paused: false });
    await ui.transfer('done');
    assert.equal(await hasTransfers(ui), true);
    await eventually(
      async () => !(await page.$('[data-test=view-private] [data-status=saving]')),
      'the list sees the image become active',
    );
    const [image] = (await emulator.images()).filter((each) => each.name === '磁盘 1-a');
    assert.deepEqual([image.status, image.diskFormat, image.minDisk], ['active', 'qcow2', 1]);
    assert.equal(image.checksum, await md5Of(file));
    await assertSameBytes(file, await emulator.file(image.imageId));
    await ui.shows('.transfer .figures', /compared by MD5/);

    // In a window of this width they lie over the list.
    await ui.click('[data-test=close-transfers]');
    const remove = '[aria-label="Delete 磁盘 1-a"]';
    await ui.click(remove);
    await ui.click('[data-test=dialog-cancel]');
    await ui.gone('[data-test=dialog]');
    assert.equal((await emulator.images()).length, 5, 'without a yes nothing is deleted');
    await ui.click(remove);
    await ui.click('[data-test=dialog-ok]');
    await ui.gone(remove);
    assert.equal((await emulator.images()).length, 4);
  });

  scenario('pauses, resumes and aborts', { viewport: SMALL }, async (ui, t) => {
    const { emulator } = ui;
    // So slow that it cannot end before it is aborted.
    await emulator.spoil({ operation: 'UploadPart', delayMs: 120_000, times: 0 });
    const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'big.raw'), 40 * MIB);
    await fillIn(ui, file, { name: 'steered' });
    await ui.click('[data-test=start]');
    await ui.click('[data-action=pause]');
    await ui.transfer('paused');
    await ui.click('[data-action=resume]');
    await ui.transfer('running');
    await ui.click('[data-action=abort]');
    await ui.click('.el-message-box__btns .el-button--danger');
    await ui.transfer('aborted');
    await eventually(
      async () => !(await emulator.images()).some((image) => image.name === 'steered'),
      'the image of an aborted upload is gone',
    );
  });

  scenario(
    'a refused field is shown at the field, and nothing is sent',
    { viewport: SMALL },
    async (ui, t) => {
      const { emulator, page } = ui;
      const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'small.raw'), MIB);
      await fillIn(ui, file, { name: 'a/b' });
      await ui.click('[data-test=start]');
      await ui.shows('[data-field=name] [class*=error]', /128/);
      await eventually(
        () => page.evaluate(() => document.activeElement.getAttribute('name') === 'name'),
        'the keyboard is brought to the field',
      );
      // One that lies in the folded part is unfolded.
      const fold = (open) =>
        page.$eval('details', (details, open) => details.toggleAttribute('open', open), open);
      await ui.type('input[name=name]', 'fine');
      await fold(true);
      await ui.type('input[name=description]', 'x');
      await fold(false);
      await ui.click('[data-test=start]');
      await ui.shows('[data-field=description] [class*=error]', /256/);
      await ui.see('input[name=description]');
      assert.equal((await emulator.arrived('create_image')).length, 0);
      assert.equal(await page.$('.transfer'), null, 'what never began is not listed');
    },
  );

  scenario(
    'explains the errors of the service in the language of the reader',
    { viewport: SMALL, failures: true, languages: ['fr', 'zh-CN', 'en'] },
    async (ui, t) => {
      const { page } = ui;
      const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'small.raw'), MIB);
      await ui.shows('[data-test=home]', /镜像控制台/);
      assert.equal(await page.$eval('html', (html) => html.lang), 'zh-CN');
      await fillIn(ui, file, { name: 'fail-QuotaDeduct' });
      await ui.click('[data-test=start]');
      await ui.shows('[data-test=draft] [role=alert]', /配额扣减失败/);
      await ui.click('[data-test=language]');
      await ui.shows('[data-test=home]', /Image console/);
      await ui.shows('[data-test=draft] [role=alert]', /the quota could not be deducted/i);
      await page.reload();
      await ui.shows('[data-test=home]', /Image console/);
    },
  );

  scenario(
    'asks for a token where one is needed, and never keeps it',
    { viewport: SMALL, failures: true, flags: ['--token', 'open-sesame'] },
    async (ui) => {
      const { page } = ui;
      await ui.type('input[name=token]', 'wrong');
      await ui.click('form button[type=submit]');
      await ui.shows('[data-test=connection-form] [role=alert]', /check the token/);
      assert.equal(
        await page.$eval('input[name=token]', ({ value }) => value),
        'wrong',
        'what was typed stays',
      );
      assert.equal(await page.$('[data-test=view-private]'), null, 'it is not connected');
      await ui.type('input[name=token]', 'open-sesame');
      await ui.click('[data-test=connect]');
      await ui.shows('[data-image]', /^web-server$/);
      // Nor does a wrong one take the place of what works, unless somebody asks why.
      await ui.go('/connection/settings');
      await ui.type('input[name=token]', 'wrong');
      await ui.click('[data-test=connect]');
      await ui.see('[data-test=connection-form] [data-test=error]');
      await ui.go('/private');
      await ui.shows('[data-image]', /^web-server$/);
      await ui.go('/connection/settings');
      await ui.type('input[name=token]', 'wrong');
      await ui.click('[data-test=connect]');
      await ui.click('[data-test=find-out]');
      await ui.see('[data-test=diagnose]');
      await ui.click('[data-test=place]');
      await ui.type('input[name=token]', 'open-sesame');
      await ui.click('[data-test=connect]');
      await ui.click('[data-test=nav-private]');
      await ui.shows('[data-image]', /^web-server$/);
      const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
      assert.match(kept, /region0/);
      assert.ok(!kept.includes('open-sesame'), kept);
    },
  );

  scenario(
    'fits a phone, follows the system into the dark, and is light',
    { viewport: { width: 360, height: 740 } },
    async (ui, t) => {
      const { emulator, page } = ui;
      await ui.shows('[data-image]', /^web-server$/);
      assert.equal(await ui.overhang(), 0);
      const loaded = await page.evaluate(() =>
        performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname),
      );
      const files = ['/index.html', ...new Set(loaded.filter((each) => /\.(js|css|svg)$/.test(each)))];
      assert.ok(files.length > 2, `scripts and styles were seen: ${files}`);
      const weights = files.map((each) => gzipSync(readFileSync(path.join(DIST, each))).length);
      const weight = weights.reduce((sum, each) => sum + each, 0);
      assert.ok(weight < FIRST_LOAD, `the first load weighs ${weight} bytes, compressed`);
      t.diagnostic(`the first load weighs ${Math.round(weight / 1024)} KiB, compressed, without the .wasm`);
      for (let index = 0; index < 12; index += 1) {
        await emulator.call('POST', '/api/image/v1/private-images', { body: smallImage() });
      }
      await page.reload();
      const ids = () =>
        page.$$eval('[data-test=view-private] [data-image]', (found) =>
          found.map(({ dataset }) => dataset.image),
        );
      const first = await eventually(async () => (await ids()).length === 10 && ids(), 'a page is full');
      await ui.click('[data-test=pages] .btn-next');
      const second = await eventually(async () => (await ids()).length === 6 && ids(), 'the rest follows');
      assert.equal(new Set([...first, ...second]).size, 16);
      const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'small.raw'), MIB);
      await fillIn(ui, file);
      assert.equal(await ui.overhang(), 0);
      // Only Chromium lets a test choose the system's theme.
      if (browser === 'chromium') {
        for (const value of ['dark', 'light']) {
          await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
          await page.waitForFunction(
            (dark) => document.documentElement.classList.contains('dark') === dark,
            {},
            value === 'dark',
          );
        }
      }
    },
  );

  // Firefox offers no way to say where its downloads go, and would leave them in somebody's folder.
  if (browser === 'chromium') {
    scenario('downloads a private image into the browser’s downloads', { viewport: SMALL }, async (ui, t) => {
      const { emulator } = ui;
      const downloads = await watchDownloads(t, ui.profile);
      await ui.click('[aria-label="Download web-server"]');
      await ui.transfer('done');
      assert.deepEqual(await ui.texts('.transfer [role=alert]'), []);
      const { file } = await downloads.arrives();
      const [image] = (await emulator.images()).filter((each) => each.name === 'web-server');
      assert.equal(await md5Of(file), image.checksum);
      await ui.shows('[data-test=transfer] .figures', /compared by MD5/);
    });
  }
});
