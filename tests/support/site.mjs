/** A static server as any web server is one: the test page, and the installed package beside it, on a port of its own. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { CLIENT_DIR, ROOT } from './places.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** As strict as a page with WebAssembly can be: nothing inline, nothing evaluated. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src *; img-src data:";

const PAGES = path.join(ROOT, 'tests/browser/site');

function fileOf(url, pages) {
  const name = decodeURIComponent(new URL(url, 'http://site').pathname);
  const folders = [
    ['/ims-client/', CLIENT_DIR],
    ['/', pages],
  ];
  const [prefix, folder] = folders.find(([start]) => name.startsWith(start));
  const file = path.join(folder, name.slice(prefix.length) || 'index.html');
  return file.startsWith(folder + path.sep) ? file : undefined;
}

/**
 * Serves the pages (of another folder, if it is given) for a test, by https where a certificate is given, without the files whose addresses are in `missing`;
 * gives its address. `asked` hears of every address that is asked for; where it answers with a status, so does the site, and
 * where it answers 'broken' the file breaks off in its middle.
 */
export async function startSite(
  context,
  { certificate, connect = '*', missing = [], asked, pages = PAGES } = {},
) {
  const handle = async (request, response) => {
    if (request.url === '/favicon.ico') return response.writeHead(204).end();
    const trouble = asked?.(request.url);
    if (typeof trouble === 'number' && trouble >= 400) return response.writeHead(trouble).end('in trouble');
    const file = missing.includes(request.url) ? undefined : fileOf(request.url, pages);
    const info = file && (await stat(file).catch(() => undefined));
    if (!info?.isFile()) return response.writeHead(404, { 'content-type': 'text/plain' }).end('not here');
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      'content-length': info.size,
      'content-security-policy': POLICY.replace('connect-src *', `connect-src ${connect}`),
      'x-content-type-options': 'nosniff',
    });
    if (trouble === 'broken') {
      const half = createReadStream(file, { end: info.size >> 1 });
      return half.pipe(response, { end: false }) && half.once('end', () => response.destroy());
    }
    return pipeline(createReadStream(file), response, () => {});
  };
  const server = certificate ? createSecureServer(certificate, handle) : createServer(handle);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${certificate ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
}
