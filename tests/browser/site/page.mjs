/** The page: hands what the tests ask for to the package, here or in a module worker. */
import * as work from './work.mjs';

let file;

globalThis.tests = {
  async makeFile(recipe) {
    file = await work.makeFile(recipe);
    return file.size;
  },
  takeFile() {
    [file] = document.querySelector('#file').files;
    return file.size;
  },
  upload: (request) => work.upload(file, request),
  refusedUpload: (request) => work.refusedUpload(file, request),
  downloadAndCompare: (request) => work.downloadAndCompare(file, request),
  failure: work.failure,
  list: work.list,
  load: work.load,
  diagnose: work.diagnose,
  /** The same in a worker; the file goes there by reference. */
  inWorker(name, request) {
    const worker = new Worker('./worker.mjs', { type: 'module' });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.result));
      worker.onerror = (event) => reject(new Error(`the worker failed: ${event.message}`));
      worker.postMessage({ name, file, request });
    }).finally(() => worker.terminate());
  },
};
