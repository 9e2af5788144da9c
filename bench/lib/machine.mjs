/** What the figures were measured on. */
import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';

const DEPENDENCIES = JSON.parse(readFileSync(new URL('../package.json', import.meta.url))).dependencies;

/** Versions of the peers are those that package.json pins. */
export function machine() {
  const [first] = cpus();
  return {
    processor: first?.model.trim() ?? 'unknown',
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    peers: DEPENDENCIES,
  };
}
