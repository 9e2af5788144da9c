/** Runs suites one after the other: one that fails costs the others nothing. */

import { scoped } from './scope.mjs';
import { reasonOf } from './statistics.mjs';

/** Every row of a result that could not be measured, as `name: reason`. */
export function failuresIn(result) {
  if (typeof result !== 'object' || result === null) return [];
  const own = typeof result.failed === 'string' ? [`${result.name}: ${result.failed}`] : [];
  return [...own, ...Object.values(result).flatMap(failuresIn)];
}

/**
 * Measures the suites that are named; `suiteOf` gives each, `done` is told what it measured. Gives what failed, a line
 * each, with nothing left out.
 */
export async function measureAll(names, suiteOf, options, done) {
  const failures = [];
  const failed = (line) => {
    failures.push(line);
    console.error(`failed: ${line}`);
  };
  for (const name of names) {
    try {
      const suite = await suiteOf(name);
      const started = performance.now();
      console.error(`\n=== ${suite.title} ===`);
      const result = await scoped((context) => suite.run(context, options));
      for (const line of failuresIn(result)) failed(`${name}: ${line}`);
      await done(name, result);
      console.error(`(${((performance.now() - started) / 1000).toFixed(0)} s)`);
    } catch (error) {
      failed(`${name}: ${reasonOf(error)}`);
    }
  }
  return failures;
}
