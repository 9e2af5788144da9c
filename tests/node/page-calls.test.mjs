/** What pages load first performs every call: the tests of calls once more, with the code for pages and without the second .wasm. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../support/places.mjs';

/** Each file, and those of its tests that transfer something: they say what is missing, and nothing else fails. */
const FILES = [
  ['wire', '1.11 download sends and reads what the document shows'],
  ['limits'],
  ['auth'],
  ['auth-aksk'],
  ['auth-keystone'],
  ['identity'],
  ['retries'],
  ['huawei-calls'],
  ['openstack-calls', 'options and arguments that are wrong are refused without a request'],
  ['workspace-operations'],
];

/** Runs one file of tests by itself; what it printed. */
function run(name) {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const file = path.join(ROOT, 'tests/node', `${name}.test.mjs`);
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', file], {
    env: { ...environment, IMS_CLIENT_CODE: 'page' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(printed));
  });
}

for (const [name, ...transfers] of FILES) {
  test(name, { timeout: 120_000 }, async () => {
    const printed = await run(name);
    const failed = [...printed.matchAll(/^ *not ok \d+ - (.*)$/gm)].map(([, title]) => title);
    assert.deepEqual(failed, transfers, printed);
    const missing = printed.match(/_transfers_bg\.wasm could not be fetched/g) ?? [];
    assert.equal(missing.length >= transfers.length, true, printed);
    const passed = Number(printed.match(/^# pass (\d+)$/m)?.[1]);
    assert.ok(passed > 2, `${name}: ${passed} tests`);
  });
}
