/** Parts of a file, a few at a time, for the contenders that bring no scheduler of their own. */

/** `{ number, offset, length }` of each part, numbers from 1. */
export function partsOf(size, partSize) {
  const count = Math.ceil(size / partSize);
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    offset: index * partSize,
    length: Math.min(partSize, size - index * partSize),
  }));
}

/** Works on all parts, `parallel` at a time; each worker has a number of its own, from 0. Gives the ETags. */
export async function eachPart(parts, parallel, work) {
  const etags = [];
  let next = 0;
  const worker = async (slot) => {
    while (next < parts.length) {
      const part = parts[next];
      next += 1;
      etags[part.number - 1] = await work(part, slot);
    }
  };
  await Promise.all(Array.from({ length: parallel }, (_, slot) => worker(slot)));
  return etags;
}

/** The body of CompleteMultipartUpload. */
export function completion(etags) {
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  return `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
}
