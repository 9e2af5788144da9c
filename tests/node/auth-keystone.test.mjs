/** Keystone's tokens: fetched once, kept, renewed in time and after a 401, and told to nobody else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newClient, REGION } from '../support/client.mjs';
import { eventually, holdsNoSecret, quickly, rejects } from '../support/expect.mjs';
import { PASSWORD, password, SECRET, startIdentity } from '../support/identity.mjs';
import { failure, fixture, json, startRecorder } from '../support/recorder.mjs';

const IMAGE = fixture('1.04-get-image.response.json').data;

/** A service that wants this identity's latest token. */
async function startService(context, identity) {
  const recorder = await startRecorder(context);
  recorder.otherwise((_request, response, record) => {
    const right = record.headers['x-auth-token'] === identity.issued.at(-1);
    response.writeHead(right ? 200 : 401, { 'content-type': 'application/json' });
    response.end(right ? json(IMAGE).body : failure('Unauthorized').body);
  });
  return recorder;
}

test('twenty calls share one token, which they send to the service alone', async (t) => {
  const identity = await startIdentity(t);
  const service = await startService(t, identity);
  const ims = newClient(t, service.url, { auth: password(identity), headers: { 'x-mine': '1' } });
  await Promise.all(Array.from({ length: 20 }, () => ims.getImage('i')));
  await ims.getImage('i');
  const [asked, ...more] = identity.recorder.requests;
  assert.equal(more.length, 0);
  assert.deepEqual([asked.method, asked.path, asked.query], ['POST', '/v3/auth/tokens', 'nocatalog=true']);
  assert.equal(asked.headers['content-type'], 'application/json');
  for (const name of ['x-auth-token', 'x-regionid', 'x-mine']) assert.equal(asked.headers[name], undefined);
  assert.deepEqual(JSON.parse(asked.body), {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'u', domain: { name: 'd' }, password: PASSWORD } },
      },
    },
  });
  assert.equal(service.requests.length, 21);
  for (const { headers, body } of service.requests) {
    assert.equal(headers['x-auth-token'], identity.issued[0]);
    assert.equal(headers['x-regionid'], REGION);
    assert.equal(body.length, 0);
  }
});

test('projects, domains and IDs are sent as Keystone wants them; /v3 may stand in the address', async (t) => {
  const identity = await startIdentity(t);
  const service = await startService(t, identity);
  const sent = async (auth) => {
    await newClient(t, service.url, { auth }).getImage('i');
    return JSON.parse(identity.recorder.take()[0].body).auth;
  };
  const iamEndpoint = `${identity.url}/v3/`;
  const project = await sent(password(identity, { iamEndpoint, project: 'p', projectDomain: { id: 'e' } }));
  assert.deepEqual(project.scope, { project: { name: 'p', domain: { id: 'e' } } });
  const same = await sent(password(identity, { project: 'p', userDomain: 'own' }));
  assert.deepEqual(same.scope, { project: { name: 'p', domain: { name: 'd' } } });
  assert.deepEqual(same.identity.password.user.domain, { name: 'own' });
  const byId = await sent(password(identity, { user: { id: '7' }, domain: undefined, project: { id: '8' } }));
  assert.deepEqual([byId.identity.password.user.id, byId.scope], ['7', { project: { id: '8' } }]);
  const domain = await sent(password(identity, { domainScope: 'd' }));
  assert.deepEqual(domain.scope, { domain: { name: 'd' } });
  const credential = { type: 'application-credential', iamEndpoint, secret: SECRET };
  const id = await sent({ ...credential, id: 'c1' });
  assert.deepEqual(id.identity.application_credential, { id: 'c1', secret: SECRET });
  assert.equal(id.scope, undefined);
  const name = await sent({ ...credential, name: 'c', user: 'u', domain: 'd' });
  const user = { name: 'u', domain: { name: 'd' } };
  assert.deepEqual(name.identity.application_credential, { name: 'c', user, secret: SECRET });
});

