/** The speed of one implementation, MiB/s: `node hash.mjs '{ name, mebibytes }'`. Digests are compared before. */
import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { block, instantiate } from './digests.mjs';

const { name, mebibytes, wasm } = JSON.parse(process.argv[2]);

const IMPLEMENTATIONS = {
  async 'ims-client'() {
    const { md5, sha256 } = await instantiate(await readFile(wasm));
    const text = (number) => BigInt.asUintN(64, number).toString(16).padStart(16, '0');
    return {
      md5: (times) => text(md5(times, 1)),
      both: (times) => text(md5(times, 2)),
      sha256: (times) => text(sha256(times)),
    };
  },
  async 'hash-wasm'() {
    const { createMD5, createSHA256 } = await import('hash-wasm');
    const digest = (hasher) => (times) => {
      hasher.init();
      for (let time = 0; time < times; time += 1) hasher.update(block);
      return hasher.digest('hex');
    };
    return { md5: digest(await createMD5()), sha256: digest(await createSHA256()) };
  },
  async 'node:crypto'() {
    const digest = (algorithm) => (times) => {
      const hash = createHash(algorithm);
      for (let time = 0; time < times; time += 1) hash.update(block);
      return hash.digest('hex');
    };
    return { md5: digest('md5'), sha256: digest('sha256') };
  },
  async 'crypto.subtle'() {
    // It takes everything in one piece, and knows no MD5.
    const sha256 = async (times) => {
      const whole = new Uint8Array(times * block.length);
      for (let time = 0; time < times; time += 1) whole.set(block, time * block.length);
      const started = performance.now();
      const digest = Buffer.from(await webcrypto.subtle.digest('SHA-256', whole)).toString('hex');
      return Object.assign(new String(digest), { seconds: (performance.now() - started) / 1000 });
    };
    return { sha256 };
  },
};

const functions = await IMPLEMENTATIONS[name]();
const measured = {};
for (const [kind, digest] of Object.entries(functions)) {
  const algorithm = kind === 'both' ? 'md5' : kind;
  const expected = createHash(algorithm).update(block).update(block).digest('hex');
  assert.equal(String(await digest(2)).slice(0, 16), expected.slice(0, 16), `${name} computes ${kind}`);
  await digest(16);
  const started = performance.now();
  const given = await digest(mebibytes);
  measured[kind] = mebibytes / (given.seconds ?? (performance.now() - started) / 1000);
}
console.log(JSON.stringify(measured));
