/** The configuration files of Keystone and Glance: SQLite, files on the disk, loopback. */
import { join } from 'node:path';

export const REGION = 'RegionOne';
export const DOMAIN = 'Default';

/** Accounts of the cloud. They open nothing but a server on the loopback interface that lives for one run. */
export const ACCOUNTS = {
  admin: { user: 'admin', password: 'admin-password', project: 'admin', role: 'admin' },
  main: { user: 'user-one', password: 'password-one', project: 'project-one', role: 'member' },
  other: { user: 'user-two', password: 'password-two', project: 'project-two', role: 'member' },
  reader: { user: 'user-three', password: 'password-three', project: 'project-one', role: 'reader' },
  recorded: { user: 'user-four', password: 'password-four', project: 'project-four', role: 'member' },
  service: { user: 'glance', password: 'glance-password', project: 'service', role: 'service' },
};

/** An INI file of sections and their options. */
function ini(sections) {
  return Object.entries(sections)
    .map(([name, options]) => {
      const lines = Object.entries(options).map(([key, value]) => `${key} = ${value}`);
      return `[${name}]\n${lines.join('\n')}\n`;
    })
    .join('\n');
}

/** keystone.conf for a folder that holds its database and keys. */
export function keystoneConfiguration(folder) {
  return ini({
    DEFAULT: { use_stderr: 'true' },
    database: { connection: `sqlite:///${join(folder, 'keystone.sqlite')}` },
    // One process, so its memory is the whole truth; without it each validation of a token takes half a second.
    cache: { enabled: 'true', backend: 'dogpile.cache.memory' },
    credential: { key_repository: join(folder, 'credential-keys') },
    fernet_receipts: { key_repository: join(folder, 'fernet-keys') },
    fernet_tokens: { key_repository: join(folder, 'fernet-keys') },
    // The least that bcrypt takes: a login should not cost a quarter of a second of each test.
    identity: { password_hash_rounds: '4' },
    token: { provider: 'fernet' },
  });
}

/** glance-api.conf for a folder that holds its database and images. */
export function glanceConfiguration(folder, { identityEndpoint, pasteFile, imageSizeCap }) {
  const account = ACCOUNTS.service;
  const store = (name) => ({ filesystem_store_datadir: join(folder, name) });
  return ini({
    DEFAULT: {
      use_stderr: 'true',
      enabled_backends: 'disk:file',
      image_size_cap: String(imageSizeCap),
      // Small, so that paging is seen without hundreds of images.
      limit_param_default: '25',
      api_limit_max: '100',
    },
    glance_store: { default_backend: 'disk' },
    disk: store('images'),
    os_glance_staging_store: store('staging'),
    os_glance_tasks_store: store('tasks'),
    database: { connection: `sqlite:///${join(folder, 'glance.sqlite')}` },
    keystone_authtoken: {
      www_authenticate_uri: identityEndpoint,
      auth_url: identityEndpoint,
      auth_type: 'password',
      username: account.user,
      password: account.password,
      project_name: account.project,
      user_domain_name: DOMAIN,
      project_domain_name: DOMAIN,
      service_token_roles_required: 'true',
      // A token that was revoked must be refused at once, and tests take no notice of a cache.
      token_cache_time: '-1',
    },
    paste_deploy: { flavor: 'keystone', config_file: pasteFile },
    oslo_concurrency: { lock_path: join(folder, 'locks') },
  });
}
