/** What was started is ended, last first, however the work ends: also by Ctrl-C. */
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'];

/** The endings of each work that is under way, the innermost last. */
const open = [];

/** Processes that measure: they would go on writing into folders that are removed. */
const children = new Set();

let stopping = false;

/** A process that does not outlive this one. */
export function owned(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  if (stopping) child.kill('SIGKILL');
  return child;
}

export async function scoped(work) {
  if (stopping) await forever();
  const endings = [];
  listen();
  open.push(endings);
  try {
    return await work({ after: (end) => endings.unshift(end) });
  } finally {
    // Whoever stops the program ends everything; nothing else begins meanwhile.
    if (stopping) await forever();
    await endAll(endings);
    open.splice(open.indexOf(endings), 1);
    if (!open.length) for (const signal of SIGNALS) process.off(signal, stop);
  }
}

const forever = () => new Promise(() => {});

async function endAll(endings) {
  while (endings.length) {
    // One that fails does not keep the others from being ended.
    await Promise.resolve()
      .then(endings.shift())
      .catch((error) => console.error(`while tidying up: ${error.message}`));
  }
}

function listen() {
  if (!open.length) for (const signal of SIGNALS) process.once(signal, stop);
}

/** Ends what is under way, and the program as the signal says; the second signal ends it at once. */
async function stop(signal) {
  stopping = true;
  for (const other of SIGNALS) process.off(other, stop);
  console.error(`\n${signal}: tidying up`);
  for (const child of children) child.kill('SIGKILL');
  for (const endings of open.reverse()) await endAll(endings);
  process.exit(128 + constants.signals[signal]);
}
