/** What the figures were measured on. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';

const DEPENDENCIES = JSON.parse(readFileSync(new URL('../package.json', import.meta.url))).dependencies;

/** Where tests/support/browsers.mjs looks, too. */
const CHROMIUM = process.env.IMS_CHROMIUM ?? '/usr/bin/chromium';

function chromium() {
  if (!existsSync(CHROMIUM)) return undefined;
  const text = execFileSync(CHROMIUM, ['--version', '--no-sandbox'], {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return text.trim().split(' ').slice(0, 2).join(' ');
}

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
    chromium: chromium(),
    peers: DEPENDENCIES,
  };
}
