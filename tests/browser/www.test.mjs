/** The console in the real browsers, as the local cloud serves it: what an operator does with it, and what it must never do. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { BROWSERS, launch } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes, makeQcow2, makeRandomRaw, md5Of } from '../support/images.mjs';
import { ROOT, temporaryFolder } from '../support/places.mjs';
import { smallImage } from '../support/samples.mjs';

const DIST = path.join(ROOT, 'www/dist');
const MIB = 1024 * 1024;
const TIMEOUT = { timeout: 180_000 };
/** What a first visit may weigh, compressed, the .wasm not counted. */
const FIRST_LOAD = 300 * 1024;

/** The page over an emulator of its own, with everything it complains about and everywhere it goes. */
async function open(t, name, { languages = ['en-US', 'en'], flags = [], viewport } = {}) {
  assert.ok(existsSync(path.join(DIST, 'index.html')), `${DIST} holds no page: build it (npm test does)`);
  const emulator = await startEmulator(t, '--seed-demo', '--www', DIST, ...flags);
  const browser = await launch(t, name);
  const page = await browser.newPage();
  if (viewport) await page.setViewport(viewport);
  const complaints = [];
  const origins = new Set();
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error}`));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http')) origins.add(origin);
  });
  await page.evaluateOnNewDocument((languages) => {
    Object.defineProperty(navigator, 'languages', { get: () => languages });
    globalThis.violations = [];
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      globalThis.violations.push(`${violatedDirective} ${blockedURI}`);
    });
  }, languages);
  const response = await page.goto(`${emulator.ims}/`, { waitUntil: 'load' });
  const policy = response.headers()['content-security-policy'];
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
  // The page brings a policy of its own wherever it is served.
  const own = await page.$eval('meta[http-equiv=Content-Security-Policy]', (meta) => meta.content);
  assert.match(own, /script-src 'self' 'wasm-unsafe-eval'; style-src 'self';/);
  return { emulator, browser, page, complaints, origins };
}

/** Nothing on the console, no violation of the policy, no request to anybody else. */
async function assertQuiet({ page, complaints, origins, emulator }) {
  assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
  assert.deepEqual(complaints, []);
  const known = [emulator.ims, emulator.oss];
  assert.deepEqual(
    [...origins].filter((origin) => !known.includes(origin)),
    [],
  );
}

/** The text of everything that this selector finds. */
const texts = (page, selector) =>
  page.$$eval(selector, (elements) => elements.map((element) => element.textContent.trim()));

/** Waits until something holds text that matches. */
async function shows(page, selector, pattern) {
  let last = [];
  const look = async () => {
    last = await texts(page, selector);
    return last.some((text) => pattern.test(text));
  };
  await eventually(look, `${selector} shows ${pattern}`).catch((error) => {
    assert.fail(`${error.message}; it shows ${JSON.stringify(last)}`);
  });
}

/** Clicks what this selector finds, as soon as it stands still and nothing (a dialog that fades) lies over it. */
async function click(page, selector) {
  const element = await page.waitForSelector(selector, { visible: true });
  const isWithinReach = () =>
    element.evaluate(async (found) => {
      found.scrollIntoView({ block: 'center' });
      const before = found.getBoundingClientRect();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { x, y, width, height } = found.getBoundingClientRect();
      const hit = document.elementFromPoint(x + width / 2, y + height / 2);
      return x === before.x && y === before.y && found.contains(hit);
    });
  await eventually(isWithinReach, `${selector} can be clicked`);
  await element.click();
}

async function type(page, selector, text) {
  const element = await page.waitForSelector(selector, { visible: true });
  await element.evaluate((input) => input.select());
  await element.type(text);
}

/** Opens the form for a file; `fields` replace what was filled in. */
async function fillIn(page, file, fields = {}) {
  await click(page, '[data-test=upload]');
  const input = await page.waitForSelector('[data-test=file-input]');
  await input.uploadFile(file);
  // What was typed before the file was looked into would be kept, but the rest of the form changes under the keys.
  await page.waitForSelector('[data-test=draft][data-inspected=true]', { visible: true });
  for (const [name, text] of Object.entries(fields)) await type(page, `input[name=${name}]`, text);
}

const isState = (page, state) => page.waitForSelector(`.transfer[data-state=${state}]`, { timeout: 60_000 });

for (const name of Object.keys(BROWSERS)) {
  describe(`the console in ${name}`, () => {
    test('lists, uploads, refreshes by itself and deletes', TIMEOUT, async (t) => {
      const opened = await open(t, name);
      const { emulator, page } = opened;
      await shows(page, '[data-image]', /^web-server$/);
      assert.equal((await texts(page, '[data-image]')).length, 4);
      await click(page, '[data-test=nav-public]');
      await shows(page, '[data-test=view-public] [data-image]', /^Ubuntu 24.04$/);
      await click(page, '[data-test=nav-private]');

      const file = await makeQcow2(path.join(await temporaryFolder(t), '磁盘 (1)#a.qcow2'), 12);
      await fillIn(page, file);
      assert.equal(await page.$eval('input[name=name]', (input) => input.value), '磁盘 1-a');
      assert.equal(await page.$eval('input[name=minDisk]', (input) => input.value), '1');
      await emulator.control('POST', '/_emulator/jobs', { paused: true });
      await click(page, '[data-test=start]');
      // Held by the cloud: the list says so, and later, without anybody's doing, that it is over.
      await page.waitForSelector('[data-test=view-private] [data-status=saving]', { timeout: 60_000 });
      await emulator.control('POST', '/_emulator/jobs', { paused: false });
      await isState(page, 'done');
      await eventually(
        async () => !(await page.$('[data-test=view-private] [data-status=saving]')),
        'the list sees the image become active',
      );
      const [image] = (await emulator.images()).filter((each) => each.name === '磁盘 1-a');
      assert.deepEqual([image.status, image.diskFormat, image.minDisk], ['active', 'qcow2', 1]);
      assert.equal(image.checksum, await md5Of(file));
      await assertSameBytes(file, await emulator.file(image.imageId));
      await shows(page, '.transfer .figures', /compared by MD5/);

      // In a window of this width they lie over the list.
      await click(page, '[data-test=close-transfers]');
      const remove = '[aria-label="Delete 磁盘 1-a"]';
      await click(page, remove);
      await click(page, '[data-test=dialog-cancel]');
      await page.waitForSelector('[data-test=dialog]', { hidden: true });
      assert.equal((await emulator.images()).length, 5, 'without a yes nothing is deleted');
      await click(page, remove);
      await click(page, '[data-test=dialog-ok]');
      await page.waitForSelector(remove, { hidden: true });
      assert.equal((await emulator.images()).length, 4);
      await assertQuiet(opened);
    });

    test('pauses, resumes and aborts', TIMEOUT, async (t) => {
      const opened = await open(t, name);
      const { emulator, page } = opened;
      // So slow that it cannot end before it is aborted.
      await emulator.spoil({ operation: 'UploadPart', delayMs: 120_000, times: 0 });
      const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'big.raw'), 40 * MIB);
      await fillIn(page, file, { name: 'steered' });
      await click(page, '[data-test=start]');
      await click(page, '[data-action=pause]');
      await isState(page, 'paused');
      await click(page, '[data-action=resume]');
      await isState(page, 'running');
      await click(page, '[data-action=abort]');
      await click(page, '.el-message-box__btns .el-button--danger');
      await isState(page, 'aborted');
      await eventually(
        async () => !(await emulator.images()).some((image) => image.name === 'steered'),
        'the image of an aborted upload is gone',
      );
      await assertQuiet(opened);
    });

    test('a refused field is shown at the field, and nothing is sent', TIMEOUT, async (t) => {
      const opened = await open(t, name);
      const { emulator, page } = opened;
      const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'small.raw'), MIB);
      await fillIn(page, file, { name: 'a/b' });
      await click(page, '[data-test=start]');
      await shows(page, '[data-field=name] [class*=error]', /128/);
      await eventually(
        () => page.evaluate(() => document.activeElement.getAttribute('name') === 'name'),
        'the keyboard is brought to the field',
      );
      // One that lies in the folded part is unfolded.
      const fold = (open) =>
        page.$eval('details', (details, open) => details.toggleAttribute('open', open), open);
      await type(page, 'input[name=name]', 'fine');
      await fold(true);
      await type(page, 'input[name=description]', 'x');
      await fold(false);
      await click(page, '[data-test=start]');
      await shows(page, '[data-field=description] [class*=error]', /256/);
      await page.waitForSelector('input[name=description]', { visible: true });
      assert.equal((await emulator.arrived('create_image')).length, 0);
      assert.equal(await page.$('.transfer'), null, 'what never began is not listed');
      await assertQuiet(opened);
    });

    test('explains the errors of the service in the language of the reader', TIMEOUT, async (t) => {
      const { page } = await open(t, name, { languages: ['fr', 'zh-CN', 'en'] });
      const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'small.raw'), MIB);
      await shows(page, '[data-test=home]', /镜像控制台/);
      assert.equal(await page.$eval('html', (html) => html.lang), 'zh-CN');
      await fillIn(page, file, { name: 'fail-QuotaDeduct' });
      await click(page, '[data-test=start]');
      await shows(page, '[data-test=draft] [role=alert]', /配额扣减失败/);
      await click(page, '[data-test=language]');
      await shows(page, '[data-test=home]', /Image console/);
      await shows(page, '[data-test=draft] [role=alert]', /the quota could not be deducted/i);
      await page.reload();
      await shows(page, '[data-test=home]', /Image console/);
      assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
    });

    test('asks for a token where one is needed, and never keeps it', TIMEOUT, async (t) => {
      const { page } = await open(t, name, { flags: ['--token', 'open-sesame'] });
      await type(page, 'input[name=token]', 'wrong');
      await click(page, 'form button[type=submit]');
      await shows(page, '[role=alert]', /check the token/);
      await click(page, '[data-test=place]');
      await type(page, 'input[name=token]', 'open-sesame');
      await click(page, '[data-test=connect]');
      await click(page, '[data-test=nav-private]');
      await shows(page, '[data-image]', /^web-server$/);
      const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
      assert.match(kept, /region0/);
      assert.ok(!kept.includes('open-sesame'), kept);
    });

    test('fits a phone, follows the system into the dark, and is light', TIMEOUT, async (t) => {
      const opened = await open(t, name, { viewport: { width: 360, height: 740 } });
      const { emulator, page } = opened;
      await shows(page, '[data-image]', /^web-server$/);
      const overhang = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(await overhang(), 0);
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
      await click(page, '[data-test=pages] .btn-next');
      const second = await eventually(async () => (await ids()).length === 6 && ids(), 'the rest follows');
      assert.equal(new Set([...first, ...second]).size, 16);
      const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'small.raw'), MIB);
      await fillIn(page, file);
      assert.equal(await overhang(), 0);
      // Only Chromium lets a test choose the system's theme.
      if (name === 'chromium') {
        for (const value of ['dark', 'light']) {
          await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
          await page.waitForFunction(
            (dark) => document.documentElement.classList.contains('dark') === dark,
            {},
            value === 'dark',
          );
        }
      }
      await assertQuiet(opened);
    });

    // Firefox offers no way to say where its downloads go, and would leave them in somebody's folder.
    if (name === 'chromium') {
      test('downloads a private image into the browser’s downloads', TIMEOUT, async (t) => {
        const opened = await open(t, name);
        const { emulator, browser, page } = opened;
        const folder = await temporaryFolder(t);
        const session = await browser.target().createCDPSession();
        await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
        await click(page, '[aria-label="Download web-server"]');
        await Promise.race([isState(page, 'done'), isState(page, 'failed')]);
        assert.deepEqual(await texts(page, '.transfer [role=alert]'), []);
        const finished = async () => (await readdir(folder)).find((each) => !each.endsWith('.crdownload'));
        const saved = await eventually(finished, 'the file arrives in the folder');
        const [image] = (await emulator.images()).filter((each) => each.name === 'web-server');
        assert.equal(await md5Of(path.join(folder, saved)), image.checksum);
        await shows(page, '.transfer .figures', /compared by MD5/);
        await assertQuiet(opened);
      });
    }
  });
}
