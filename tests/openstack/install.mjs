/**
 * What a cloud needs and what takes minutes: a virtual environment with Keystone and Glance, and databases with
 * accounts in them. Both are made once, in .cache/openstack, and again when what they are made from changes.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCOUNTS, glanceConfiguration, keystoneConfiguration, REGION } from './configuration.mjs';
import { fillKeystone } from './keystone.mjs';
import { freePort, run, Server } from './process.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const REQUIREMENTS = join(HERE, 'requirements.txt');
export const CACHE = process.env.IMS_OPENSTACK_CACHE ?? join(HERE, '..', '..', '.cache', 'openstack');

/** Stands in the catalogue of the seed where each run puts its own ports. */
export const PLACEHOLDER = { identity: 'http://identity.invalid/v3', image: 'http://image.invalid' };

/** What both services find in their environment. */
export const PYTHON = {
  // Sets come out in the same order in each run: tags, and the Allow header.
  PYTHONHASHSEED: '0',
  // The CORS middleware reads the files in /etc and the environment, not the configuration that the service was given.
  OS_CORS__ALLOWED_ORIGIN: '*',
};

const say = (text) => process.stderr.write(`openstack: ${text}\n`);

async function fingerprint(...files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

/** The environment's folder; installs it if it is not there. */
async function environment() {
  const folder = join(CACHE, `venv-${await fingerprint(REQUIREMENTS)}`);
  // Paths of the folder are inside its scripts, so it is made in place, and counts only with this file.
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return folder;
  say('installing Keystone and Glance (once, some two minutes)');
  await rm(folder, { recursive: true, force: true });
  await mkdir(CACHE, { recursive: true });
  await run('python3', ['-m', 'venv', folder]).catch((error) => {
    throw new Error(`Python 3 with its venv module is needed, and a C compiler for uWSGI: ${error.message}`);
  });
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  await run(join(folder, 'bin', 'python'), [...pip, '-r', REQUIREMENTS], { seconds: 900 });
  await writeFile(complete, '');
  return folder;
}

/** How Keystone is started on a port, with the configuration in a folder. */
export function keystoneCommand(venv, folder, port) {
  // gunicorn's own flags would be read by Keystone's option parser; uwsgi's are not.
  return {
    command: join(venv, 'bin', 'uwsgi'),
    args: [
      ...['--http-socket', `127.0.0.1:${port}`, '--module', 'keystone.wsgi.api:application'],
      ...['--processes', '1', '--threads', '4', '--enable-threads', '--die-on-term', '--need-app'],
      // It closes each connection, and clients that are not told would use it again.
      ...['--buffer-size', '65535', '--disable-logging', '--add-header', 'Connection: close'],
    ],
    options: {
      env: { ...PYTHON, OS_KEYSTONE_CONFIG_FILES: join(folder, 'keystone.conf') },
      log: join(folder, 'keystone.log'),
    },
  };
}

/** Writes both configurations for a folder. */
export async function configure(venv, folder, identityEndpoint, imageSizeCap) {
  const pasteFile = join(venv, 'etc', 'glance', 'glance-api-paste.ini');
  await writeFile(join(folder, 'keystone.conf'), keystoneConfiguration(folder));
  const glance = glanceConfiguration(folder, { identityEndpoint, pasteFile, imageSizeCap });
  await writeFile(join(folder, 'glance-api.conf'), glance);
}

/** The seed's folder: databases, keys, and accounts.json with the IDs; makes it if it is not there. */
async function seed(venv) {
  const made = ['requirements.txt', 'configuration.mjs', 'install.mjs', 'keystone.mjs'];
  const folder = join(CACHE, `seed-${await fingerprint(...made.map((name) => join(HERE, name)))}`);
  if (existsSync(folder)) return folder;
  say('making databases and accounts (once, half a minute)');
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  for (const name of ['fernet-keys', 'credential-keys', 'images', 'staging', 'tasks', 'locks']) {
    await mkdir(join(draft, name), { recursive: true, mode: 0o700 });
  }
  const port = await freePort();
  const identityEndpoint = `http://127.0.0.1:${port}/v3`;
  await configure(venv, draft, identityEndpoint, 1);
  const keystone = (...args) =>
    run(join(venv, 'bin', 'keystone-manage'), ['--config-file', join(draft, 'keystone.conf'), ...args]);
  const glance = (...args) =>
    run(join(venv, 'bin', 'glance-manage'), ['--config-file', join(draft, 'glance-api.conf'), ...args]);
  const id = ['--keystone-user', String(process.getuid()), '--keystone-group', String(process.getgid())];
  await Promise.all([keystone('db_sync'), glance('db', 'sync')]);
  await keystone('fernet_setup', ...id);
  await keystone('credential_setup', ...id);
  const urls = ['admin', 'public', 'internal'].flatMap((kind) => [
    `--bootstrap-${kind}-url`,
    PLACEHOLDER.identity,
  ]);
  const admin = ['--bootstrap-password', ACCOUNTS.admin.password, '--bootstrap-region-id', REGION];
  await keystone('bootstrap', ...admin, ...urls);

  const { command, args, options } = keystoneCommand(venv, draft, port);
  const server = new Server('Keystone', command, args, options);
  try {
    await server.ready(identityEndpoint, 200);
    const accounts = await fillKeystone(identityEndpoint, PLACEHOLDER.image);
    await writeFile(join(draft, 'accounts.json'), JSON.stringify(accounts, null, 2));
  } finally {
    await server.stop();
  }
  await rm(join(draft, 'keystone.log'));
  await rename(draft, folder);
  return folder;
}

/** The environment and the seed, ready for use. */
export async function install() {
  const venv = await environment();
  return { venv, seed: await seed(venv) };
}
