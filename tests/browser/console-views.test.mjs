/** The views of the console: what each lists, how it filters, and that addresses, the back button and reloads keep it. */
import assert from 'node:assert/strict';
import { BOTH, consoleSuite } from '../support/console.mjs';
import { eventually } from '../support/expect.mjs';
import { PARTNER, smallImage } from '../support/samples.mjs';

/** The demo images in the order in which the service lists them. */
const PRIVATE = ['broken upload', 'waiting for its file', '数据盘-2025', 'web-server'];

/** Creates images without files, by the name. */
async function create(emulator, names, tenant) {
  for (const name of names) {
    const body = smallImage({ name, ...(tenant && { tenantId: tenant }) });
    const answer = await emulator.call('POST', '/api/image/v1/private-images', { body, tenant });
    assert.ok(answer.data, JSON.stringify(answer));
  }
}

consoleSuite('the views of the console', BOTH, (scenario) => {
  scenario('private images are filtered, ordered and paged, and the address knows it', {}, async (ui) => {
    const { emulator, page } = ui;
    await ui.see('[data-test=view-private] [data-image]');
    assert.deepEqual((await ui.texts('[data-image]')).sort(), [...PRIVATE].sort());
    await ui.choose('[data-test=sort]', 'name-asc');
    await ui.lists('private', ['broken upload', 'waiting for its file', 'web-server', '数据盘-2025']);
    await ui.type('[data-test=filter-name]', 'web');
    await page.keyboard.press('Enter');
    await ui.lists('private', ['web-server']);
    assert.equal(await ui.address(), '/private?name=web&sort=name-asc');
    await page.reload();
    await ui.lists('private', ['web-server']);
    assert.equal(await page.$eval('[data-test=filter-name]', (input) => input.value), 'web');
    await ui.type('[data-test=filter-name]', '');
    await ui.type('[data-test=filter-id]', 'private002');
    await ui.click('[data-test=filter-apply]');
    await ui.lists('private', ['数据盘-2025']);
    await ui.type('[data-test=filter-id]', 'nowhere');
    await ui.click('[data-test=filter-apply]');
    await ui.shows('[data-test=view-private]', /No image fits the filter/);
    // What was asked before is one step back.
    await page.goBack();
    await ui.lists('private', ['数据盘-2025']);
    await ui.click('[data-test=filter-clear]');
    await ui.lists('private', ['broken upload', 'waiting for its file', 'web-server', '数据盘-2025']);

    const more = Array.from({ length: 18 }, (_, index) => `page ${10 + index}`);
    await create(emulator, more);
    await ui.go('/private?name=page&sort=name-desc');
    await ui.lists('private', [...more].reverse().slice(0, 10));
    await ui.shows('[data-test=total]', /^18 images$/);
    await ui.click('[data-test=pages] .btn-next');
    await ui.lists('private', [...more].reverse().slice(10));
    assert.match(await ui.address(), /page=2/);
    await ui.choose('[data-test=page-size]', '20');
    await ui.lists('private', [...more].reverse());
  });

  scenario('public images, details and the way back', { address: '/public' }, async (ui) => {
    const { page } = ui;
    await ui.choose('[data-test=sort]', 'name-asc');
    await ui.lists('public', ['Kylin V10 SP3', 'Ubuntu 24.04', 'Windows Server 2022']);
    assert.equal(await page.$('[data-test=action-delete]'), null, 'nobody deletes what belongs to all');
    await ui.click('[data-image=img-demopublic0001]');
    await ui.shows('[data-test=view-image] h1', /^Ubuntu 24.04$/);
    await ui.shows('[data-field=imageId]', /img-demopublic0001/);
    const { checksum } = (await ui.emulator.call('GET', '/api/image/v1/images/img-demopublic0001')).data;
    assert.match(checksum, /^[0-9a-f]{32}$/);
    await ui.shows('[data-field=checksum]', new RegExp(checksum));
    assert.equal(await page.title(), 'Ubuntu 24.04 · Image console');
    await page.goBack();
    await ui.lists('public', ['Kylin V10 SP3', 'Ubuntu 24.04', 'Windows Server 2022']);
    assert.equal(await ui.address(), '/public?sort=name-asc');
    assert.equal(await page.title(), 'Public images · Image console');
    await page.goForward();
    await ui.shows('[data-test=view-image] h1', /^Ubuntu 24.04$/);
    await ui.click('[data-test=back]');
    await ui.see('[data-test=view-public] [data-image]');
  });

  scenario('shared images are those that others share with the one who looks', {}, async (ui) => {
    await ui.click('[data-test=nav-shared]');
    await ui.lists('shared', ['partner appliance']);
    await ui.shows('[data-test=share-row]', new RegExp(`Shared by ${PARTNER.tenant}`));
    await ui.choose('[data-test=tenant]', PARTNER.tenant);
    await ui.lists('shared', ['数据盘-2025']);
    await ui.page.reload();
    await ui.lists('shared', ['数据盘-2025']);
    await ui.choose('[data-test=sort]', 'createdAt-asc');
    await eventually(
      async () => (await ui.address()) === '/shared?sort=createdAt-asc',
      'it is in the address',
    );
    await ui.lists('shared', ['数据盘-2025']);
    await ui.click('[data-test=nav-private]');
    await ui.lists('private', ['partner appliance']);
  });

  scenario('deep links open dialogs over their views, and the back button closes them', {}, async (ui) => {
    const { page } = ui;
    await ui.see('[data-image]');
    await ui.click('[data-image=img-demoprivate001]');
    await ui.see('[data-group=identity]');
    await ui.click('[data-test=action-edit]');
    await ui.see('[data-test=dialog] input[name=name]');
    assert.equal(await ui.address(), '/images/img-demoprivate001?do=edit&on=img-demoprivate001');
    await page.goBack();
    await ui.gone('[data-test=dialog]');
    assert.equal(await ui.address(), '/images/img-demoprivate001');
    await ui.click('[data-test=action-edit]');
    await ui.click('[data-test=dialog-cancel]');
    await ui.gone('[data-test=dialog]');
    await eventually(
      async () => (await ui.address()) === '/images/img-demoprivate001',
      'closing it does so too',
    );
    const other = await ui.another('/images/img-demoprivate001?do=export&on=img-demoprivate001');
    await other.see('[data-test=dialog] [data-test=bucket]');
    await other.shows('[data-test=view-image] h1', /^web-server$/);
    await other.click('[data-test=dialog-cancel]');
    await other.gone('[data-test=dialog]');
    await eventually(
      async () => (await other.address()) === '/images/img-demoprivate001',
      'the address is clean',
    );
    await other.go('/nothing/here');
    await other.shows('[data-test=main]', /There is no such page/);
    other.assertQuiet();
  });

  scenario('the language is switched and kept', { languages: ['zh-CN'] }, async (ui) => {
    const { page } = ui;
    await ui.shows('[data-test=nav-private]', /^私有镜像$/);
    await ui.click('[data-test=nav-connection]');
    const before = await ui.texts('[data-test=tab-diagnosis]');
    await ui.click('[data-test=language]');
    await ui.shows('[data-test=nav-private]', /^Private images$/);
    await ui.shows('[data-test=tab-diagnosis]', /^Diagnosis$/);
    assert.notDeepEqual(before, ['Diagnosis']);
    assert.equal(await page.$eval('html', (html) => html.lang), 'en');
    await page.reload();
    await ui.shows('[data-test=tab-diagnosis]', /^Diagnosis$/);
    await ui.click('[data-test=theme]');
    const theme = await page.$eval('[data-test=theme]', ({ dataset }) => dataset.theme);
    assert.notEqual(theme, 'auto');
    await page.reload();
    await ui.see(`[data-test=theme][data-theme=${theme}]`);
    await ui.click('[data-test=language]');
    await ui.shows('[data-test=nav-private]', /^私有镜像$/);
  });

  scenario(
    'the connection is diagnosed, its requests are listed, and it can be made to fail',
    { failures: true },
    async (ui) => {
      const { page } = ui;
      await ui.see('[data-image]');
      await ui.click('[data-test=nav-connection]');
      await ui.click('[data-test=tab-diagnosis]');
      await ui.click('[data-test=diagnose]');
      await ui.see('[data-test=verdict][data-ok=true]');
      assert.ok((await page.$$('[data-test=check][data-ok=true]')).length > 5);
      await ui.click('[data-test=tab-faults]');
      await ui.see('[data-test=no-faults]');
      await ui.click('[data-test=fault-busy]');
      await ui.see('[data-test=fault][data-fired="0"]');
      await ui.click('[data-test=nav-private]');
      await ui.see('[data-test=view-private] [data-image]');
      await ui.go('/connection/requests');
      await ui.click('[data-test=only-failed]');
      await ui.shows('[data-test=request][data-operation=listPrivateImages]', /503/);
      await ui.go('/connection/faults');
      await ui.click('[data-test=heal]');
      await ui.see('[data-test=no-faults]');
    },
  );
});
