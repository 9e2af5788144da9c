/** Next.js: a client component, rendered on the server and run in the page, and a route handler. */
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { APPS, METADATA, project, startProgram, tool, toolManifest, visit } from '../support.mjs';

const QUIET = { NEXT_TELEMETRY_DISABLED: '1', CI: '1', NODE_ENV: 'production' };

async function next(context, name) {
  const folder = await project(name, 'next');
  // Next.js takes the code of its app from the folder of this name.
  await cp(path.join(APPS, 'page/checks.js'), path.join(folder, 'app/checks.js'));
  await cp(path.join(APPS, METADATA), path.join(folder, 'app', METADATA));
  const about = {
    private: true,
    dependencies: { 'ims-client': '*', next: '*', react: '*', 'react-dom': '*' },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(about));
  // What is bundled for the server would look for its .wasm in the bundle's place.
  const config = { serverExternalPackages: ['ims-client'] };
  await writeFile(path.join(folder, 'next.config.mjs'), `export default ${JSON.stringify(config)};\n`);
  await tool('next', 'next', ['build'], folder, { seconds: 240, env: QUIET });
  const script = path.join(path.dirname(toolManifest('next')), 'dist/bin/next');
  const parameters = [script, 'start', '--port', '0', '--hostname', '127.0.0.1'];
  const address = await startProgram(context.t, parameters, folder, /(http:\/\/127\.0\.0\.1:\d+)/, {
    env: QUIET,
  });
  const route = `${address}/api/images?endpoint=${encodeURIComponent(context.emulator.ims)}&path=${encodeURIComponent(context.file)}`;
  const answer = await fetch(route);
  const outcome = await visit(context, `${address}/`);
  return { ...outcome, others: { 'route handler': await answer.json() } };
}

export const NEXT = [
  {
    name: 'Next.js, client component and route handler',
    tools: ['next', 'react'],
    how: "`serverExternalPackages: ['ims-client']` in next.config for the route handler",
    run: next,
  },
];
