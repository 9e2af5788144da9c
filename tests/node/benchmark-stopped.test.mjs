/** A benchmark that is stopped leaves nothing behind. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/places.mjs';
import { start } from '../support/program.mjs';

const SCRIPT = `
import { spawn } from 'node:child_process';
import { owned, scoped } from ${JSON.stringify(new URL('../../bench/lib/scope.mjs', import.meta.url).href)};
import { temporaryFolder } from ${JSON.stringify(new URL('../support/places.mjs', import.meta.url).href)};

await scoped(async (outer) => {
  outer.after(() => console.log('outer'));
  await scoped(async (inner) => {
    const folder = await temporaryFolder(inner);
    const child = owned(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']));
    inner.after(() => new Promise((resolve) => setTimeout(resolve, 100)));
    inner.after(() => console.log('inner'));
    console.log(JSON.stringify({ folder, child: child.pid }));
    await new Promise((resolve) => child.once('exit', resolve));
    throw new Error('what was measured ended');
  }).catch(() => console.log('goes on'));
});
`;

test('what was started ends when the benchmark is stopped, and nothing goes on', async (t) => {
  const file = path.join(await temporaryFolder(t), 'stopped.mjs');
  await writeFile(file, SCRIPT);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    const { child, ended, until } = start(file, []);
    await until(/\n/);
    child.kill(signal);
    const end = await ended;
    const [first, ...rest] = end.stdout.trim().split('\n');
    const { folder, child: measuring } = JSON.parse(first);
    assert.deepEqual([end.code, end.signal, rest], [code, null, ['inner', 'outer']], end.stderr);
    assert.ok(!existsSync(folder), `${folder} is left`);
    assert.throws(() => process.kill(measuring, 0), { code: 'ESRCH' });
  }
});
