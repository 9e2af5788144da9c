/** Programs that upload and tell of it line by line, and are killed in the middle without a word. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts a program of Node's with this request; gone with the test at the latest. */
export function startUploader(t, program, request, stdio = 'ignore') {
  const child = spawn(process.execPath, [program, JSON.stringify(request)], { stdio });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  /** Ends it as `kill -9` does. */
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { child, ended, kill };
}

/** Runs a program until it ends, or until `enough(line)` says so: then it is killed. Gives its last line. */
export async function runUploader(t, program, request, enough = () => false) {
  const { child, ended } = startUploader(t, program, request, ['ignore', 'pipe', 'inherit']);
  let last;
  for await (const text of createInterface({ input: child.stdout })) {
    last = JSON.parse(text);
    if (enough(last)) {
      child.kill('SIGKILL');
      break;
    }
  }
  const [, signal] = await ended;
  return { last, killed: signal === 'SIGKILL' };
}
