/** The module worker: does in its own thread what the page asks for. */
import { diagnose, downloadAndCompare, list, upload } from './work.mjs';

const ACTIONS = {
  upload,
  downloadAndCompare,
  list: (_file, request) => list(request),
  diagnose: (_file, request) => diagnose(request),
};

addEventListener('message', async ({ data: { name, file, request } }) => {
  try {
    postMessage({ result: await ACTIONS[name](file, request) });
  } catch (error) {
    postMessage({ error: `${error.name} ${error.kind}: ${error.message}` });
  }
});
