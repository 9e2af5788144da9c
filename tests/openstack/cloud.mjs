/** A real OpenStack on the loopback interface: Keystone and Glance, started on free ports with nothing in them. */
import { rmSync } from 'node:fs';
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMAIN, REGION } from './configuration.mjs';
import { configure, install, keystoneCommand, PLACEHOLDER, PYTHON } from './install.mjs';
import { freePort, run, Server } from './process.mjs';

/** Puts this run's addresses into the catalogue. */
const READDRESS = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    for old, new in zip(sys.argv[2::2], sys.argv[3::2]):
        database.execute('UPDATE endpoint SET url = ? WHERE url = ?', (new, old))
`;

function glanceCommand(venv, folder, port) {
  return {
    command: join(venv, 'bin', 'gunicorn'),
    args: [
      ...['--bind', `127.0.0.1:${port}`, '--workers', '1', '--worker-class', 'gthread', '--threads', '8'],
      ...[
        '--timeout',
        '600',
        '--graceful-timeout',
        '2',
        '--no-control-socket',
        'glance.wsgi.api:application',
      ],
    ],
    options: {
      env: { ...PYTHON, OS_GLANCE_CONFIG_DIR: folder },
      log: join(folder, 'glance.log'),
    },
  };
}

/**
 * Starts both services; the first time on a machine this takes minutes, later seconds.
 *
 * The account at the top of the answer is an ordinary member of a project; `admin`, `other` (a member of another
 * project), `reader` (may only read in the first one's project) and `recorded` (a member of a project that only the
 * recording of answers.json uses) have the same fields.
 */
export async function startOpenStack({ imageSizeCap = 64 * 1024 * 1024 } = {}) {
  const { venv, seed } = await install();
  const folder = await mkdtemp(join(tmpdir(), 'ims-openstack-'));
  const servers = [];
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    remove();
    process.off('exit', remove);
  };
  try {
    await cp(seed, folder, { recursive: true });
    const [identityPort, imagePort] = [await freePort(), await freePort()];
    const identityEndpoint = `http://127.0.0.1:${identityPort}/v3`;
    const imageEndpoint = `http://127.0.0.1:${imagePort}`;
    await configure(venv, folder, identityEndpoint, imageSizeCap);
    const database = join(folder, 'keystone.sqlite');
    const pairs = [PLACEHOLDER.identity, identityEndpoint, PLACEHOLDER.image, imageEndpoint];
    await run(join(venv, 'bin', 'python'), ['-c', READDRESS, database, ...pairs]);
    const start = (name, { command, args, options }) => {
      const server = new Server(name, command, args, options);
      servers.push(server);
      return server;
    };
    const keystone = start('Keystone', keystoneCommand(venv, folder, identityPort));
    const glance = start('Glance', glanceCommand(venv, folder, imagePort));
    await Promise.all([
      keystone.ready(identityEndpoint, 200),
      glance.ready(`${imageEndpoint}/healthcheck`, 200),
    ]);
    const accounts = JSON.parse(await readFile(join(seed, 'accounts.json'), 'utf8'));
    const account = (one) => ({ ...one, domain: DOMAIN, domainId: accounts.domainId });
    return {
      identityEndpoint,
      imageEndpoint,
      region: REGION,
      imageSizeCap,
      ...account(accounts.main),
      applicationCredential: accounts.applicationCredential,
      admin: account(accounts.admin),
      other: account(accounts.other),
      reader: account(accounts.reader),
      recorded: account(accounts.recorded),
      logs: () => servers.map((server) => `== ${server.name}\n${server.tail()}`).join('\n'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
