/** Every environment of the matrix, and what each must show. */
import assert from 'node:assert/strict';
import { NEXT } from './environments/next.mjs';
import { PAGES } from './environments/pages.mjs';
import { PROGRAMS } from './environments/programs.mjs';
import { versionOf } from './support.mjs';

export const ENVIRONMENTS = [
  ...PROGRAMS,
  ...[...PAGES, ...NEXT].map((environment) => ({ ...environment, page: true })),
];

/** Bytes of what each of them uploads: two parts. */
export const SIZE = 8 * 1024 * 1024;

/** A name that can be one of a folder. */
function folderName(name) {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** Which versions of its tools, for the table. */
export function versions(environment) {
  return environment.tools.map((tool) =>
    tool === 'node' ? `Node ${process.versions.node}` : `${tool} ${versionOf(tool)}`,
  );
}

/** Builds and runs one; gives what passed, and throws where anything else than what is expected happened. */
export async function tryOut(environment, context) {
  const outcome = await environment.run(context, folderName(environment.name));
  const { upload, worker, complaints = [], others = {} } = outcome;
  if (environment.refused) {
    for (const result of [upload, worker]) assert.match(result.error, environment.refused);
    return;
  }
  for (const [what, result] of Object.entries({ upload, worker, ...others })) {
    assert.equal(result.error, undefined, `${environment.name}, ${what}: ${result.error}`);
    const { status, size, verified, imageId, md5 } = result;
    assert.deepEqual([status, verified, size], ['active', 'md5', SIZE], `${environment.name}, ${what}`);
    const known = await context.emulator.image(imageId);
    assert.deepEqual([known.status, known.size, known.checksum], ['active', size, md5], environment.name);
    assert.deepEqual(result.warnings ?? [], [], `${environment.name}, ${what}`);
  }
  assert.deepEqual(complaints, [], `${environment.name}: the browser complains`);
}
