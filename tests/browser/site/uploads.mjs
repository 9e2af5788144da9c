/** The page of uploads that are interrupted: does what the tests ask for, here or in a module worker. */
import { act, take } from './tasks.mjs';

const violations = [];
addEventListener('securitypolicyviolation', (event) => {
  violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});

let worker;
let asked = 0;
const waiting = new Map();

/** The worker of this page; it lives as long as the page. */
function theWorker() {
  if (!worker) {
    worker = new Worker('./uploads-worker.mjs', { type: 'module' });
    worker.onmessage = ({ data: { id, result, error } }) => {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error) reject(new Error(error));
      else resolve(result);
    };
    worker.onerror = (event) => {
      for (const { reject } of waiting.values()) reject(new Error(`the worker failed: ${event.message}`));
    };
  }
  return worker;
}

globalThis.tests = {
  act,
  violations: () => violations,
  /** Takes the file that was picked; gives its size. */
  takeFile() {
    const [file] = document.querySelector('#file').files;
    take(file);
    return file.size;
  },
  /** The same in the worker; the picked file goes there by reference. */
  inWorker(name, request) {
    asked += 1;
    const [file] = document.querySelector('#file').files;
    return new Promise((resolve, reject) => {
      waiting.set(asked, { resolve, reject });
      theWorker().postMessage({ id: asked, file, name, request });
    });
  },
};
