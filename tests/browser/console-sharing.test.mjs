/** Two tenants and one image, by the console: shared, seen, copied, taken off the list, no longer shared, deleted. */
import assert from 'node:assert/strict';
import { BOTH, consoleSuite } from '../support/console.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes } from '../support/images.mjs';
import { PARTNER } from '../support/samples.mjs';

const IMAGE = 'img-demoprivate001';

consoleSuite('sharing by the console', BOTH, (scenario) => {
  scenario('one tenant shares, the other copies, and both tidy up', { failures: true }, async (ui) => {
    const { emulator, page } = ui;
    await ui.see('[data-image]');
    await ui.go(`/images/${IMAGE}`);
    await ui.click('[data-test=action-share]');
    await ui.see('[data-test=no-shares]');
    await ui.type('[data-test=share-ids]', 'some/body');
    await ui.shows('[data-test=dialog]', /Not an ID: some.body/);
    const canAdd = () => page.$eval('[data-test=share-add]', (button) => !button.disabled);
    assert.equal(await canAdd(), false);
    const many = Array.from({ length: 51 }, (_, index) => 1000 + index).join(' ');
    await ui.type('[data-test=share-ids]', many);
    await ui.shows('[data-test=dialog]', /At most 50 at a time/);
    assert.equal(await canAdd(), false);
    await ui.type('[data-test=share-ids]', '');
    await ui.click('[data-test=share-suggestion]');
    await ui.click('[data-test=share-add]');
    await ui.see(`[data-test=share][data-user="${PARTNER.user}"]`);
    await ui.click('[data-test=dialog-cancel]');
    await ui.gone('[data-test=dialog]');

    // A tab of the other tenant, who has what it is given, and no more.
    const other = await ui.another('/shared');
    await other.page.bringToFront();
    await other.choose('[data-test=tenant]', PARTNER.tenant);
    await other.shows('[data-test=share-row] [data-image]', /^web-server$/);
    const row = `[data-test=share-row]:has([data-image=${IMAGE}])`;
    await other.click(`${row} [data-test=action-copy]`);
    const name = '[data-test=dialog] input[name=name]';
    await eventually(
      async () =>
        (await other.page.$(name)) && (await other.page.$eval(name, ({ value }) => value === 'web-server')),
      'the name of the shared image is filled in',
    );
    await other.type(name, 'copied');
    await other.confirm();
    await other.click('[data-test=nav-private]');
    await other.shows('[data-test=view-private] [data-image]', /^copied$/);
    const owned = await emulator.call('GET', '/api/image/v1/private-images?current=1&size=100', {
      tenant: PARTNER.tenant,
    });
    const copy = owned.data.list.find((image) => image.name === 'copied');
    await eventually(
      () => other.page.$(`tr:has([data-image=${copy.imageId}]) [data-status=active]`),
      'the list shows the copy as active',
    );
    const bytes = await fetch(`${emulator.ims}/api/image/v1/private-images/${copy.imageId}/file`, {
      headers: { 'x-regionid': 'region0', 'x-emulator-tenant': PARTNER.tenant },
    });
    await assertSameBytes(await emulator.file(IMAGE), bytes.body);

    // While it is shared it cannot be deleted, and the reader is told why.
    await page.bringToFront();
    await ui.click('[data-test=action-delete]');
    await ui.click('[data-test=dialog-ok]');
    await ui.shows('[data-test=dialog] [data-code="IMG.OperationFailed.ImageIsShared"]', /Stop sharing/);
    await ui.click('[data-test=dialog-cancel]');
    await ui.gone('[data-test=dialog]');
    assert.ok(await emulator.image(IMAGE));

    await other.page.bringToFront();
    await other.click('[data-test=nav-shared]');
    await other.click(`${row} [data-test=action-leave]`);
    await other.confirm();
    await other.gone(row);

    await page.bringToFront();
    await ui.click('[data-test=action-share]');
    await ui.see('[data-test=no-shares]');
    await ui.click('[data-test=share-suggestion]');
    await ui.click('[data-test=share-add]');
    await ui.click('[data-test=unshare]');
    await ui.see('[data-test=no-shares]');
    await ui.click('[data-test=dialog-cancel]');
    await ui.gone('[data-test=dialog]');
    await ui.click('[data-test=action-delete]');
    await ui.confirm();
    await ui.see('[data-test=view-private]');
    assert.equal(await emulator.image(IMAGE), undefined);
    other.assertQuiet({ failures: true });
  });

  scenario('more users than a page shows are taken off only as far as they are seen', {}, async (ui) => {
    const { emulator, page } = ui;
    const ids = Array.from({ length: 51 }, (_, index) => String(9_000_000_000_000 + index));
    for (const some of [ids.slice(0, 50), ids.slice(50)]) {
      const body = { shares: { user_ids: some } };
      await emulator.call('POST', `/api/image/v1/private-images/${IMAGE}/share`, { body });
    }
    const shown = (count) =>
      eventually(async () => (await page.$$('[data-test=share]')).length === count, `${count} are shown`);
    await ui.go(`/private?do=share&on=${IMAGE}`);
    await shown(50);
    for (const box of (await page.$$('[data-test=share] input')).slice(0, 3)) {
      await box.evaluate((input) => input.click());
    }
    await ui.shows('[data-test=unshare-selected]', /Stop sharing with 3/);
    await ui.click('[data-test=dialog] .btn-next');
    await shown(1);
    await ui.gone('[data-test=unshare-selected]');
    // The page goes with its last user: others are still there.
    await ui.click('[data-test=unshare]');
    await shown(50);
    assert.equal(await page.$('[data-test=no-shares]'), null);
    await ui.shows('[data-test=dialog] .head', /Shared with 50/);
  });
});
