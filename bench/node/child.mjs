/**
 * One upload in a process of its own: `node child.mjs '{ contender, file, size, partSize, parallel, target, … }'`
 * prints what it cost as JSON.
 */
import { readFileSync } from 'node:fs';

const request = JSON.parse(process.argv[2]);
const { prepare } = await import(`./contenders/${request.contender}.mjs`);

/** The most that ever was in memory, bytes. */
function peakRss() {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
}

const upload = await prepare(request);
const loadedRss = peakRss();
const [started, used] = [performance.now(), process.cpuUsage()];
const more = (await upload()) ?? {};
const { user, system } = process.cpuUsage(used);
const gib = request.size / 2 ** 30;
console.log(
  JSON.stringify({
    seconds: (performance.now() - started) / 1000,
    cpuSecondsPerGiB: (user + system) / 1e6 / gib,
    peakRssMiB: peakRss() / 2 ** 20,
    loadedRssMiB: loadedRss / 2 ** 20,
    ...more,
  }),
);
process.exit(0);
