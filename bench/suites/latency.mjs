/** Uploads over a line with a round trip of 50 ms and 200 Mbit/s: how much of it is used, what a stall and a failed part cost. */
import { fileURLToPath } from 'node:url';
import { cloud, imageFile, imageOf, inNode, MIB, preparedObject } from '../lib/cloud.mjs';
import { startHelper } from '../lib/helpers.mjs';
import { scoped } from '../lib/scope.mjs';
import { inTurns } from '../lib/statistics.mjs';

const CHILD = fileURLToPath(new URL('../node/child.mjs', import.meta.url));
const LINE = fileURLToPath(new URL('../node/line.mjs', import.meta.url));

export const title = 'Latency';

const RTT_MS = 50;
const MBITS = 200;
const STALL_MS = 4000;

const CONTENDERS = [
  { name: 'node:http, no signing', contender: 'node-http', floor: true },
  { name: 'ims-client', contender: 'ours', ours: true },
  { name: 'ims-client, parts and concurrency its own choice', contender: 'ours', own: true, ours: true },
  { name: '@aws-sdk/lib-storage', contender: 'lib-storage', checksum: 'none' },
  { name: 'minio', contender: 'minio' },
  { name: 'aws4fetch by hand', contender: 'aws4fetch' },
];

/** What happens on the way. */
const STORIES = [
  { story: 'line' },
  { story: 'stall', stallMs: STALL_MS },
  { story: 'failure', fault: { service: 'oss', operation: 'UploadPart', skip: 3, times: 1, status: 503 } },
];

export async function run(context, { quick }) {
  const size = (quick ? 64 : 256) * MIB;
  const file = await imageFile(context, size);
  const emulator = await cloud(context);
  const ideal = (size * 8) / (MBITS * 1e6);
  const measure = ({ contender, checksum, own }, { stallMs, fault }) =>
    scoped(async (inner) => {
      const line = { targets: [emulator.ims, emulator.oss], mbits: MBITS, rttMs: RTT_MS };
      const stall = stallMs ? { stallMs, stallAfterBytes: size / 2 } : {};
      const [ims, oss] = JSON.parse(await startHelper(inner, LINE, { ...line, ...stall }));
      const target = { ...(await preparedObject(emulator, size)), endpoint: oss };
      if (fault) await emulator.spoil(fault);
      inner.after(() => emulator.heal());
      return inNode(CHILD, {
        contender,
        checksum,
        file,
        size,
        image: imageOf(size),
        ...(own ? {} : { partSize: 16 * MIB, parallel: 4 }),
        ims,
        oss,
        target,
      });
    });
  // The line gives the pace, not the machine: one turn says it all.
  const stories = {};
  for (const story of STORIES) {
    stories[story.story] = await inTurns(CONTENDERS, 1, (contender) => measure(contender, story));
  }
  const rows = CONTENDERS.map(({ name, floor, ours }, index) => {
    const [line, stall, failure] = STORIES.map(({ story }) => stories[story][index]);
    return {
      name,
      ...(floor ? { floor } : {}),
      ...(ours ? { ours } : {}),
      ...(line.failed ? { failed: line.failed } : { seconds: line.seconds, share: ideal / line.seconds }),
      stall: stall.failed ?? stall.seconds - line.seconds - STALL_MS / 1000,
      failure: failure.failed ?? failure.seconds - line.seconds,
    };
  });
  return { size, rttMs: RTT_MS, mbits: MBITS, stallMs: STALL_MS, idealSeconds: ideal, rows };
}
