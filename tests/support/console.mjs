/** The console of www/dist in a real browser, over a local cloud of its own; whatever it complains about fails the test. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { BROWSERS, launch, newPage } from './browsers.mjs';
import { startEmulator } from './emulator.mjs';
import { eventually, PATIENCE_MS } from './expect.mjs';
import { ROOT } from './places.mjs';
import { newProfile, shared } from './tabs.mjs';

/** The console as it was built; IMS_WWW names another build of it. */
export const DIST = path.resolve(ROOT, process.env.IMS_WWW ?? 'www/dist');
const TIMEOUT = { timeout: 180_000 };
/** What a browser itself writes when a request fails, whoever made it. */
const REQUEST_FAILED = /Failed to load resource|Cross-Origin Request Blocked|blocked by CORS policy/;
/** How the page says that something was against its policy: nothing else does in every browser, and over reloads. */
const FORBIDDEN = 'the policy forbids';
/** Wide enough for tables, and for the transfers beside them. */
const DESK = { width: 1280, height: 800 };
/** Both browsers, for a suite that is worth its minutes in both. */
export const BOTH = Object.keys(BROWSERS);

/** A local cloud with demo data that serves the console. */
export function startCloud(t, ...flags) {
  assert.ok(existsSync(path.join(DIST, 'index.html')), `${DIST} holds no page: build it (npm test does)`);
  return startEmulator(t, '--seed-demo', '--www', DIST, ...flags);
}

/** The console in one tab, and what a reader does with it. */
export class Console {
  constructor(page, emulator, profile) {
    Object.assign(this, { page, emulator, profile, complaints: [], questions: [], origins: new Set() });
  }

  /** Opens the page, at an address (`/public?page=2`) or where it begins; `answer` is what the cloud sent for it. */
  async visit(address) {
    const place = address === undefined ? '/' : `/#${address}`;
    this.answer = await this.page.goto(this.emulator.ims + place, { waitUntil: 'load' });
    await this.see('[data-test=home]').catch((error) => {
      assert.fail(`there is no console: ${error.message}; it said ${JSON.stringify(this.complaints)}`);
    });
  }

  /** Goes to another address of the page that is open, as a link does. */
  async go(address) {
    await this.page.evaluate((hash) => {
      location.hash = hash;
    }, address);
  }

  /** The address within the page. */
  address() {
    return this.page.evaluate(() => location.hash.slice(1));
  }

  /** Waits until this can be seen. */
  see(selector, timeout = PATIENCE_MS) {
    return this.page.waitForSelector(selector, { visible: true, timeout });
  }

  /** Waits until this can no longer be seen. */
  gone(selector, timeout = PATIENCE_MS) {
    return this.page.waitForSelector(selector, { hidden: true, timeout });
  }

  /** The text of everything that this selector finds. */
  texts(selector) {
    return this.page.$$eval(selector, (found) => found.map((element) => element.textContent.trim()));
  }

  /** Waits until something holds text that matches. */
  async shows(selector, pattern, withinMs) {
    let last = [];
    const look = async () => {
      last = await this.texts(selector);
      return last.some((text) => pattern.test(text));
    };
    await eventually(look, `${selector} shows ${pattern}`, withinMs).catch((error) => {
      assert.fail(`${error.message}; it shows ${JSON.stringify(last)}`);
    });
  }

  /** Waits until the images that are listed are these, in this order; the names are given by `sort`ing where it says so. */
  async lists(view, names) {
    let last = [];
    const look = async () => {
      last = await this.texts(`[data-test=view-${view}] [data-image]`);
      return JSON.stringify(last) === JSON.stringify(names);
    };
    await eventually(look, `the view lists ${names}`).catch((error) => {
      assert.fail(`${error.message}; it lists ${JSON.stringify(last)}`);
    });
  }

  /** Clicks what this selector finds, as soon as it stands still and nothing (a dialog that fades) lies over it. */
  async click(selector) {
    const element = await this.see(selector);
    const isWithinReach = () =>
      element.evaluate(async (found) => {
        found.scrollIntoView({ block: 'center' });
        const before = found.getBoundingClientRect();
        await new Promise((resolve) => setTimeout(resolve, 30));
        const { x, y, width, height } = found.getBoundingClientRect();
        const hit = document.elementFromPoint(x + width / 2, y + height / 2);
        const isIdle = !found.disabled && found.ariaDisabled !== 'true';
        return x === before.x && y === before.y && isIdle && found.contains(hit);
      });
    await eventually(isWithinReach, `${selector} can be clicked`);
    await element.click();
  }

  /** Replaces what stands in a field. */
  async type(selector, text) {
    const element = await this.see(selector);
    await element.evaluate((input) => input.select());
    if (text === '') await this.page.keyboard.press('Backspace');
    else await element.type(text);
  }

