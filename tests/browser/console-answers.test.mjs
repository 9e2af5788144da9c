/** What late, odd and missing answers do to the console: nobody is thrown out, shown what is not so, or left without a word. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { consoleSuite } from '../support/console.mjs';
import { eventually } from '../support/expect.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { smallImage } from '../support/samples.mjs';
import { slowAfter } from '../support/tabs.mjs';

const OWN = 'img-demoprivate001';
const YES = '.el-message-box__btns .el-button--danger';
const LIST = {
  operation: 'list_private_images',
  status: 403,
  code: 'IMG.OperationDenied.Identity',
  times: 0,
};

async function create(emulator, name) {
  return (await emulator.call('POST', '/api/image/v1/private-images', { body: smallImage({ name }) })).data;
}

/** Whether the browser would ask before the page goes. */
function asks({ page }) {
  return page.evaluate(() => {
    const event = new Event('beforeunload', { cancelable: true });
    dispatchEvent(event);
    return event.defaultPrevented;
  });
}

/** Answers lists and details of private images in the place of the service. */
async function answerWith({ page }, images) {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    const give = (data) =>
      request.respond({ contentType: 'application/json', body: JSON.stringify({ code: 'Success', data }) });
    if (pathname.endsWith('/private-images') && request.method() === 'GET') {
      const wanted = /imageId:eq:(.*)/.exec(searchParams.get('filter') ?? '')?.[1] ?? '';
      const list = images.filter(({ imageId }) => imageId.includes(wanted));
      return void give({ list, total: list.length, current: 1, size: 10 });
    }
    const details = images.find(({ imageId }) => pathname.endsWith(`/images/${encodeURIComponent(imageId)}`));
    return void (details ? give(details) : request.continue());
  });
}

