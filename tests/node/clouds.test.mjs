/** openStackConfig(): what openstacksdk makes of the same files and variables, and what it becomes for the client. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { everyText } from '../support/expect.mjs';
import { importClient, requireClient } from '../support/places.mjs';

const { openStackConfig } = await importClient('./openstack/config');
const FIXTURE = new URL('../fixtures/openstack/clouds.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(FIXTURE, 'utf8'));

/** Where ours is another result on purpose, and what it is. */
const OTHERWISE = {
  token: /image_endpoint_override/,
  'token in variables': /image_endpoint_override/,
  'built-in profile': /auth_url.*profile otc/,
  'system scope': /system_scope/,
  trust: /trust_id/,
  'two clouds, none asked for': /cloud.*one, two/,
  'nothing at all': /clouds\.yaml/,
};

/** The folder of a case: work/, home/ and others. */
function folderOf(context, given) {
  const root = mkdtempSync(join(tmpdir(), 'clouds-'));
  context.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'work'));
  for (const [name, text] of Object.entries(given.files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text.replaceAll('{folder}', root));
  }
  return root;
}

function run(root, given) {
  const env = { HOME: join(root, 'home'), XDG_CONFIG_DIRS: join(root, 'site') };
  for (const [name, value] of Object.entries(given.environment))
    env[name] = value.replaceAll('{folder}', root);
  const { cloud, region_name: region } = given.asked;
  return openStackConfig({ cloud, region, env, folder: join(root, 'work') });
}

/** The SDK's result in the client's words. */
function expected({ authType, auth, interface: places, imageRegion, imageEndpoint }) {
  const named = (name, id) => (auth[id] === undefined ? auth[name] : { id: auth[id] });
  const domain = (whose) => named(`${whose}_name`, `${whose}_id`);
  const common = { iamEndpoint: auth.auth_url };
  let made = { type: 'none' };
  if (authType.endsWith('password')) {
    const [user, project] = [named('username', 'user_id'), named('project_name', 'project_id')];
    made = {
      type: 'password',
      ...common,
      user,
      password: auth.password,
      userDomain: domain('user_domain'),
      project,
    };
    if (project !== undefined) made.projectDomain = domain('project_domain');
    else made.domainScope = domain('domain');
  }
  if (authType === 'v3applicationcredential') {
    made = { type: 'application-credential', ...common, secret: auth.application_credential_secret };
    if (auth.application_credential_id) made.id = auth.application_credential_id;
    else Object.assign(made, { name: auth.application_credential_name, user: named('username', 'user_id') });
    if (!made.id) made.domain = domain('user_domain');
  }
  const place = [places].flat()[0].replace('URL', '');
  return {
    auth: made,
    interface: place,
    region: imageRegion || undefined,
    endpoint: imageEndpoint?.replace('/v2', ''),
  };
}

/** Without what is undefined. */
const plain = (thing) => JSON.parse(JSON.stringify(thing));

for (const given of cases) {
  test(`as openstacksdk: ${given.case}`, (t) => {
    const root = folderOf(t, given);
    if (given.case === 'cacert') for (const end of ['ca.pem', 'me.pem', 'me.key']) write(root, end);
    if (given.case === 'OS_CACERT') given.environment.OS_CACERT = write(root, 'ca.pem');
    const pattern = OTHERWISE[given.case] ?? (given.result.error ? /./ : undefined);
    if (pattern) {
      assert.throws(
        () => run(root, given),
        (error) => {
          assert.equal(error.name, 'ImsError');
          assert.match(error.message, pattern);
          assert.doesNotMatch(everyText(error), /fake-(password|secret|env|token)/);
          return true;
        },
      );
      return;
    }
    const { agent, ...config } = run(root, given);
    assert.deepEqual(plain(config), plain(expected(given.result)));
    const { verify, certificate } = given.result;
    assert.equal(agent !== undefined, verify !== true || certificate !== null);
    if (verify === false) assert.equal(agent.options.rejectUnauthorized, false);
    if (typeof verify === 'string') assert.equal(String(agent.options.ca), 'ca.pem');
    if (certificate)
      assert.deepEqual([agent.options.cert, agent.options.key].map(String), ['me.pem', 'me.key']);
  });
}

