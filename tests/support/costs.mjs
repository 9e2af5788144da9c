/** What processes cost, and the files they are measured with. Loads nothing: whoever is measured pays for this too. */
import { promises, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;

/** A field of /proc that counts kilobytes, in bytes. */
function kilobytesOf(pid, field) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)[1]) * 1024;
}

/** The most that this process ever had in memory, bytes. What getrusage says of a child starts with what its parent had. */
export function peakRss() {
  try {
    return kilobytesOf('self', 'VmHWM');
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/** Bytes that a process has in memory now. */
export const rssOf = (pid) => kilobytesOf(pid, 'VmRSS');

/** Counts the checkpoints that are written from now on: each is renamed to its place when it is whole. */
export function countCheckpoints() {
  const counted = { writes: 0, largest: 0 };
  const { rename } = promises;
  promises.rename = async (from, to) => {
    const { size } = await promises.stat(from);
    await rename.call(promises, from, to);
    counted.writes += 1;
    counted.largest = Math.max(counted.largest, size);
  };
  return counted;
}

/** A file of so many bytes that takes no room on the disk; its first bytes tell it from others. */
export async function sparseFile(folder, size) {
  const file = path.join(folder, `${size}.raw`);
  const handle = await open(file, 'w');
  try {
    await handle.write(`a disk of ${size} bytes`);
    await handle.truncate(size);
  } finally {
    await handle.close();
  }
  return file;
}

/** The processes of a browser: `{ type, id, cpuTime }`, the time in seconds since each began. */
export async function processesOf(browserSession) {
  return (await browserSession.send('SystemInfo.getProcessInfo')).processInfo;
}

/** The largest of the browser's renderers: the tab that works. */
export async function rendererRss(browserSession) {
  const renderers = (await processesOf(browserSession)).filter(({ type }) => type === 'renderer');
  return Math.max(...renderers.map(({ id }) => rssOf(id)));
}
