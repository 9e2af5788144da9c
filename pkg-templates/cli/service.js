/** The client of a command: where the service is, and who is asking. Secrets come from the environment or a file. */
import { readFile } from 'node:fs/promises';
import { CecloudImsClient } from 'ims-client';
import { numberOf, UsageError } from './arguments.js';

/** A client by options and environment; closed when the work is done. */
export async function withClient(values, work) {
  const { env } = process;
  const endpoint = values.endpoint ?? env.IMS_ENDPOINT;
  const region = values.region ?? env.IMS_REGION;
  if (!endpoint) throw new UsageError('where is the service? give --endpoint or IMS_ENDPOINT');
  if (!region) throw new UsageError('which region? give --region or IMS_REGION');
  const options = { endpoint, region, auth: await authOf(values), headers: headersOf(values) };
  const seconds = numberOf(values, 'timeout');
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
  if (authFile) return jsonOf(authFile, 'who is asking');
  const tokenFile = values['token-file'] ?? env.IMS_TOKEN_FILE;
  // Read whenever the client asks: another program may renew it meanwhile.
  if (tokenFile) return { type: 'token', token: async () => (await textOf(tokenFile, 'the token')).trim() };
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
