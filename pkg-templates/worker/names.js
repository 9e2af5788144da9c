/** What page and worker call each other by, and the line between them. */

/** The page sends it with the name of the line. */
export const CONNECT = 'ims-client.connect';
/** The worker's first word on it. */
export const READY = 'ready';

const LINE = 'ims-client.line';

/**
 * A line of its own over a Worker, or in it over the global scope; what else is said there is left alone. Not a
 * MessagePort: what goes through one goes through the browser's own process, and there Firefox loses large files that
 * lie in memory.
 */
export function lineTo(target, name) {
  const line = {
    onmessage: undefined,
    postMessage: (message) => target.postMessage({ [LINE]: name, message }),
    close: () => target.removeEventListener('message', heard),
  };
  function heard({ data }) {
    if (data?.[LINE] === name) line.onmessage?.({ data: data.message });
  }
  target.addEventListener('message', heard);
  return line;
}

/** The lock that a worker holds as long as it serves a line: nothing else tells that it was terminated. */
export const lockOf = (name) => `ims-client.worker:${name}`;
