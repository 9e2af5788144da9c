/** Starts the real browsers, headless, and watches their consoles: whatever complains there fails the test. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import { PATIENCE_MS } from './expect.mjs';

/** Where Debian puts them; elsewhere IMS_CHROMIUM and IMS_FIREFOX say. */
export const BROWSERS = {
  chromium: {
    browser: 'chrome',
    executablePath: process.env.IMS_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      // A sandbox needs a user other than root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  },
  firefox: {
    browser: 'firefox',
    executablePath: process.env.IMS_FIREFOX ?? '/usr/bin/firefox-esr',
    args: [],
  },
};

/** A browser of its own for a test (or suite); `more` adds arguments, names a profile folder, sets preferences. */
export async function launch(context, name, { args = [], ...more } = {}) {
  const { executablePath, ...options } = BROWSERS[name];
  const variable = `IMS_${name.toUpperCase()}`;
  const advice = `${name} is not at ${executablePath}: install it (Debian: apt-get install ${name === 'firefox' ? 'firefox-esr' : name}) or set ${variable}`;
  assert.ok(existsSync(executablePath), advice);
  const browser = await puppeteer.launch({
    ...options,
    ...more,
    args: [...options.args, ...args],
    executablePath,
    headless: true,
    timeout: PATIENCE_MS,
    protocolTimeout: 300_000,
  });
  const process_ = browser.process();
  context.after(async () => {
    const killing = setTimeout(() => process_.kill('SIGKILL'), 10_000);
    await browser.close().catch(() => process_.kill('SIGKILL'));
    clearTimeout(killing);
  });
  return browser;
}

/** A new tab, whose waits have the patience of all others. */
export async function newPage(browser) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** Opens a page and collects what it complains about. */
export async function openPage(browser, url) {
  const page = await newPage(browser);
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error}`));
  const response = await page.goto(url, { waitUntil: 'load' });
  assert.ok(response.ok() || response.status() === 304, `${url} answers ${response.status()}`);
  return { page, complaints };
}
