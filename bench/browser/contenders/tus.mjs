/** tus-js-client with its defaults: the whole file in one request. */
import { Upload } from 'tus-js-client';

export async function prepare({ file, tus }) {
  return () =>
    new Promise((resolve, reject) => {
      const options = { endpoint: tus, storeFingerprintForResuming: false, onError: reject };
      new Upload(file, { ...options, onSuccess: () => resolve({}) }).start();
    });
}
