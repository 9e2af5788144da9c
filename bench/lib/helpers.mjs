/** Helper processes of the measurements: each prints one line when it is ready, and ends when its input does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts a script with an argument; gives its line. Ended with the context at the latest. */
export async function startHelper(context, script, request = {}) {
  const child = spawn(process.execPath, [script, JSON.stringify(request)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  context.after(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with ${code} before it was ready`);
  });
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  // Its end is no news any more.
  ended.catch(() => {});
  return line;
}
