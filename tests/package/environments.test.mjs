/** The quick part of the matrix of environments; the whole of it is `npm run test:matrix`. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CHINESE } from '../bundlers/chinese.mjs';
import { ENVIRONMENTS, SIZE, tryOut } from '../bundlers/environments.mjs';
import { tabled } from '../bundlers/table.mjs';
import { launch } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';

const HOST = 'insecure.example.test';
const FAST = ENVIRONMENTS.filter(({ fast }) => fast);

describe('the quick environments', () => {
  const shared = {};
  // A hook that is registered by a hook ends with that one: these end with the suite, what was started last first.
  const endings = [];
  after(async () => {
    for (const end of endings) await end();
  });
  before(async () => {
    const t = { after: (end) => endings.unshift(end) };
    shared.emulator = await startEmulator(t);
    const args = [`--host-resolver-rules=MAP ${HOST} 127.0.0.1`];
    shared.browser = await launch(t, 'chromium', { args });
    shared.file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), SIZE);
  });
  for (const environment of FAST) {
    test(environment.name, { timeout: 120_000 }, (t) => tryOut(environment, { ...shared, t, host: HOST }));
  }
});

for (const file of ['README.md', 'README.zh-CN.md']) {
  test(`${file} shows every environment`, async () => {
    const { found, wanted } = await tabled(file);
    assert.deepEqual(found, wanted);
  });
}

test('the Chinese table is Chinese: whatever is words and no name is translated', () => {
  const texts = ENVIRONMENTS.flatMap(({ name, how, cannot }) => [name, cannot ?? how]);
  const words = texts.filter((text) => /[a-z]{3,} [a-z]{3,}/i.test(text.replaceAll(/`[^`]*`/g, '')));
  assert.ok(words.length > 5, String(words));
  assert.deepEqual(
    words.filter((text) => !Object.hasOwn(CHINESE, text)),
    [],
  );
  assert.deepEqual(
    Object.keys(CHINESE).filter((text) => !texts.includes(text)),
    [],
    'nothing is left over',
  );
});
