/** Where the keyboard is in the console after something was pressed: never at the top of the page, as if it had just come. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { consoleSuite } from '../support/console.mjs';
import { eventually } from '../support/expect.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { PARTNER, smallImage } from '../support/samples.mjs';

const OWN = 'img-demoprivate001';
const MIB = 1024 * 1024;
const LIST = { operation: 'list_private_images', status: 403, code: 'IMG.OperationDenied.Identity' };

/** What has the keyboard: the name that tests have for it, or what it is and says. */
function place({ page }) {
  return page.evaluate(() => {
    const { activeElement: here } = document;
    return here.dataset.test ?? `${here.tagName} ${here.textContent.trim().slice(0, 20)}`;
  });
}

/** Waits until the keyboard is there. */
async function isAt(ui, pattern, why) {
  let last;
  const look = async () => {
    last = await place(ui);
    return pattern.test(last);
  };
  await eventually(look, why, 10_000).catch((error) => {
    assert.fail(`${error.message}: it is at ${last}`);
  });
  // What takes it away does so a little later.
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.match(await place(ui), pattern, why);
}

async function press(ui, selector) {
  await ui.see(selector);
  await ui.page.$eval(selector, (element) => element.focus());
  await ui.page.keyboard.press('Enter');
}

// Firefox, when it is driven, does not always make a click of Enter.
consoleSuite('the place of the keyboard in the console', ['chromium'], (scenario) => {
  scenario('it stays where something is at work, and where that fails', { failures: true }, async (ui) => {
    const { emulator, page } = ui;
    await ui.see('[data-image]');
    await emulator.spoil({ ...LIST, status: undefined, code: undefined, delayMs: 1_000 });
    await press(ui, '[data-test=refresh]');
    await ui.see('[data-test=refresh][aria-disabled=true]');
    assert.equal(await place(ui), 'refresh');
    await ui.see('[data-test=refresh][aria-disabled=false]');
    await isAt(ui, /^refresh$/, 'after a list was refreshed');

    const share = { shares: { user_ids: [PARTNER.user] } };
    await emulator.call('POST', `/api/image/v1/private-images/${OWN}/share`, { body: share });
    await ui.go(`/private?do=delete&on=${OWN}`);
    await press(ui, '[data-test=dialog-ok]');
    await ui.see('[data-test=dialog] [data-test=error]');
    await isAt(ui, /^dialog-ok$/, 'after a deletion was refused');
    await page.keyboard.press('Escape');
    await ui.gone('[data-test=dialog]');

    await ui.go('/connection/settings');
    await emulator.spoil({ ...LIST, times: 1 });
    await press(ui, '[data-test=connect]');
    await ui.see('[data-test=connection-form] [data-test=error]');
    await isAt(ui, /^connect$/, 'after a connection was refused');
    await ui.go('/connection/diagnosis');
    await press(ui, '[data-test=diagnose]');
    await ui.see('[data-test=verdict]');
    await isAt(ui, /^diagnose$/, 'after a diagnosis');
  });

  scenario('it goes to what is next, or to a heading', { failures: true }, async (ui, t) => {
    const { emulator, page } = ui;
    await ui.see('[data-image]');
    const body = smallImage({ name: 'victim' });
    const { imageId } = (await emulator.call('POST', '/api/image/v1/private-images', { body })).data;
    await ui.click('[data-test=refresh]');
    await press(ui, `tr:has([data-image="${imageId}"]) [data-test=action-delete]`);
    await press(ui, '[data-test=dialog-ok]');
    await ui.gone(`[data-image="${imageId}"]`);
    await isAt(ui, /^(TR|H1)/, 'after a row was deleted');

    const folder = await temporaryFolder(t);
    await ui.drop(
      await makeRandomRaw(path.join(folder, 'one.raw'), MIB),
      await makeRandomRaw(path.join(folder, 'two.raw'), MIB),
    );
    await press(ui, '[data-file="one.raw"] [data-test=discard-draft]');
    await isAt(ui, /^draft$/, 'after a draft was left out');
    await press(ui, '[data-test=start]');
    await ui.transfer('done');
    await isAt(ui, /^(H[23]|transfer$)/, 'after an upload began');
    await press(ui, '[data-test=transfer-dismiss]');
    await isAt(ui, /^H2 Transfers/, 'after the last was taken off the list');
    await press(ui, '[data-test=close-transfers]');

    await ui.go('/connection/faults');
    await press(ui, '[data-test=fault-busy]');
    await press(ui, '[data-test=heal]');
    await isAt(ui, /^H2 In force/, 'after everything was healed');
    await ui.go('/private?name=web');
    await press(ui, '[data-test=filter-clear]');
    await isAt(ui, /^(filter-apply|H1)/, 'after the filter was cleared');

    for (let count = 0; count < 8; count += 1) {
      await emulator.call('POST', '/api/image/v1/private-images', { body: smallImage() });
    }
    await ui.click('[data-test=refresh]');
    await press(ui, '[data-test=pages] .btn-next');
    await eventually(async () => /page=2/.test(await ui.address()), 'it is the last page');
    await isAt(ui, /^LI 2/, 'after the last page was reached');

    await emulator.spoil({ ...LIST, times: 1 });
    await press(ui, '[data-test=refresh]');
    await press(ui, '[data-test=retry]');
    await ui.gone('[data-test=error]');
    await isAt(ui, /^H1 Private images/, 'after another attempt');
    // Who clicks beside everything has put it away.
    await page.$eval('[data-test=refresh]', (button) => button.focus());
    await page.mouse.click(640, 790);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.match(await place(ui), /^(BODY|main)/);
  });
});
