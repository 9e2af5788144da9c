/**
 * Pictures of every place of the console, in both languages, both themes and three widths, over a local cloud with demo
 * data: `node tests/screenshots.mjs [--only NAME] [--into FOLDER]`. They are for people to look at, and are not kept in git.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from './support/browsers.mjs';
import { openConsole, startCloud } from './support/console.mjs';
import { fillTransfers, moreData, PLACES, sharePlaces, showPlace } from './support/console-places.mjs';
import { ROOT, temporaryFolder } from './support/places.mjs';
import { smallImage } from './support/samples.mjs';

const LANGUAGES = { en: 'en-US', zh: 'zh-CN' };
const THEMES = ['light', 'dark'];
/** By the width: a phone, a small window, a large screen. */
const SIZES = [
  { width: 360, height: 740 },
  { width: 1024, height: 768 },
  { width: 1920, height: 1080 },
];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    into: { type: 'string', default: path.join(ROOT, '.cache/screenshots') },
  },
});

/** Waits until nothing moves any more: tables and cards change places after the width did. Messages go by themselves. */
function settled(page) {
  return page.evaluate(async () => {
    let before = '';
    for (let same = 0; same < 3; ) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      for (const message of document.querySelectorAll('.el-message')) message.remove();
      const places = [...document.querySelectorAll('#app *')].map((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        return `${x},${y},${width},${height}`;
      });
      const now = places.join(' ');
      same = now === before ? same + 1 : 0;
      before = now;
    }
  });
}

/** Takes a picture of what is shown, in each size; what is longer than the window gets a longer window. */
async function picture({ page }, name) {
  for (const { width, height } of SIZES) {
    await page.setViewport({ width, height });
    await settled(page);
    if (!(await page.$('[data-test=dialog], [data-test=transfers]'))) {
      const needed = await page.evaluate(() => document.documentElement.scrollHeight);
      if (needed > height) await page.setViewport({ width, height: needed });
      await settled(page);
    }
    await page.screenshot({ path: path.join(values.into, `${name}-${width}.png`) });
    pictures += 1;
  }
}

/** All places in one language and theme. */
async function round(t, browser, language, theme) {
  const emulator = await startCloud(t);
  await moreData(emulator, smallImage);
  const ui = await openConsole(t, browser, { emulator, languages: [LANGUAGES[language]] });
  await ui.page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: theme },
    // Nothing is caught in the middle of a movement.
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await ui.see('[data-image]');
  const isWanted = (name) => !values.only || name.includes(values.only);
  for (const [name, place] of Object.entries({ ...PLACES, ...(await sharePlaces(emulator)) })) {
    if (!isWanted(name)) continue;
    await showPlace(ui, place);
    await picture(ui, `${name}-${language}-${theme}`);
  }
  if (!isWanted('transfers')) return;
  await ui.go('/private');
  await ui.gone('[data-test=dialog]');
  await ui.page.setViewport(SIZES[1]);
  await fillTransfers(ui, await temporaryFolder(t));
  await picture(ui, `transfers-drafts-${language}-${theme}`);
  await ui.page.$eval('[data-test=transfers]', (panel) => panel.scrollTo(0, 0));
  await picture(ui, `transfers-${language}-${theme}`);
}

let pictures = 0;
const endings = [];
const t = { after: (end) => endings.unshift(end) };
try {
  await mkdir(values.into, { recursive: true });
  const browser = await launch(t, 'chromium');
  for (const language of Object.keys(LANGUAGES)) {
    for (const theme of THEMES) await round(t, browser, language, theme);
  }
} finally {
  for (const end of endings) await end();
}
if (pictures === 0) throw new Error(`no place is called ${values.only}`);
console.log(`${pictures} pictures are in ${values.into}`);