test('a token is renewed before it expires, also where the clocks differ by a year', async (t) => {
  const identity = await startIdentity(t, { lifeMs: 5_000, shiftMs: -31_536_000_000 });
  const service = await startService(t, identity);
  const ims = newClient(t, service.url, { auth: password(identity) });
  await ims.getImage('i');
  assert.equal(identity.issued.length, 1);
  identity.lifeMs = 3_600_000;
  await eventually(async () => {
    await ims.getImage('i');
    return identity.issued.length === 2;
  }, 'a second token');
  for (let count = 0; count < 10; count++) await ims.getImage('i');
  assert.equal(identity.issued.length, 2, 'the second one lives for an hour');
  assert.ok(service.requests.every(({ headers }) => headers['x-auth-token'] !== undefined));
});

test('a token that is refused is renewed once for all who were refused', async (t) => {
  const identity = await startIdentity(t);
  const service = await startService(t, identity);
  const ims = newClient(t, service.url, { auth: password(identity) });
  await ims.getImage('i');
  identity.issued.push('revoked');
  await Promise.all(Array.from({ length: 10 }, () => ims.getImage('i')));
  assert.equal(identity.recorder.requests.length, 2);
  service.otherwise({ status: 401 });
  service.take();
  await rejects(ims.getImage('i'), { kind: 'auth', status: 401, operation: 'getImage' });
  assert.equal(service.requests.length, 2);
  assert.equal(identity.recorder.requests.length, 3);
});

test('a wrong password is tried once, however many calls wait, and never shown', async (t) => {
  const identity = await startIdentity(t);
  const service = await startService(t, identity);
  const events = [];
  const wrong = 's3cret-but-wrong';
  const ims = newClient(t, service.url, {
    auth: password(identity, { password: wrong }),
    onRequest: (event) => events.push(event),
  });
  const calls = Array.from({ length: 20 }, () =>
    rejects(ims.getImage('i'), {
      kind: 'auth',
      status: 401,
      operation: 'getImage',
      requestId: 'req-identity-1',
      message: /^getImage: authenticate: .*The request you have made requires authentication/,
    }),
  );
  const errors = await Promise.all(calls);
  assert.equal(identity.recorder.requests.length, 1);
  assert.equal(service.requests.length, 0);
  assert.equal(errors[0].attempts.length, 1);
  assert.deepEqual(
    events.map(({ operation, method, status }) => [operation, method, status]),
    [['authenticate', 'POST', 401]],
  );
  assert.equal(events[0].url, `${identity.url}/v3/auth/tokens?nocatalog=true`);
  holdsNoSecret([errors, events, ims], [wrong]);
});

test('the identity service is asked again where it says not now', async (t) => {
  const identity = await startIdentity(t);
  const service = await startService(t, identity);
  identity.recorder.next({ status: 503 }, 'reset');
  await newClient(t, service.url, { auth: password(identity) }).getImage('i');
  assert.equal(identity.recorder.requests.length, 3);
  identity.recorder.take();
  identity.recorder.otherwise({ status: 503, body: `it was ${PASSWORD}` });
  const ims = newClient(t, service.url, { auth: password(identity), retry: quickly(3) });
  const error = await rejects(ims.getImage('i'), { kind: 'auth', status: 503, message: /\(3 attempts\)$/ });
  assert.equal(identity.recorder.requests.length, 3, 'the call does not repeat what was repeated already');
  assert.equal(error.attempts.length, 3);
  holdsNoSecret([error], ['s3cret-p']);
});

