/** What the connection form holds, and the client options that it makes. */
import type { Auth, ClientOptions } from 'ims-client';

/** The ways to say who asks that a form can fill in; `sign` needs code. */
export const AUTH_TYPES = ['none', 'token', 'password', 'application-credential', 'aksk', 'headers'] as const;
export type AuthType = (typeof AUTH_TYPES)[number];

/** The fields of each way, in order. */
export const AUTH_FIELDS = {
  none: [],
  token: ['token'],
  password: ['iamEndpoint', 'user', 'password', 'domain', 'project'],
  'application-credential': ['iamEndpoint', 'id', 'secret'],
  aksk: ['accessKey', 'secretKey', 'securityToken'],
  headers: ['headerName', 'headerValue'],
} as const satisfies Record<AuthType, readonly string[]>;

export type AuthField = (typeof AUTH_FIELDS)[AuthType][number];

/** What may be left empty. */
export const OPTIONAL_FIELDS: readonly AuthField[] = ['project', 'securityToken', 'domain'];

/** What must not be read over a shoulder. */
export const SECRET_FIELDS: readonly AuthField[] = [
  'token',
  'password',
  'secret',
  'secretKey',
  'securityToken',
  'headerValue',
];

/** What the user, or the local cloud, says about the service. */
export interface Connection {
  endpoint: string;
  region: string;
  authType: AuthType;
  auth: Partial<Record<AuthField, string>>;
}

/** The part of it that may be stored, and that a deployment may say. */
export type Place = Pick<Connection, 'endpoint' | 'region' | 'authType'>;

/**
 * Reads a place from wherever it was written: what is no text is nothing, and an endpoint that holds more than a place (a
 * password, a query) is none. The package refuses such a one too, but only when it is called.
 */
export function readPlace(said: unknown): Place {
  const fields = (typeof said === 'object' && said !== null ? said : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const endpoint = text('endpoint');
  return {
    endpoint: isPlain(endpoint) ? endpoint : '',
    region: text('region'),
    authType: AUTH_TYPES.find((each) => each === fields.authType) ?? 'none',
  };
}

function isPlain(endpoint: string): boolean {
  try {
    const { username, password } = new URL(absolute(endpoint));
    return `${username}${password}` === '' && !/[?#]/.test(endpoint);
  } catch {
    return false;
  }
}

/** Only the fields of the way that was chosen: who takes a token away does not want to find it again. */
export function chosenAuth({ authType, auth }: Connection): Connection['auth'] {
  const fields: readonly AuthField[] = AUTH_FIELDS[authType];
  return Object.fromEntries(fields.flatMap((name) => (auth[name] === undefined ? [] : [[name, auth[name]]])));
}

/** Whose a new image will be. */
export interface Owner {
  tenantId: string;
  departmentId: string;
  resourceGroupId: string;
}

/** The package's word for what the form says. */
function authOf({ authType, auth }: Connection): Auth {
  const field = (name: AuthField) => auth[name]?.trim() ?? '';
  const given = (name: AuthField) => field(name) || undefined;
  switch (authType) {
    case 'token':
      return { type: 'token', token: field('token') };
    case 'password':
      return {
        type: 'password',
        iamEndpoint: absolute(field('iamEndpoint')),
        user: field('user'),
        password: auth.password ?? '',
        domain: given('domain'),
        project: given('project'),
      };
    case 'application-credential':
      return {
        type: 'application-credential',
        iamEndpoint: absolute(field('iamEndpoint')),
        id: field('id'),
        secret: auth.secret ?? '',
      };
    case 'aksk':
      return {
        type: 'aksk',
        accessKey: field('accessKey'),
        secretKey: field('secretKey'),
        securityToken: given('securityToken'),
      };
    case 'headers':
      return { type: 'headers', headers: { [field('headerName')]: field('headerValue') } };
    default:
      return { type: 'none' };
  }
}

/** Who is signed in, as far as it is known. */
export interface Caller {
  tenantId: string;
  userId?: string;
}

/**
 * A name for who is signed in: uploads that one account has left are no business of another. It is stored, so no secret
 * and no token is in it. Where the credentials do not say who it is, the tenant has to.
 */
export function accountOf({ authType, auth }: Connection, { tenantId, userId = '' }: Caller): string {
  const field = (name: AuthField) => auth[name]?.trim() ?? '';
  const parts = {
    none: [tenantId, userId],
    token: [tenantId, userId],
    headers: [tenantId, userId],
    password: [field('domain'), field('user'), field('project')],
    'application-credential': [field('id')],
    // Temporary keys have another name each time.
    aksk: field('securityToken') ? [tenantId] : [field('accessKey')],
  }[authType];
  return [authType, ...parts].map(encodeURIComponent).join('/');
}

/** A path is meant on this server. */
function absolute(endpoint: string): string {
  return endpoint.startsWith('/') ? location.origin + endpoint : endpoint;
}

/** What a client is made of. */
export function clientOptions(connection: Connection): ClientOptions & { region: string } {
  return {
    endpoint: absolute(connection.endpoint),
    region: connection.region,
    auth: authOf(connection),
  };
}
