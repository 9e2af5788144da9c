/** What the files of an entry weigh, and which of them a page downloads when. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Bytes of files, each compressed by itself as a server does. */
export function weigh(files) {
  const sum = (sizeOf) => files.reduce((total, bytes) => total + sizeOf(bytes), 0);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  return {
    raw: sum((bytes) => bytes.length),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: sum((bytes) => brotliCompressSync(bytes, { params }).length),
  };
}

/** Every .wasm that the code of an entry asks for: its own, that of transfers, that of the inspector. */
async function binaries(folder, entry, own) {
  const code = await readFile(path.join(folder, `${entry}.js`), 'utf8');
  const names = new Set(code.match(/\w+_bg\.wasm/g));
  if (!names.has(own)) throw new Error(`${entry}.js does not load ${own}`);
  const rest = [...names].filter((name) => name !== own);
  const read = (name) => readFile(path.join(folder, name));
  const transfers = rest.filter((name) => name.endsWith('_transfers_bg.wasm'));
  const others = rest.filter((name) => !transfers.includes(name));
  const [first, second, third] = [[own], transfers, others].map((list) => Promise.all(list.map(read)));
  return { own: await first, transfers: await second, inspector: await third };
}

/**
 * The rows of an entry: first all that a page downloads until an upload is done, then what it has until a transfer
 * begins, then until an upload looks into its file, where that is less. `code` is what the bundler made of the entry.
 */
export async function rowsOf({ name, entry, wasm, wanted }, code, folder) {
  const { own, transfers, inspector } = await binaries(folder, entry, wasm);
  const row = (until, limit, files) => ({
    name: until ? `${name}, until ${until}` : name,
    ours: true,
    ...(limit ? { wanted: limit } : {}),
    ...weigh([...code, ...files]),
    wasm: weigh(files),
  });
  const rows = [row('', wanted, [...own, ...transfers, ...inspector])];
  if (transfers.length) rows.push(row('a transfer begins', wanted, own));
  if (transfers.length && inspector.length) {
    rows.push(row('an upload looks into its file', undefined, [...own, ...transfers]));
  }
  return rows;
}
