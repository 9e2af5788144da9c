/** The few figures of the front page: ours, by what else there is. */
import { round, times } from './tables.mjs';

const CPU = 'cpuSecondsPerGiB';
const AWS = '@aws-sdk/lib-storage';

/** What each does unless it is told otherwise: both compute digests. */
const WITH = {
  ours: 'ims-client, MD5 of parts and file',
  aws: `${AWS} as it comes (CRC32, SHA-256 of parts)`,
};

/** Rows of ours by a peer's, where both have been measured. */
class Comparison {
  rows = [];

  add(what, ours, name, value, digits, unit) {
    if (typeof ours !== 'number' || typeof value !== 'number') return;
    this.rows.push([
      what,
      times(ours, value),
      `${round(ours, digits)} ${unit}`,
      `${round(value, digits)} ${unit} (${name})`,
    ]);
  }

  /** `key` of our row by that of each peer. */
  compare(what, list, key, digits, unit, name, peers) {
    const ours = named(list, name)?.[key];
    for (const peer of peers) {
      // The first column says how it comes.
      const short = peer?.replace(/ as it comes .*/, '');
      this.add(what, ours, short, named(list, peer)?.[key], digits, unit);
    }
  }
}

const named = (list, name) => list?.find((row) => row.name === name);

/** The floor that costs less, without digests. */
function floorOf(list) {
  const floors = list?.filter((row) => row.floor && !row.digests && typeof row[CPU] === 'number') ?? [];
  return floors.sort((one, other) => one[CPU] - other[CPU])[0]?.name;
}

export function summary(suites) {
  const all = new Comparison();
  const node = suites['upload-node']?.stores.find(({ store }) => store === 'sink')?.rows;
  const plain = [floorOf(node), AWS];
  all.compare('Upload from Node, as it comes: CPU per GiB', node, CPU, 2, 's', WITH.ours, [WITH.aws]);
  const memory = ['peakRssMiB', 0, 'MiB'];
  all.compare('Upload from Node, as it comes: peak memory', node, ...memory, WITH.ours, [WITH.aws]);
  all.compare('Upload from Node, without digests: CPU per GiB', node, CPU, 2, 's', 'ims-client', plain);
  all.compare('Upload from Node, without digests: peak memory', node, ...memory, 'ims-client', [AWS]);
  const tab = suites['upload-browser']?.rows;
  const peers = [floorOf(tab), 'tus-js-client (@tus/server)', '@uppy/core + @uppy/aws-s3', AWS];
  all.compare('Upload from Chromium, as it comes: CPU per GiB', tab, CPU, 2, 's', WITH.ours, [WITH.aws]);
  all.compare('Upload from Chromium, without digests: CPU per GiB', tab, CPU, 2, 's', 'ims-client', peers);
  const list = suites.calls?.rows.find(({ name }) => name.startsWith('a list of 1,000'));
  all.add('Decoding 1,000 images', list?.ours, list?.peer, list?.value, 1, 'ms');
  const light = (name) => named(suites.weight?.rows, name)?.gzip / 1000 || undefined;
  const code = `${AWS} + client-s3`;
  const calls = light('ims-client, until a transfer begins');
  all.add('Download of a page that makes calls, gzip', calls, code, light(code), 1, 'KB');
  all.add('Download of a page that uploads, gzip', light('ims-client'), code, light(code), 1, 'KB');
  const { rows } = all;
  if (!rows.length) rows.push(['No run is kept yet.', '', '', '']);
  return { caption: 'Beside what else there is', columns: ['', 'ratio', 'ims-client', 'beside it'], rows };
}
