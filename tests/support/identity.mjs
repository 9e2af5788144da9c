/** A Keystone v3 of one user, one application credential and one project, on a free port. */
import { startRecorder } from './recorder.mjs';

export const PASSWORD = 's3cret-pässword "quoted"';
export const SECRET = 's3cret-of-the-credential';
export const PROJECT = 'a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3';

/** Starts it; `issued` are its tokens, `lifeMs` how long the next one lives, `dates` may shift its clock. */
export async function startIdentity(context, { lifeMs = 3_600_000, shiftMs = 0 } = {}) {
  const recorder = await startRecorder(context);
  const identity = { recorder, url: recorder.url, issued: [], lifeMs };
  recorder.otherwise((_request, response, record) => {
    const answer = (status, body, headers = {}) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-openstack-request-id': 'req-identity-1',
        ...headers,
      });
      response.end(JSON.stringify(body));
    };
    const { identity: who } = JSON.parse(record.body.toString('utf8') || '{}').auth ?? {};
    const right =
      who?.password?.user?.password === PASSWORD || who?.application_credential?.secret === SECRET;
    if (record.method !== 'POST' || record.path !== '/v3/auth/tokens' || !right) {
      const message = 'The request you have made requires authentication.';
      return answer(401, { error: { code: 401, message, title: 'Unauthorized' } });
    }
    const token = `t0ken-${identity.issued.length + 1}-${'x'.repeat(20)}`;
    identity.issued.push(token);
    const now = Date.now() + shiftMs;
    const time = (at) => new Date(at).toISOString().replace('Z', '000Z');
    const about = { issued_at: time(now), expires_at: time(now + identity.lifeMs), project: { id: PROJECT } };
    return answer(201, { token: about }, { 'x-subject-token': token });
  });
  return identity;
}

/** The options of a client that signs in there. */
export function password(identity, more = {}) {
  const auth = { type: 'password', iamEndpoint: identity.url, user: 'u', domain: 'd', password: PASSWORD };
  return { ...auth, ...more };
}
