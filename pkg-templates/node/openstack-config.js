/** Options for `new OpenStackImageClient(…)` from clouds.yaml and the OS_* variables, in Node. */

import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { ImsError } from '../shell/errors.js';
import { readCloud, refuse, textOf } from './clouds.js';

const OPTIONS = ['cloud', 'region', 'file', 'secureFile', 'env', 'folder'];

/** Reads the configuration of one cloud, as openstacksdk does. */
export function openStackConfig(options = {}) {
  if (typeof options !== 'object' || options === null) throw refuse('options', 'must be an object');
  for (const [name, value] of Object.entries(options)) {
    if (!OPTIONS.includes(name)) throw refuse(name, `is no option here (known: ${OPTIONS.join(', ')})`);
    if (name === 'env' ? typeof value !== 'object' : value !== undefined && typeof value !== 'string') {
      throw refuse(name, name === 'env' ? 'must be an object' : 'must be a text');
    }
  }
  const cloud = readCloud(options);
  const made = { auth: authOf(cloud), interface: interfaceOf(cloud) };
  const region = text(cloud, 'image_region_name') ?? text(cloud, 'region_name');
  if (region) made.region = region;
  const endpoint =
    text(cloud, 'image_endpoint_override') ?? text(cloud, 'image_endpoint') ?? endpointOfAuth(cloud);
  // The operations name the version of the API themselves.
  if (endpoint) made.endpoint = endpoint.replace(/\/(v\d+(\.\d+)?\/?)?$/, '');
  if (made.auth.type === 'token' && !made.endpoint) {
    throw refuse(
      `clouds.${cloud.name}.image_endpoint_override`,
      'is required with auth_type token: a token that is given comes without a catalog',
    );
  }
  const agent = agentOf(cloud);
  if (agent) made.agent = agent;
  return made;
}

function endpointOfAuth(cloud) {
  const types = ['none', 'None', 'admin_token', 'token_endpoint'];
  return types.includes(cloud.auth_type) ? ofAuth(cloud, 'endpoint') : undefined;
}

/** A text of `auth`, where it is there; one that is empty is not. */
const ofAuth = (cloud, key) => textOf(cloud.auth[key], `clouds.${cloud.name}.auth.${key}`) || undefined;

/** A text of the cloud, where it is there. */
const text = (cloud, key) => textOf(cloud[key], `clouds.${cloud.name}.${key}`);

/** A text of `auth`, which must be there. */
function needed(cloud, key) {
  ofAuth(cloud, key);
  const value = cloud.auth[key];
  if (typeof value === 'string' && value !== '') return value;
  const unknown =
    key === 'auth_url' && cloud.profile ? ` (a profile ${cloud.profile} in clouds-public.yaml would do)` : '';
  throw refuse(`clouds.${cloud.name}.auth.${key}`, `is required, or OS_${key.toUpperCase()}${unknown}`);
}

/** What is known by a name or an ID. */
function named(cloud, name, id) {
  const known = ofAuth(cloud, id);
  return known === undefined ? ofAuth(cloud, name) : { id: known };
}

const domain = (cloud, whose) => named(cloud, `${whose}_name`, `${whose}_id`);

/** Only what is there. */
const present = (fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function authOf(cloud) {
  const { auth, auth_type: type } = cloud;
  for (const scope of ['system_scope', 'trust_id']) {
    if ((auth[scope] ?? undefined) !== undefined) throw unsupported(cloud, `auth.${scope}`);
  }
  switch (type) {
    case 'password':
    case 'v3password': {
      const iamEndpoint = needed(cloud, 'auth_url');
      const user = named(cloud, 'username', 'user_id') ?? needed(cloud, 'username');
      const project = named(cloud, 'project_name', 'project_id');
      const common = domain(cloud, 'default_domain');
      return present({
        type: 'password',
        iamEndpoint,
        user,
        password: needed(cloud, 'password'),
        userDomain: domain(cloud, 'user_domain') ?? common,
        project,
        projectDomain: project === undefined ? undefined : (domain(cloud, 'project_domain') ?? common),
        domainScope: project === undefined ? domain(cloud, 'domain') : undefined,
      });
    }
    case 'v3applicationcredential': {
      const id = ofAuth(cloud, 'application_credential_id');
      return present({
        type: 'application-credential',
        iamEndpoint: needed(cloud, 'auth_url'),
        id,
        name: id === undefined ? needed(cloud, 'application_credential_name') : undefined,
        user:
          id === undefined ? (named(cloud, 'username', 'user_id') ?? needed(cloud, 'username')) : undefined,
        domain: id === undefined ? domain(cloud, 'user_domain') : undefined,
        secret: needed(cloud, 'application_credential_secret'),
      });
    }
    case 'token':
    case 'v3token':
    case 'admin_token':
    case 'token_endpoint':
      return { type: 'token', token: needed(cloud, 'token') };
    case 'none':
    case 'None':
      return { type: 'none' };
    default:
      throw unsupported(cloud, 'auth_type');
  }
}

function unsupported(cloud, field) {
  const message = `openStackConfig: clouds.${cloud.name}.${field} is something that this client cannot do: it signs in with \
password, v3applicationcredential, token and none`;
  return new ImsError({
    kind: 'unsupported',
    operation: 'openStackConfig',
    message,
    retryable: false,
    resumable: false,
  });
}

/** One of public, internal, admin; of several the first. */
function interfaceOf(cloud) {
  const given = cloud.image_interface ?? cloud.interface;
  const first = String(Array.isArray(given) ? given[0] : given).replace(/URL$/, '');
  if (!['public', 'internal', 'admin'].includes(first)) {
    throw refuse(`clouds.${cloud.name}.interface`, 'must be public, internal or admin');
  }
  return first;
}

const isTrue = (value) => value === true || String(value).toLowerCase() === 'true';

/** An agent where the cloud has certificates of its own. */
function agentOf(cloud) {
  const read = (key) => {
    const given = text(cloud, key);
    if (given === undefined) return undefined;
    const file = given.replace(/^~(?=\/)/, cloud.home);
    try {
      return readFileSync(file);
    } catch (error) {
      throw refuse(`clouds.${cloud.name}.${key}`, `${join(file)} cannot be read (${error.code})`);
    }
  };
  const unverified = isTrue(cloud.insecure) || String(cloud.verify).toLowerCase() === 'false';
  const fields = present({ ca: read('cacert'), cert: read('cert'), key: read('key') });
  if (unverified) fields.rejectUnauthorized = false;
  return Object.keys(fields).length > 0 ? new Agent({ keepAlive: true, ...fields }) : undefined;
}
