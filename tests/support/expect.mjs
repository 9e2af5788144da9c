/** Assertions that many tests share: a rejection of the right kind, uploads that end right, no secret anywhere. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

/** Waits for a rejection with these fields and gives the error; a success or another field fails. */
export async function rejects(promise, expected) {
  let result;
  try {
    result = await promise;
  } catch (error) {
    assert.equal(error?.name, 'ImsError', `an ImsError, not ${inspect(error)}`);
    assert.ok(error instanceof Error, 'an ImsError is an Error');
    assert.equal(typeof error.operation, 'string');
    assert.equal(typeof error.retryable, 'boolean');
    assert.equal(typeof error.resumable, 'boolean');
    assert.ok(Array.isArray(error.attempts));
    for (const [name, value] of Object.entries(expected)) {
      const got = error[name];
      if (value instanceof RegExp) assert.match(String(got), value, `${name} of: ${inspect(error)}`);
      else if (Array.isArray(value)) assert.ok(value.includes(got), `${name} is ${got}: ${inspect(error)}`);
      else assert.deepEqual(got, value, `${name} of: ${inspect(error)}`);
    }
    return error;
  }
  return assert.fail(`a rejection with ${inspect(expected)} was expected, not ${inspect(result)}`);
}

/** Everything a user could print of a thing. */
export function everyText(thing) {
  const texts = [String(thing), inspect(thing, { depth: 20, showHidden: true, getters: true })];
  try {
    texts.push(JSON.stringify(thing) ?? '');
  } catch (error) {
    texts.push(String(error));
  }
  for (let error = thing; error instanceof Error; error = error.cause)
    texts.push(error.message, error.stack ?? '');
  return texts.join('\n');
}

/** No form of any of the secrets stands in what a user could print of the things. */
export function holdsNoSecret(things, secrets) {
  for (const thing of things) {
    const text = everyText(thing);
    for (const secret of secrets) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        assert.ok(!text.includes(form), `a secret stands in: ${text.slice(0, 2000)}`);
      }
    }
  }
}

/** How long a test waits for what takes no time on a machine that has nothing else to do. */
export const PATIENCE_MS = 60_000;

/** Waits until `look` gives something true, by looking again; fails with `what` after a generous time. */
export async function eventually(look, what, withinMs = PATIENCE_MS) {
  const end = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > end) assert.fail(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A retry option for tests: as many attempts, hardly any waiting. */
export function quickly(maxAttempts = 4) {
  return { maxAttempts, baseDelayMs: 1, maxDelayMs: 20 };
}
