/** Sources that are held from the moment they are given, before the WebAssembly is loaded. */

/** A stream of Node that breaks before anybody reads it would end the process. Who reads it hears of that all the same. */
export function held(source) {
  try {
    source.stream.on('error', () => {});
  } catch {
    // No stream of Node.
  }
  return source;
}