/** A file of the home folder that holds its own name. */
function write(root, name) {
  mkdirSync(join(root, 'home'), { recursive: true });
  writeFileSync(join(root, 'home', name), name);
  return join(root, 'home', name);
}

test('import and require give the same function', () => {
  assert.equal(requireClient('ims-client/openstack/config').openStackConfig, openStackConfig);
});

test('every case was told apart', () => {
  const names = cases.map((given) => given.case);
  assert.ok(names.length >= 60, `${names.length} cases`);
  for (const name of Object.keys(OTHERWISE)) assert.ok(names.includes(name), name);
});

test('a file that is asked for must be there and right', (t) => {
  const root = folderOf(t, {
    files: {
      'work/broken.yaml': 'clouds: [',
      'work/mine.yaml': 'clouds: {a: {auth: {}}}',
      'work/endless.yaml': 'clouds: &all {a: *all}',
    },
  });
  const ask = (file) => openStackConfig({ file, env: {}, folder: join(root, 'work') });
  assert.throws(() => ask('nothing.yaml'), { name: 'ImsError', kind: 'validation', field: 'file' });
  assert.throws(() => ask('broken.yaml'), { field: 'file', message: /is no YAML/ });
  assert.throws(() => ask('endless.yaml'), { field: 'file', message: /an alias inside of what it names/ });
  assert.throws(() => ask('mine.yaml'), { field: 'clouds.a.auth.auth_url' });
});

/** A cloud of one file, asked for without any environment. */
function cloudOf(context, text) {
  const root = folderOf(context, { files: { 'work/mine.yaml': text } });
  return openStackConfig({ file: 'mine.yaml', cloud: 'a', env: {}, folder: join(root, 'work') });
}

test('passwords, names and IDs are taken as they are written, quoted or not', (t) => {
  const domain = 'auth_url: "http://k", user_domain_id: d';
  for (const password of [
    '0891234',
    '12345678901234567890',
    '9007199254740993',
    '1e5',
    '1.10',
    '017',
    '0x1F',
    '1_000',
    '1:30',
    '+5',
    '.inf',
    '2024-01-01',
    'y',
    'N',
  ]) {
    const { auth } = cloudOf(t, `clouds: {a: {auth: {${domain}, username: u, password: ${password}}}}`);
    assert.equal(auth.password, password);
  }
  const project = '12345678901234567890123456789012';
  const { auth, region } = cloudOf(
    t,
    `clouds: {a: {regions: [{name: N}], auth: {${domain}, username: n, password: p, project_id: ${project}}}}`,
  );
  assert.deepEqual([auth.user, auth.project, region], ['n', { id: project }, 'N']);
});

test('a list or a mapping where a text belongs is refused by its name; what is left empty is not there', (t) => {
  const password = { auth_url: 'http://k', username: 'u', password: 'p', user_domain_id: 'd' };
  const secret = { application_credential_id: 'i', application_credential_secret: 's' };
  const clouds = {
    password: { auth: password },
    v3applicationcredential: { auth: { auth_url: 'http://k', ...secret } },
    none: { auth: { endpoint: 'http://i' } },
  };
  const beside = ['image_endpoint_override', 'image_endpoint', 'region_name', 'image_region_name'];
  const inAuth = {
    password: [...Object.keys(password), 'user_id', 'project_id', 'project_name', 'project_domain_name'],
    v3applicationcredential: ['auth_url', ...Object.keys(secret)],
    none: ['endpoint'],
  };
  const asked = (type, extra, auth) =>
    cloudOf(
      t,
      JSON.stringify({
        clouds: { a: { auth_type: type, ...extra, auth: { ...clouds[type].auth, ...auth } } },
      }),
    );
  for (const type of Object.keys(clouds)) {
    for (const wrong of [['x'], { x: 'y' }]) {
      for (const key of [...beside, 'cacert', 'cert', 'key']) {
        const refused = { name: 'ImsError', kind: 'validation', field: `clouds.a.${key}` };
        assert.throws(() => asked(type, { [key]: wrong }, {}), refused, `${type}: ${key}`);
      }
      for (const key of inAuth[type]) {
        // A project's domain is asked for where there is a project.
        const auth = { ...(key.startsWith('project') ? { project_name: 'p' } : {}), [key]: wrong };
        const refused = { name: 'ImsError', kind: 'validation', field: `clouds.a.auth.${key}` };
        assert.throws(() => asked(type, {}, auth), refused, `${type}: auth.${key}`);
      }
    }
    const empty = Object.fromEntries([...beside, 'cacert', 'cert', 'key'].map((key) => [key, null]));
    const auth = { user_id: null, project_id: null, system_scope: null };
    assert.doesNotMatch(JSON.stringify(asked(type, empty, auth)), /null/);
  }
  const regions = { field: 'clouds.a.regions' };
  assert.throws(() => asked('none', { regions: [['N', 'S']] }, {}), regions);
  assert.throws(() => asked('none', { regions: [{ name: 'N', values: ['x'] }] }, {}), regions);
});

