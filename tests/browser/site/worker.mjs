/** The module worker: does in its own thread what the page asks for. */
import * as work from './work.mjs';

addEventListener('message', async ({ data: { name, file, request } }) => {
  try {
    const result = file ? await work[name](file, request) : await work[name](request);
    postMessage({ result });
  } catch (error) {
    postMessage({ error: `${error.name} ${error.kind}: ${error.message}` });
  }
});
