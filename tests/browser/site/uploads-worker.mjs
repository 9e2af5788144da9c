/** The module worker of interrupted uploads: does in its own thread what the page asks for. */
import { act, take } from './tasks.mjs';

addEventListener('message', async ({ data: { id, file, name, request } }) => {
  try {
    take(file);
    postMessage({ id, result: await act(name, request) });
  } catch (error) {
    postMessage({ id, error: `${error.name} ${error.kind}: ${error.message}` });
  }
});