test('a name that is empty is none', (t) => {
  const password = { auth_url: 'http://k', username: 'u', password: 'p', user_domain_id: 'd' };
  const secret = { application_credential_secret: 's' };
  const read = (type, auth) =>
    cloudOf(t, JSON.stringify({ clouds: { a: { auth_type: type, auth: { ...password, ...auth } } } })).auth;
  const needs = (key) => ({ kind: 'validation', message: new RegExp(`OS_${key.toUpperCase()}`) });
  for (const auth of [{ username: '' }, { username: '', user_id: '' }]) {
    assert.throws(() => read('password', auth), needs('username'));
    const named = { ...secret, application_credential_name: 'n', ...auth };
    assert.throws(() => read('v3applicationcredential', named), needs('username'));
  }
  assert.throws(() => read('password', { auth_url: '' }), needs('auth_url'));
  const unnamed = { ...secret, application_credential_id: '', application_credential_name: '' };
  assert.throws(() => read('v3applicationcredential', unnamed), needs('application_credential_name'));
  const ids = { user_id: '', project_id: '', user_domain_id: '' };
  const names = { project_name: 'p', user_domain_name: 'e', project_domain_id: '', project_domain_name: '' };
  const { user, project, userDomain, projectDomain } = read('password', { ...ids, ...names });
  assert.deepEqual([user, project, userDomain, projectDomain], ['u', 'p', 'e', undefined]);
});

test('what is true, false or merged in YAML 1.1 is so all the same', (t) => {
  const auth = 'auth: {auth_url: "http://k", username: u, password: p, user_domain_id: d}';
  for (const no of ['no', 'No', 'off', 'false', 'FALSE']) {
    const { agent } = cloudOf(t, `clouds: {a: {verify: ${no}, ${auth}}}`);
    assert.equal(agent?.options.rejectUnauthorized, false, no);
  }
  for (const yes of ['yes', 'on', 'true']) {
    assert.equal(cloudOf(t, `clouds: {a: {verify: ${yes}, ${auth}}}`).agent, undefined, yes);
  }
  const merged = cloudOf(
    t,
    `
common: &common {${auth}, region_name: R}
places: &places {interface: internal, region_name: S}
clouds:
  a:
    <<: [*common, *places]
    auth: {<<: {auth_url: "http://k", username: u, user_domain_id: d}, password: 007}`,
  );
  assert.deepEqual([merged.region, merged.interface], ['R', 'internal']);
  assert.deepEqual([merged.auth.user, merged.auth.password], ['u', '007']);
});

test('a broken file that was passed over is named where the cloud is missing', (t) => {
  const root = folderOf(t, { files: { 'work/clouds.yaml': 'clouds: [' } });
  const ask = () => openStackConfig({ cloud: 'a', env: { HOME: root }, folder: join(root, 'work') });
  assert.throws(ask, { field: 'cloud', message: /clouds\.yaml is no YAML/ });
});

test('options that do not exist, or are none, are refused', () => {
  assert.throws(() => openStackConfig({ clowd: 'a' }), { kind: 'validation', field: 'clowd' });
  assert.throws(() => openStackConfig({ cloud: 7 }), { kind: 'validation', field: 'cloud' });
  assert.throws(() => openStackConfig({ env: 'x' }), { kind: 'validation', field: 'env' });
  for (const name of ['HOME', 'OS_CLIENT_CONFIG_FILE', 'OS_IMAGE_ENDPOINT_OVERRIDE']) {
    const env = { OS_AUTH_TYPE: 'none', [name]: 7 };
    assert.throws(() => openStackConfig({ env }), { name: 'ImsError', field: `env.${name}` });
  }
  assert.throws(() => openStackConfig(null), { kind: 'validation' });
});
