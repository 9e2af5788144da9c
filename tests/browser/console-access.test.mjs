/** Who can use the console: by the keyboard alone, with a screen reader (as far as axe-core can say), on a small screen. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { consoleSuite } from '../support/console.mjs';
import { fillTransfers, PLACES, sharePlaces, showPlace } from '../support/console-places.mjs';
import { eventually } from '../support/expect.mjs';
import { makeQcow2 } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What is found at these levels keeps somebody out. */
const SERIOUS = ['serious', 'critical'];
const PHONE = { width: 360, height: 740 };

/** What axe-core finds on the page as it is: the rule, and where. */
async function faults({ page }) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    // What still fades in has colours of its own.
    await Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished.catch(() => {})),
    );
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      where: nodes.slice(0, 3).map(({ target }) => target.join(' ')),
    }));
  });
  return violations.filter(({ impact }) => SERIOUS.includes(impact));
}

/** Goes through all places; gives what `look` finds in each, by its name. */
async function everywhere(ui, t, look) {
  const found = {};
  const note = async (name) => {
    const result = await look(name);
    if (result.length > 0) found[name] = result;
  };
  await ui.see('[data-image]');
  const places = { ...PLACES, ...(await sharePlaces(ui.emulator)) };
  for (const [name, place] of Object.entries(places)) {
    await showPlace(ui, place);
    await note(name);
  }
  await ui.go('/private');
  await ui.gone('[data-test=dialog]');
  await fillTransfers(ui, await temporaryFolder(t));
  await note('transfers');
  return found;
}

/** Presses Tab until the keyboard is on what this selector finds. */
async function tabTo({ page }, selector) {
  const passed = [];
  for (let pressed = 0; pressed < 90; pressed += 1) {
    const [isThere, name] = await page.evaluate((wanted) => {
      const { activeElement } = document;
      const { tag, test } = { tag: activeElement?.tagName, test: activeElement?.dataset?.test };
      return [activeElement?.matches(wanted) === true, test ?? tag];
    }, selector);
    if (isThere) return;
    passed.push(name);
    await page.keyboard.press('Tab');
  }
  assert.fail(`${selector} cannot be reached by Tab; on the way were ${passed}`);
}

/** Whether what has the keyboard can be seen to have it. */
function isMarked({ page }) {
  return page.evaluate(() => {
    const { activeElement } = document;
    const marks = [activeElement, activeElement?.nextElementSibling, activeElement?.parentElement];
    return marks.some((each) => {
      if (!each) return false;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
      return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
    });
  });
}

// What axe-core finds hardly depends on the browser; Firefox would take as long again.
consoleSuite('the console for everybody', ['chromium'], (scenario) => {
  for (const theme of ['light', 'dark']) {
    scenario(`axe-core finds nothing serious in the ${theme}`, { failures: true }, async (ui, t) => {
      await ui.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      const found = await everywhere(ui, t, () => faults(ui));
      assert.deepEqual(found, {});
    });
  }

  for (const language of ['en-US', 'zh-CN']) {
    const options = { failures: true, viewport: PHONE, languages: [language] };
    scenario(`no place is wider than a phone (${language})`, options, async (ui, t) => {
      const found = await everywhere(ui, t, async () => {
        const overhang = await ui.overhang();
        return overhang > 0 ? [overhang] : [];
      });
      assert.deepEqual(found, {});
    });
  }
});

// Firefox, when it is driven, does not always make a click of Enter, though nothing of the page prevents it.
consoleSuite('the keyboard in the console', ['chromium'], (scenario) => {
  scenario('an image is uploaded, looked at and deleted without a mouse', {}, async (ui, t) => {
    const { emulator, page } = ui;
    const file = await makeQcow2(path.join(await temporaryFolder(t), 'typed.qcow2'), 12);
    await ui.see('[data-image]');
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement.matches('.skip-link')));
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    await tabTo(ui, '[data-test=upload]');
    assert.ok(await isMarked(ui), 'what has the keyboard is marked');
    await page.keyboard.press('Enter');
    await ui.see('[data-test=transfers]');
    await tabTo(ui, '[data-test=file-input]');
    assert.ok(await isMarked(ui), 'the zone for files is marked');
    // The browser's own dialog is no part of the page.
    await (await page.$('[data-test=file-input]')).uploadFile(file);
    await ui.see('[data-test=draft][data-inspected=true]');
    await tabTo(ui, '[data-test=draft] input[name=name]');
    await page.keyboard.press('End');
    await page.keyboard.type(' by keys');
    await page.keyboard.press('Enter');
    await ui.transfer('done');
    await tabTo(ui, '[data-test=transfer-show]');
    await page.keyboard.press('Enter');
    await ui.shows('[data-test=view-image] h1', /^typed by keys$/);
    await eventually(
      () => page.evaluate(() => document.activeElement.matches('[data-test=view-image] h1')),
      'the keyboard is at the heading of the view',
    );
    await tabTo(ui, '[data-test=close-transfers]');
    await page.keyboard.press('Escape');
    await ui.gone('[data-test=transfers]');
    await ui.see('[data-test=view-image] [data-status=active]');
    const remove = '[data-test=view-image] [data-test=action-delete]';
    await tabTo(ui, remove);
    await page.keyboard.press('Enter');
    await ui.see('[data-test=dialog-ok]');
    await eventually(
      () => page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null),
      'the keyboard is in the dialog',
    );
    await page.keyboard.press('Escape');
    await ui.gone('[data-test=dialog]');
    await eventually(
      () => page.evaluate((selector) => document.activeElement?.matches(selector), remove),
      'the keyboard is back where the dialog was opened',
    );
    await eventually(async () => !(await ui.address()).includes('do='), 'the address knows it');
    await page.keyboard.press('Enter');
    await ui.see('[data-test=dialog-ok]');
    await tabTo(ui, '[data-test=dialog-ok]');
    await page.keyboard.press('Enter');
    await ui.see('[data-test=view-private] [data-image]');
    assert.ok(!(await emulator.images()).some(({ name }) => name === 'typed by keys'));
  });
});
