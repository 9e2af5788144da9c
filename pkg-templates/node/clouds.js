/** Finds and merges clouds.yaml, secure.yaml and the OS_* variables of one cloud, by the rules of openstacksdk. */

import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { ImsError } from '../shell/errors.js';

/** The variables that are read. */
const READ = /^(?:OS_|XDG_CONFIG_|(?:HOME|SNAP_REAL_HOME|LOCALAPPDATA)$)/;

/** What openstacksdk takes for granted. */
const DEFAULTS = { auth_type: 'password', interface: 'public' };

/** Variables that choose and make no cloud themselves. */
const SELECTORS = ['cloud', 'region_name', 'client_config_file', 'client_secure_file', 'cloud_name'];

/** Old names of keys inside `auth`. */
const OLD_NAMES = { tenant_name: 'project_name', tenant_id: 'project_id', auth_token: 'token' };

/** Keys of `auth` that override it where they stand beside it. */
const OVERRIDES = [
  'project_name',
  'project_id',
  'domain_id',
  'domain_name',
  'user_domain_id',
  'user_domain_name',
  'project_domain_id',
  'project_domain_name',
  'token',
  'passcode',
];

/** Keys of `auth` that are taken from beside it where it lacks them: all variables stand there. */
const BESIDE = [
  'auth_url',
  'username',
  'user_id',
  'password',
  'endpoint',
  'system_scope',
  'trust_id',
  'default_domain_id',
  'default_domain_name',
  'application_credential_id',
  'application_credential_name',
  'application_credential_secret',
];

/** A refusal that says where; values are left out, they may be secrets. */
export function refuse(field, rule) {
  return new ImsError({
    kind: 'validation',
    operation: 'openStackConfig',
    message: `openStackConfig: ${field}: ${rule}`,
    field,
    rule,
    retryable: false,
    resumable: false,
  });
}

/** What was written as one text, if it was; a list or a mapping is none. */
export function textOf(value, field) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object') throw refuse(field, 'must be a text, not a list or a mapping');
  return String(value);
}

/** What PyYAML takes for true and false; `y` and `n` are texts to it. */
const BOOLEAN = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:yes|true|on)$/i.test(text),
};

/**
 * YAML 1.1 as openstacksdk reads it, with merge keys. (JSON is YAML, too.) Numbers are left as they are written: a
 * password or an ID of digits alone is a text for the service, and would lose its zeros or its last digits.
 */
const YAML = {
  version: '1.1',
  schema: 'failsafe',
  customTags: ['null', 'merge', BOOLEAN],
  merge: true,
  logLevel: 'error',
  prettyErrors: false,
};

const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nested maps are merged, everything else is replaced. */
function merge(under, over) {
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = isMap(value) && isMap(merged[key]) ? merge(merged[key], value) : value;
  }
  return merged;
}

/** Keys with underscores, in a cloud and in its `auth`. */
function normal(cloud) {
  const all = Object.entries(cloud).map(([key, value]) => [
    key.replaceAll('-', '_'),
    isMap(value) ? normal(value) : value,
  ]);
  return Object.fromEntries(all);
}

/** The folders that are looked through, in order. */
function folders({ env, folder, home }) {
  const xdg = env.XDG_CONFIG_HOME || join(home, '.config');
  const own = {
    darwin: join(home, 'Library', 'Application Support', 'openstack'),
    win32: join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'OpenStack', 'openstack'),
  };
  const site = (env.XDG_CONFIG_DIRS || '/etc/xdg').split(delimiter)[0];
  return [
    folder,
    own[process.platform] ?? join(xdg, 'openstack'),
    join(env.SNAP_REAL_HOME || home, '.config', 'openstack'),
    join(site, 'openstack'),
    '/etc/openstack',
  ];
}

/** Whether what an alias made contains itself: nothing that walks through it would end. */
function isCyclic(content) {
  try {
    JSON.stringify(content);
    return false;
  } catch {
    return true;
  }
}

/** The first file of a name that can be read; `asked` must be there and right. */
function load(where, name, first, asked, skipped) {
  const here = (file) => (isAbsolute(file) ? file : resolve(where.folder, file));
  const files = folders(where).flatMap((folder) =>
    ['yaml', 'yml', 'json'].map((end) => join(folder, `${name}.${end}`)),
  );
  if (first) files.unshift(here(first));
  for (const file of asked ? [here(asked)] : files) {
    let text;
    try {
      accessSync(file, constants.R_OK);
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (asked) throw refuse('file', `${file} cannot be read (${error.code})`);
      continue;
    }
    let content;
    try {
      content = parse(text, YAML);
    } catch (error) {
      const at = error.pos ? ` at character ${error.pos[0]}` : '';
      if (asked) throw refuse('file', `${file} is no YAML${at}`);
      skipped.push(`${file} is no YAML${at}`);
      continue;
    }
    if (isCyclic(content)) throw refuse('file', `${file} must not hold an alias inside of what it names`);
    if (content === null) return { file, content: {} };
    if (!isMap(content)) throw refuse('file', `${file} must hold a mapping with the key clouds`);
    return { file, content };
  }
  return { content: {} };
}

/** The cloud that the OS_* variables make up, where there is one. */
function environmentCloud(env) {
  const cloud = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('OS_') || /^OS_(TEST|STD|LOG)/.test(name)) continue;
    cloud[name.slice(3).toLowerCase()] = value;
  }
  const makes = Object.keys(cloud).some((key) => !SELECTORS.includes(key));
  for (const key of SELECTORS) if (key !== 'region_name') delete cloud[key];
  return makes ? cloud : undefined;
}

