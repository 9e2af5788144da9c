/** Clients of Huawei Cloud IMS for the tests, and answers as the service gives them. */
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
