/** The client of a command: where the service is, and who is asking. Secrets come from the environment or a file. */
import { readFile } from 'node:fs/promises';
import { CecloudImsClient } from 'ims-client';
import { numberOf, UsageError } from './arguments.js';

const WHO = 'who is asking';
/** The longest that a call may take, seconds. */
const DAY = 86_400;

/** A client by options and environment; closed when the work is done. */
export async function withClient(values, work) {
  const { env } = process;
  const endpoint = values.endpoint ?? env.IMS_ENDPOINT;
  const region = values.region ?? env.IMS_REGION;
  if (!endpoint) throw new UsageError('where is the service? give --endpoint or IMS_ENDPOINT');
  if (!region) throw new UsageError('which region? give --region or IMS_REGION');
  const options = { endpoint, region, auth: await authOf(values), headers: headersOf(values) };
  const seconds = numberOf(values, 'timeout');
  if (seconds < 1 || seconds > DAY) {
    throw new UsageError(`--timeout is "${values.timeout}"; it is a number of seconds from 1 to ${DAY}`);
  }
  if (seconds !== undefined) options.timeoutMs = seconds * 1000;
  const ims = new CecloudImsClient(options);
  try {
    return await work(ims);
  } finally {
    ims.close();
  }
}

async function authOf(values) {
  const { env } = process;
  for (const name of ['auth-file', 'token-file']) {
    // A variable that is not set must not mean: nobody.
    if (values[name] === '') throw new UsageError(`--${name} is empty`);
  }
  if (values['auth-file'] && values['token-file']) {
    throw new UsageError('--auth-file and --token-file both say who is asking; give one of them');
  }
  // What is asked for now goes before what is set for always.
  const authFile = values['auth-file'] ?? (values['token-file'] ? undefined : env.IMS_AUTH_FILE);
  if (authFile) return optionOf(authFile);
  const tokenFile = values['token-file'] ?? env.IMS_TOKEN_FILE;
  if (tokenFile) {
    const token = async () => (await textOf(tokenFile, WHO)).trim();
    // What cannot be read is told before anything is done. It is read whenever the client asks: another program may renew it.
    await token();
    return { type: 'token', token };
  }
  if (env.IMS_TOKEN) return { type: 'token', token: env.IMS_TOKEN };
  return { type: 'none' };
}

/** What the names of headers say that are secrets: --auth-file is for them. */
const SECRETS = /auth(orization|$)|cookie|token|secret|passw|credential|signature|(api|access)[-_]?key/i;

function headersOf({ header = [] }) {
  return Object.fromEntries(
    header.map((line) => {
      const at = line.indexOf(':');
      if (at < 1) throw new UsageError('--header is NAME: VALUE');
      const name = line.slice(0, at).trim();
      if (SECRETS.test(name)) {
        throw new UsageError(`--header ${name} would show a secret to everybody; put it into --auth-file`);
      }
      return [name, line.slice(at + 1).trim()];
    }),
  );
}

/** The client's auth option, as a file has it: what is none must not mean: nobody. */
async function optionOf(file) {
  const auth = await jsonOf(file, WHO);
  if (typeof auth === 'object' && auth !== null && !Array.isArray(auth)) return auth;
  throw new UsageError(`${file} does not say who is asking: { "type": "token", "token": "…" }`);
}

async function textOf(file, what) {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${what} cannot be read from ${file}: ${error.code}`);
  }
}

/** A file of JSON. What is in it is not shown: it may be a secret. */
export async function jsonOf(file, what) {
  const text = await textOf(file, what);
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is not JSON`);
  }
}