/** Brings every key of `auth` to its place and its name of today. */
function tidyAuth(cloud) {
  const auth = { ...(isMap(cloud.auth) ? cloud.auth : {}) };
  for (const place of [auth, cloud]) {
    for (const [old, name] of Object.entries(OLD_NAMES)) {
      if (place[old] === undefined) continue;
      place[name] ??= place[old];
      delete place[old];
    }
  }
  for (const key of OVERRIDES) if (cloud[key] !== undefined) auth[key] = cloud[key];
  for (const key of BESIDE) if (cloud[key] !== undefined) auth[key] ??= cloud[key];
  for (const key of [...OVERRIDES, ...BESIDE]) delete cloud[key];
  if (auth.project_name !== undefined || auth.project_id !== undefined) {
    // With a project, a domain is that of the names.
    for (const kind of ['id', 'name']) {
      const domain = auth[`domain_${kind}`];
      delete auth[`domain_${kind}`];
      if (domain === undefined) continue;
      for (const whose of ['user_domain', 'project_domain']) {
        if (auth[`${whose}_id`] ?? auth[`${whose}_name`]) continue;
        auth[`${whose}_${kind}`] = domain;
      }
    }
  }
  return { ...cloud, auth };
}

/** Which of a cloud's regions, and the cloud with what that region sets. */
function inRegion(name, cloud, asked) {
  const listed =
    cloud.regions ?? textOf(cloud.region_name || undefined, `clouds.${name}.region_name`)?.split(',') ?? [];
  if (!Array.isArray(listed)) throw refuse(`clouds.${name}.regions`, 'must be a list');
  const regions = listed.map((entry) => {
    if (!isMap(entry)) {
      return { name: (textOf(entry, `clouds.${name}.regions`) ?? '').trim(), values: {} };
    }
    const wrong = Object.keys(entry).find((key) => key !== 'name' && key !== 'values');
    if (wrong !== undefined || typeof entry.name !== 'string' || !isMap(entry.values ?? {})) {
      throw refuse(`clouds.${name}.regions`, 'a region must be a name or { name, values }');
    }
    return { name: entry.name, values: normal(entry.values ?? {}) };
  });
  const region = asked ? regions.find((known) => known.name === asked) : regions[0];
  if (!region && regions.length > 0) {
    const names = regions.map((known) => known.name).join(', ');
    throw refuse('region', `the cloud ${name} has no region ${asked}, but ${names}`);
  }
  const { regions: _, ...rest } = cloud;
  return { ...merge(rest, region?.values ?? {}), region_name: region?.name ?? asked ?? '' };
}

/** `{region_name}` in texts stands for the region, and so with every other key; passwords are left as they are. */
function filled(cloud) {
  const known = (name) => (typeof cloud[name] === 'string' ? cloud[name] : undefined);
  const fill = (text) => text.replace(/\{(\w+)\}/g, (braces, name) => known(name) ?? braces);
  const secret = (key) => /password|secret|token|passcode/.test(key);
  const each = (map) =>
    Object.fromEntries(
      Object.entries(map).map(([key, value]) => {
        if (isMap(value)) return [key, each(value)];
        return [key, typeof value === 'string' && !secret(key) ? fill(value) : value];
      }),
    );
  return each(cloud);
}

/** One cloud with everything merged: `{ name, region_name, auth, … }`. */
export function readCloud(options) {
  const env = options.env ?? process.env;
  for (const [variable, value] of Object.entries(env)) {
    if (READ.test(variable) && typeof (value ?? '') !== 'string') {
      throw refuse(`env.${variable}`, 'must be a text');
    }
  }
  const where = { env, folder: options.folder ?? process.cwd(), home: env.HOME || homedir() };
  const skipped = [];
  const main = load(where, 'clouds', env.OS_CLIENT_CONFIG_FILE, options.file, skipped);
  const secure = load(where, 'secure', env.OS_CLIENT_SECURE_FILE, options.secureFile, skipped);
  const content = merge(main.content, secure.content);
  const clouds = isMap(content.clouds) ? { ...content.clouds } : {};
  const given = environmentCloud(env);
  const environment = env.OS_CLOUD_NAME || 'envvars';
  if (given && Object.hasOwn(clouds, environment)) {
    throw refuse('OS_CLOUD_NAME', `${main.file ?? secure.file} has a cloud called ${environment} too`);
  }
  if (given) clouds[environment] = given;
  const names = Object.keys(clouds);
  const alone = names.length === 1 ? names[0] : undefined;
  const name = options.cloud || env.OS_CLOUD || (given ? environment : alone);
  const also = skipped.length > 0 ? `; ${skipped.join('; ')}` : '';
  if (name === undefined) {
    const rule =
      names.length > 0
        ? `must be chosen, or OS_CLOUD: ${names.join(', ')}`
        : 'there is no clouds.yaml, nor OS_AUTH_URL';
    throw refuse('cloud', `${rule}${also}`);
  }
  if (!Object.hasOwn(clouds, name)) throw refuse('cloud', `the cloud ${name} was not found${also}`);
  const own = normal(isMap(clouds[name]) ? clouds[name] : {});
  const profile = own.profile ?? own.cloud;
  let vendor = {};
  if (typeof profile === 'string') {
    const { content: vendors } = load(where, 'clouds-public', undefined, undefined, skipped);
    vendor = normal(vendors['public-clouds']?.[profile] ?? {});
  }
  const all = merge(merge({ ...DEFAULTS, auth: {} }, vendor), own);
  all.auth_type = own.auth_type ?? own.auth_plugin ?? vendor.auth_type ?? DEFAULTS.auth_type;
  all.interface = own.interface ?? own.endpoint_type ?? all.interface;
  const cloud = filled(tidyAuth(inRegion(name, all, options.region)));
  return { ...cloud, name, home: where.home, profile };
}
