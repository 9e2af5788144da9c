/** The rows of the authentication: see rows.mjs. Users, projects and secrets are filled in by recording.mjs. */
import { DOMAIN } from './configuration.mjs';

export const JSON_TYPE = { 'content-type': 'application/json' };
export const ORIGIN = { origin: 'https://page.example.com' };
export const preflight = (method, headers) => ({
  ...ORIGIN,
  'access-control-request-method': method,
  'access-control-request-headers': headers,
});

const domain = { name: DOMAIN };
const scope = { project: { name: '{project}', domain } };
const password = (user, secret) => ({
  methods: ['password'],
  password: { user: { name: user, domain, password: secret } },
});
const credential = (secret, rest) => ({
  methods: ['application_credential'],
  application_credential: { secret, ...rest },
});
const auth = (identity, within) => ({ auth: { identity, ...(within && { scope: within }) } });

const identity = (name, method, path, more) => ({ name, service: 'identity', method, path, ...more });
const login = (name, body, more) =>
  identity(name, 'POST', '/v3/auth/tokens', { headers: JSON_TYPE, body, ...more });

export const IDENTITY_ROWS = [
  identity('versions of Keystone', 'GET', '/'),
  identity('version 3 of Keystone', 'GET', '/v3'),
  identity('preflight of a login', 'OPTIONS', '/v3/auth/tokens', {
    headers: preflight('POST', 'content-type'),
  }),
  login('password in a project', auth(password('{user}', '{password}'), scope), {
    headers: { ...JSON_TYPE, ...ORIGIN },
    keep: { token: (answer) => answer.headers['x-subject-token'] },
  }),
  login('password without a scope', auth(password('{user}', '{password}'))),
  login(
    'password in a project by ID',
    auth(password('{user}', '{password}'), { project: { id: '{projectId}' } }),
  ),
  login('wrong password', auth(password('{user}', 'wrong'), scope)),
  login('unknown user', auth(password('nobody', 'wrong'), scope)),
  login('unknown project', auth(password('{user}', '{password}'), { project: { name: 'nothing', domain } })),
  login(
    'a project one is no member of',
    auth(password('{user}', '{password}'), { project: { name: 'admin', domain } }),
  ),
  login(
    'unknown domain of the user',
    auth(
      {
        methods: ['password'],
        password: { user: { name: '{user}', domain: { name: 'nothing' }, password: '{password}' } },
      },
      scope,
    ),
  ),
  login('body without auth', { nothing: true }),
  login('body that is not JSON', undefined, { text: '{' }),
  login('unknown method', auth({ methods: ['nothing'], nothing: {} }, scope)),
  login('application credential by ID', auth(credential('{credentialSecret}', { id: '{credentialId}' }))),
  login(
    'application credential by name',
    auth(credential('{credentialSecret}', { name: 'tests', user: { name: '{credentialUser}', domain } })),
  ),
  login(
    'application credential with a scope',
    auth(credential('{credentialSecret}', { id: '{credentialId}' }), scope),
  ),
  login('application credential with a wrong secret', auth(credential('wrong', { id: '{credentialId}' }))),
  login('a token for a token', auth({ methods: ['token'], token: { id: '{token}' } }, scope)),
  login('a token for a token that is none', auth({ methods: ['token'], token: { id: 'none' } }, scope)),
  identity('what a token is', 'GET', '/v3/auth/tokens', {
    headers: { 'x-auth-token': '{token}', 'x-subject-token': '{token}' },
  }),
  identity('what no token is', 'GET', '/v3/auth/tokens', {
    headers: { 'x-auth-token': '{token}', 'x-subject-token': 'none' },
  }),
  identity('catalogue', 'GET', '/v3/auth/catalog', { headers: { 'x-auth-token': '{token}' } }),
  identity('projects of a token', 'GET', '/v3/auth/projects', { headers: { 'x-auth-token': '{token}' } }),
  identity('without a token', 'GET', '/v3/auth/projects'),
  identity('nothing there', 'GET', '/v3/nothing', { headers: { 'x-auth-token': '{token}' } }),
  login('a token to be revoked', auth(password('{user}', '{password}'), scope), {
    keep: { revoked: (answer) => answer.headers['x-subject-token'] },
  }),
  identity('revoking a token', 'DELETE', '/v3/auth/tokens', {
    headers: { 'x-auth-token': '{revoked}', 'x-subject-token': '{revoked}' },
  }),
];
