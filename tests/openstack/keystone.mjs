/** Fills a new Keystone with the projects, users and endpoints that the tests use, through its own API. */
import { ACCOUNTS, DOMAIN, REGION } from './configuration.mjs';

/** One call; rejects with the answer if it is not a success. */
async function call(base, token, method, path, body) {
  const answer = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { 'x-auth-token': token }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return { headers: answer.headers, body: text ? JSON.parse(text) : undefined };
}

/** The body that asks for a token by password, in a project. */
export function passwordRequest({ user, password, project }) {
  const domain = { name: DOMAIN };
  return {
    auth: {
      identity: { methods: ['password'], password: { user: { name: user, domain, password } } },
      scope: { project: { name: project, domain } },
    },
  };
}

/** A token, and what Keystone says about it. */
export async function login(base, account) {
  const answer = await call(base, undefined, 'POST', '/auth/tokens', passwordRequest(account));
  return { token: answer.headers.get('x-subject-token'), about: answer.body.token };
}

/** Makes everything; the answer is what accounts.json holds. */
export async function fillKeystone(base, imageEndpoint) {
  const { token, about } = await login(base, ACCOUNTS.admin);
  const admin = (method, path, body) => call(base, token, method, path, body);
  const domainId = about.project.domain.id;

  const service = { name: 'glance', type: 'image', description: 'Image service' };
  const created = await admin('POST', '/services', { service });
  for (const kind of ['admin', 'public', 'internal']) {
    const endpoint = {
      interface: kind,
      url: imageEndpoint,
      region_id: REGION,
      service_id: created.body.service.id,
    };
    await admin('POST', '/endpoints', { endpoint });
  }

  const roles = (await admin('GET', '/roles')).body.roles;
  const projects = { [ACCOUNTS.admin.project]: about.project.id };
  const accounts = {
    domainId,
    admin: { ...ACCOUNTS.admin, projectId: about.project.id, userId: about.user.id },
  };
  for (const [name, account] of Object.entries(ACCOUNTS)) {
    if (name === 'admin') continue;
    if (!projects[account.project]) {
      const project = { name: account.project, domain_id: domainId };
      projects[account.project] = (await admin('POST', '/projects', { project })).body.project.id;
    }
    const user = { name: account.user, password: account.password, domain_id: domainId };
    const userId = (await admin('POST', '/users', { user })).body.user.id;
    const role = roles.find((one) => one.name === account.role);
    await admin('PUT', `/projects/${projects[account.project]}/users/${userId}/roles/${role.id}`);
    accounts[name] = { ...account, projectId: projects[account.project], userId };
  }

  // An application credential can only be made by the user it stands for.
  const own = await login(base, accounts.main);
  const path = `/users/${accounts.main.userId}/application_credentials`;
  const wanted = { application_credential: { name: 'tests', description: 'of the tests' } };
  const made = (await call(base, own.token, 'POST', path, wanted)).body.application_credential;
  accounts.applicationCredential = { id: made.id, name: made.name, secret: made.secret };
  return accounts;
}
