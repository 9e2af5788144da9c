/** Clients of Huawei Cloud IMS for the tests, and answers as the service gives them. */
import { AwsClient } from 'aws4fetch';
import { quickly } from './expect.mjs';
import { importClient } from './places.mjs';

export const { HuaweiImsClient, ImsError: HuaweiError } = await importClient('./huawei');

/** The project that paths name. */
export const PROJECT = '0123456789abcdef0123456789abcdef';

/** A client that hardly waits between attempts. */
export function newHuawei(context, endpoint, options = {}) {
  const auth = { type: 'token', token: 'a-token-that-opens-nothing' };
  const ims = new HuaweiImsClient({ endpoint, auth, projectId: PROJECT, retry: quickly(), ...options });
  context.after(() => ims.close());
  return ims;
}

/** An answer without an envelope. */
export function plain(body, status = 200, headers = {}) {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** A job as the service shows it. */
export function job(status, more = {}) {
  return plain({ job_id: 'j-1', job_type: 'imsImportImageJob', status, entities: {}, ...more });
}

/** The accounts of the local cloud. */
export const ACCOUNTS = {
  demo: {
    domain: 'demo-domain',
    user: 'demo-user',
    password: 'Demo-Password-1',
    project: 'aa2d97d7e62c4b7da3ffdfc115510001',
  },
  partner: {
    domain: 'partner-domain',
    user: 'partner-user',
    password: 'Partner-Password-1',
    project: 'aa2d97d7e62c4b7da3ffdfc115520001',
  },
};

/** A token of the local cloud, for one of its accounts. */
export async function tokenOf(emulator, { domain, user, password, project }) {
  const identity = {
    methods: ['password'],
    password: { user: { name: user, domain: { name: domain }, password } },
  };
  const response = await fetch(`${emulator.huawei}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { project: { id: project } } } }),
  });
  const token = response.headers.get('x-subject-token');
  if (!token) throw new Error(`no token: ${response.status} ${await response.text()}`);
  return token;
}

/** A client of the local cloud, signed in as one of its accounts. */
export async function signedIn(context, emulator, account, options = {}) {
  const auth = { type: 'token', token: await tokenOf(emulator, account) };
  return newHuawei(context, emulator.huawei, { auth, projectId: account.project, ...options });
}

/** Puts bytes into a bucket of the local cloud, which is made where it is not there. */
export async function putObject(emulator, bucket, key, bytes) {
  const keys = await emulator.control('GET', '/_emulator/store-credentials');
  const aws = new AwsClient({
    accessKeyId: keys.accessKey,
    secretAccessKey: keys.secretKey,
    service: 's3',
    region: keys.region,
    retries: 0,
  });
  await aws.fetch(`${emulator.oss}/${bucket}`, { method: 'PUT' });
  const put = await aws.fetch(`${emulator.oss}/${bucket}/${key}`, { method: 'PUT', body: bytes });
  if (!put.ok) throw new Error(`PUT ${bucket}/${key}: ${put.status} ${await put.text()}`);
}