test('an identity service that hangs ends by the time limit, one that a signal ends at once', async (t) => {
  const identity = await startIdentity(t);
  const service = await startService(t, identity);
  identity.recorder.otherwise('silence');
  const hung = newClient(t, service.url, { auth: password(identity), timeoutMs: 50, retry: quickly(2) });
  await rejects(hung.getImage('i'), { kind: 'timeout', message: /authenticate: no answer within 50 ms/ });
  assert.equal(identity.recorder.take().length, 2);
  const ims = newClient(t, service.url, { auth: password(identity) });
  const controller = new AbortController();
  const call = rejects(ims.getImage('i', { signal: controller.signal }), { kind: 'aborted' });
  await eventually(() => identity.recorder.requests.length === 1, 'the request for a token');
  controller.abort();
  await call;
  const closing = rejects(ims.getImage('i'), { kind: 'aborted', message: /closed/ });
  await eventually(() => identity.recorder.requests.length === 2, 'another request for a token');
  ims.close();
  await closing;
  assert.equal(service.requests.length, 0);
});

test('an answer without a readable token says what to do', async (t) => {
  const identity = await startIdentity(t);
  const ims = newClient(t, identity.url, { auth: password(identity) });
  identity.recorder.otherwise({ status: 201, body: '{"token":{}}' });
  await rejects(ims.getImage('i'), { kind: 'auth', message: /Access-Control-Expose-Headers/ });
});

test('a page in the place of a token is told as one, with its status', async (t) => {
  const identity = await startIdentity(t);
  const ims = newClient(t, identity.url, { auth: password(identity) });
  const headers = { 'content-type': 'text/html' };
  identity.recorder.otherwise({ status: 200, headers, body: '\n<html><p>Please log in</p></html>' });
  await rejects(ims.getImage('i'), {
    kind: 'protocol',
    status: 200,
    message: /status 200 with a page of HTML/,
  });
});

test('neither the password nor a token follows a redirect to another origin', async (t) => {
  const identity = await startIdentity(t);
  const service = await startService(t, identity);
  const elsewhere = await startRecorder(t);
  const away = { status: 307, headers: { location: `${elsewhere.url}/v3/auth/tokens` } };
  identity.recorder.next(away);
  const ims = newClient(t, service.url, { auth: password(identity) });
  await rejects(ims.getImage('i'), { kind: 'protocol', message: /redirects a write/ });
  service.next(away);
  elsewhere.otherwise(json(IMAGE));
  await ims.getImage('i');
  const [arrived, ...more] = elsewhere.requests;
  assert.equal(more.length, 0, 'only the read was followed');
  assert.equal(arrived.headers['x-auth-token'], undefined);
  assert.equal(arrived.body.length, 0);
});

const BAD = {
  'no iamEndpoint': [{ iamEndpoint: undefined }, 'auth.iamEndpoint'],
  'an iamEndpoint that is none': [{ iamEndpoint: 'iam' }, 'auth.iamEndpoint'],
  'no user': [{ user: undefined }, 'auth.user'],
  'an empty user': [{ user: '' }, 'auth.user'],
  'a user of two IDs': [{ user: { id: '1', name: 'u' } }, 'auth.user.name'],
  'an ID that is no text': [{ user: { id: 7 } }, 'auth.user'],
  'no domain': [{ domain: undefined }, 'auth.domain'],
  'no password': [{ password: undefined }, 'auth.password'],
  'a password that is no text': [{ password: 7 }, 'auth.password'],
  'two scopes': [{ project: 'p', domainScope: 'd' }, 'auth.domainScope'],
  'an option that does not exist': [{ projekt: 'p' }, 'auth.projekt'],
  'neither id nor name': [
    { type: 'application-credential', user: undefined, password: undefined },
    /^auth\./,
  ],
};

for (const [what, [change, field]] of Object.entries(BAD)) {
  test(`auth with ${what} is refused`, async (t) => {
    const identity = await startIdentity(t);
    const attempt = async () => {
      const ims = newClient(t, identity.url, { auth: password(identity, change) });
      await ims.getImage('i');
    };
    const error = await rejects(attempt(), { kind: 'validation', field, rule: /\S/ });
    holdsNoSecret([error], [PASSWORD]);
    assert.equal(identity.recorder.requests.length, 0);
  });
}
