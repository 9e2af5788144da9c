/**
 * Renews fixtures/openstack/answers.json: what a real Keystone and a real Glance answer to each row, for tests of the
 * client that have no cloud. `node tests/openstack/record.mjs`; cloud.test.mjs compares the file with the cloud.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startOpenStack } from './cloud.mjs';
import { record } from './recording.mjs';

const requirements = readFileSync(new URL('requirements.txt', import.meta.url), 'utf8');
const version = (name) => requirements.match(new RegExp(`^${name}==(.*)$`, 'm'))[1];

const cloud = await startOpenStack();
try {
  const rows = await record(cloud);
  const head = {
    note: 'Written by tests/openstack/record.mjs; IDs, tokens, dates and addresses are not those of the run.',
    software: { keystone: version('keystone'), glance: version('glance') },
  };
  const lines = Object.entries(head).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const all = rows.map((row) => JSON.stringify(row)).join(',\n');
  const file = fileURLToPath(new URL('../fixtures/openstack/answers.json', import.meta.url));
  writeFileSync(file, `{${lines.join(',\n')},\n"rows": [\n${all}\n]}\n`);
  console.log(`${rows.length} rows in ${file}`);
} finally {
  await cloud.stop();
}
