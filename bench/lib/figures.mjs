/** What `cargo xtask bench` measured before it started this: see xtask/src/bench.rs. Nothing where it was not asked. */
import { readFileSync } from 'node:fs';

export function figures() {
  const file = process.env.IMS_BENCH_FIGURES;
  return file ? JSON.parse(readFileSync(file, 'utf8')) : {};
}
