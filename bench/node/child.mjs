/**
 * One upload in a process of its own: `node child.mjs '{ contender, file, size, partSize, parallel, target, … }'`
 * prints what it cost as JSON.
 */
import { peakRss } from '../../tests/support/costs.mjs';

const request = JSON.parse(process.argv[2]);
const { prepare } = await import(`./contenders/${request.contender}.mjs`);

const upload = await prepare(request);
const loadedRss = peakRss();
const [started, used] = [performance.now(), process.cpuUsage()];
const { storedSeconds, ...more } = (await upload()) ?? {};
const { user, system } = process.cpuUsage(used);
const seconds = (performance.now() - started) / 1000;
const gib = request.size / 2 ** 30;
console.log(
  JSON.stringify({
    // Until the store has the object; who also waits for the image to be used tells of that beside it.
    seconds: storedSeconds ?? seconds,
    ...(storedSeconds ? { activeSeconds: seconds } : {}),
    cpuSecondsPerGiB: (user + system) / 1e6 / gib,
    peakRssMiB: peakRss() / 2 ** 20,
    loadedRssMiB: loadedRss / 2 ** 20,
    ...more,
  }),
);
process.exit(0);