  /** Chooses in a list. */
  async choose(selector, value) {
    await this.see(selector);
    await this.page.select(selector, value);
  }

  /** Gives files to the transfers, and waits until they are looked into. */
  async drop(...files) {
    // A panel that was open at the last visit opens by itself, in its time. A page that was just visited has no button yet.
    const button = await this.page.waitForSelector('[data-test=open-transfers]');
    if (!(await button.evaluate((found) => found.getAttribute('aria-expanded') === 'true'))) {
      await this.click('[data-test=open-transfers]');
    }
    const input = await this.page.waitForSelector('[data-test=file-input]');
    await input.uploadFile(...files);
    for (const file of files) {
      await this.see(`[data-test=draft][data-file="${path.basename(file)}"][data-inspected=true]`);
    }
  }

  /** Waits for a transfer in this state; one that failed instead says why. */
  async transfer(state, withinMs = 120_000) {
    const look = async () => {
      const [found] = await this.page.$$eval('[data-test=transfer]', (all) =>
        all.map((each) => ({ state: each.dataset.state, text: each.textContent })),
      );
      if (found?.state === state) return true;
      assert.ok(found?.state !== 'failed' || state === 'failed', `the transfer failed: ${found?.text}`);
      return false;
    };
    await eventually(look, `the transfer is ${state}`, withinMs);
  }

  /** How many percent the transfer shows. */
  async percent() {
    const [text] = await this.texts('[data-test=transfer] .el-progress .numbers');
    return Number.parseInt(text, 10);
  }

  /** Confirms the dialog, and waits until it is gone. */
  async confirm() {
    await this.click('[data-test=dialog-ok]');
    await this.gone('[data-test=dialog]');
  }

  /** Opens a second tab of the same browser, on the same cloud. */
  async another(address) {
    const other = await openTab(this.profile, this.emulator, {});
    await other.visit(address);
    return other;
  }

  /** By how many pixels the page is wider than the window. */
  overhang() {
    return this.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
  }

  /** Nothing on the console, nothing against the policy, no request to anybody else. */
  assertQuiet({ failures = false } = {}) {
    const complaints = this.complaints.filter((text) => !failures || !REQUEST_FAILED.test(text));
    assert.deepEqual(complaints, []);
    const known = [this.emulator.ims, this.emulator.oss];
    assert.deepEqual(
      [...this.origins].filter((origin) => !known.includes(origin)),
      [],
    );
  }
}

async function openTab(profile, emulator, { languages = ['en-US', 'en'], viewport = DESK, picker = false }) {
  const page = await newPage(profile);
  const ui = new Console(page, emulator, profile);
  await page.setViewport(viewport);
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) {
      ui.complaints.push(`${message.type()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => ui.complaints.push(`uncaught: ${error}`));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http')) ui.origins.add(origin);
  });
  page.on('dialog', (dialog) => {
    ui.questions.push(dialog.type());
    void dialog.accept();
  });
  await page.evaluateOnNewDocument(prepare, { languages, picker, forbidden: FORBIDDEN });
  return ui;
}

/** Runs in the page, before anything of it. */
function prepare({ languages, picker, forbidden }) {
  Object.defineProperty(navigator, 'languages', { get: () => languages });
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    console.error(`${forbidden} ${violatedDirective} ${blockedURI}`);
  });
  // Its dialog cannot be answered from outside; without it files come from the input.
  if (!picker) delete globalThis.showOpenFilePicker;
}

/** The console in a profile of its own; gone with everything when the test ends. */
export async function openConsole(t, browser, { emulator, flags = [], address, ...options } = {}) {
  const cloud = emulator ?? (await startCloud(t, ...flags));
  const ui = await openTab(await newProfile(t, browser, options.profile), cloud, options);
  await ui.visit(address);
  return ui;
}

/**
 * A suite in each of these browsers: `define` gets a function that declares a scenario, and the browser's name. A
 * scenario is a test that is given the console, and that fails too when the console complained of anything.
 */
export function consoleSuite(what, browsers, define) {
  for (const name of browsers) {
    describe(`${what} in ${name}`, () => {
      const common = shared(async (context) => ({ browser: await launch(context, name) }));
      const scenario = (title, options, run) =>
        test(title, TIMEOUT, async (t) => {
          const ui = await openConsole(t, common.browser, options);
          try {
            await run(ui, t);
          } catch (error) {
            const address = await ui.address().catch(() => 'an address that is gone');
            t.diagnostic(`at ${address}; the console said: ${JSON.stringify(ui.complaints).slice(0, 2000)}`);
            throw error;
          }
          ui.assertQuiet(options);
        });
      define(scenario, name);
    });
  }
}