consoleSuite('answers that the console gets', ['chromium'], (scenario) => {
  scenario('a late one leaves the reader where they are', {}, async (ui) => {
    const { emulator, page } = ui;
    const { imageId } = await create(emulator, 'victim');
    await ui.go(`/images/${imageId}`);
    await ui.click('[data-test=view-image] [data-test=action-delete]');
    await emulator.spoil({ operation: 'delete_image', delayMs: 3_000 });
    await ui.click('[data-test=dialog-ok]');
    await eventually(async () => (await emulator.faults())[0].matched > 0, 'it is being deleted');
    await ui.go(`/images/${OWN}`);
    await ui.shows('[data-test=view-image] h1', /^web-server$/);
    await ui.shows('.el-message', /The image is deleted/);
    assert.equal(await ui.address(), `/images/${OWN}`);

    await ui.go('/import');
    await ui.type('input[name=imageUrl]', `${emulator.ims}/favicon.svg`);
    await ui.type('input[name=name]', 'fetched');
    await ui.type('input[name=osVersion]', '1');
    assert.equal(await asks(ui), true, 'what is typed is asked about');
    await emulator.spoil({ operation: 'import_image', delayMs: 3_000 });
    await ui.click('[data-test=submit]');
    await eventually(async () => (await emulator.faults()).at(-1).matched > 0, 'it is being imported');
    await ui.go(`/images/${OWN}?do=edit&on=${OWN}`);
    await ui.type('[data-test=dialog] input[name=name]', 'typed');
    await ui.shows('.el-message', /fetched is being imported/);
    assert.equal(await ui.address(), `/images/${OWN}?do=edit&on=${OWN}`);
    assert.equal(await page.$eval('[data-test=dialog] input[name=name]', ({ value }) => value), 'typed');
    assert.equal(await asks(ui), false, 'what was sent is not');
  });

  scenario('an error has no answer of an earlier question beneath it', { failures: true }, async (ui) => {
    const { emulator, page } = ui;
    await ui.see('[data-image]');
    await emulator.spoil(LIST);
    await ui.go('/private?name=zzz');
    await ui.see('[data-test=view-private] [data-test=error]');
    assert.deepEqual([await ui.texts('[data-image]'), await ui.texts('[data-test=total]')], [[], []]);
    await emulator.heal();
    await ui.click('[data-test=retry]');
    await ui.shows('[data-test=empty]', /No image fits/);
    await emulator.spoil(LIST);
    await ui.go('/private?name=web');
    await ui.see('[data-test=view-private] [data-test=error]');
    assert.equal(await page.$('[data-test=empty]'), null);
    // The same question again: what was answered is still the best that is known.
    await emulator.heal();
    await ui.click('[data-test=retry]');
    await ui.lists('private', ['web-server']);
    await emulator.spoil(LIST);
    await ui.click('[data-test=refresh]');
    await ui.see('[data-test=view-private] [data-test=error]');
    await ui.lists('private', ['web-server']);
  });

  scenario('IDs, statuses and numbers may be anything', {}, async (ui) => {
    const { page } = ui;
    const common = { status: 'active', diskFormat: 'raw', visibility: 'private', size: 1 };
    await answerWith(ui, [
      { ...common, imageId: 'a,b', name: 'comma' },
      {
        ...common,
        imageId: 'img-odd',
        name: 'odd',
        status: 'constructor',
        platform: 'toString',
        imageType: '__proto__',
      },
      { ...common, imageId: 'img-far', name: 'far', status: 'saving', progress: 250 },
    ]);
    await ui.go('/private?page=1');
    await ui.shows('.status', /^constructor$/);
    await ui.shows('.status', /100%/);
    await ui.click('tr:has([data-image="a,b"]) [data-test=action-delete]');
    await ui.shows('[data-test=dialog]', /Delete this image\?.*comma/);
    await page.goBack();
    await ui.gone('[data-test=dialog]');
    await ui.go(`/private?do=delete&on=${OWN}&on=${OWN}`);
    await ui.shows('[data-test=dialog]', /Delete this image\?/);
    await ui.go('/images/img-odd');
    await ui.shows('[data-field=platform]', /^toString$/);
    await ui.shows('[data-field=imageType]', /^__proto__$/);
    assert.ok(!(await page.$eval('main', (main) => main.textContent)).includes('native code'));
    await ui.go('/images/img-far');
    await ui.shows('[data-field=progress]', /^100 %$/);
  });

  scenario('a list in an order of its own is not asked for as a whole again and again', {}, async (ui, t) => {
    const { emulator } = ui;
    const calls = async () => (await emulator.arrived('list_private_images')).length;
    for (let count = 0; count < 101; count += 1) await create(emulator, `image ${count}`);
    await ui.go('/private?sort=name-desc');
    await ui.shows('[data-test=total]', /105/);
    await emulator.spoil(slowAfter(0));
    await ui.drop(await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 20 * 1024 * 1024));
    await ui.click('[data-test=start]');
    await ui.transfer('running');
    await ui.see('[data-test=parts-map]');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const before = await calls();
    await new Promise((resolve) => setTimeout(resolve, 9_000));
    assert.ok((await calls()) - before <= 2, `${(await calls()) - before} calls in 9 seconds`);
  });

  scenario('what is given up is not offered to go on', { failures: true }, async (ui, t) => {
    const { emulator } = ui;
    await ui.see('[data-image]');
    await emulator.spoil(slowAfter(1));
    await ui.drop(await makeRandomRaw(path.join(await temporaryFolder(t), 'given.raw'), 60 * 1024 * 1024));
    assert.equal(await asks(ui), true, 'a file that was dropped is asked about');
    await ui.click('[data-test=start]');
    const stored = '[data-test=parts-map] .cells [data-state=stored]';
    await eventually(async () => (await ui.page.$$(stored)).length > 0, 'a part is stored', 120_000);
    await ui.click('[data-test=transfer-stop]');
    await ui.see('[data-test=pending]');
    await emulator.heal();
    const { imageId } = (await emulator.images()).find(({ name }) => name === 'given');
    await ui.go(`/images/${imageId}`);
    await ui.click('[data-test=action-giveUp]');
    await ui.shows('.el-message-box', /What this browser keeps of its upload is discarded/);
    await ui.click(YES);
    await ui.gone('[data-test=pending]');
    await ui.page.reload();
    await ui.see('[data-test=drop-zone] label');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual(await ui.texts('[data-test=pending]'), []);
  });

  scenario('a clipboard that refuses is told', { address: `/images/${OWN}` }, async (ui) => {
    const { page } = ui;
    await ui.see('[data-test=copy]');
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      document.execCommand = () => getSelection().toString() === 'web-server';
    });
    await ui.click('[data-field=name] [data-test=copy]');
    await ui.shows('[data-field=name] [role=status]', /^Copied$/);
    await page.evaluate(() => {
      document.execCommand = () => false;
    });
    await ui.click('[data-field=imageId] [data-test=copy]');
    await ui.shows('.el-message', /does not let this page copy/);
    assert.equal(await page.evaluate(() => getSelection().toString()), OWN);
  });

  scenario('how far it is can be seen in colours of the system', {}, async (ui, t) => {
    const { emulator, page } = ui;
    await emulator.spoil(slowAfter(2));
    await ui.drop(await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 60 * 1024 * 1024));
    await ui.click('[data-test=start]');
    const stored = '[data-test=parts-map] .cells [data-state=stored]';
    await eventually(async () => (await page.$$(stored)).length >= 2, 'two parts are stored', 120_000);
    const session = await page.createCDPSession();
    await session.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'forced-colors', value: 'active' }],
    });
    const ground = (selector) => page.$eval(selector, (element) => getComputedStyle(element).backgroundColor);
    const flying = '[data-test=parts-map] .cells [data-state=flying]';
    assert.notEqual(await ground(stored), await ground(flying));
    const bar = '[data-test=transfer] .el-progress-bar__';
    assert.notEqual(await ground(`${bar}inner`), await ground(`${bar}outer`));
  });
});
