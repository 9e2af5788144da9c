/** What a user must be allowed to do, and the smallest policy for it: data and two functions, no WebAssembly. */
import { ImsError, optionsOf, refused } from './errors.js';
import permissions from './permissions.json';

for (const entry of Object.values(permissions)) {
  for (const list of Object.values(entry)) if (Array.isArray(list)) Object.freeze(list);
  Object.freeze(entry);
}
Object.freeze(permissions);

export { ImsError, permissions };

/** What the table says of some operations; a name that it does not have is refused. */
function entriesOf(names, operation) {
  if (!Array.isArray(names) || names.length === 0) {
    throw refused(operation, 'operations', names, 'must name at least one operation');
  }
  return names.map((name, index) => {
    if (typeof name === 'string' && Object.hasOwn(permissions, name)) return permissions[name];
    const rule = 'must be the name of an operation of the permission table';
    throw refused(operation, `operations[${index}]`, name, rule);
  });
}

export function requiredActions(...operations) {
  const entries = entriesOf(operations, 'requiredActions');
  return {
    actions: sorted(entries.flatMap(({ actions }) => actions)),
    dependencies: sorted(entries.flatMap(({ dependencies }) => dependencies)),
    roles: [
      ...new Map(entries.flatMap(({ roles }) => roles).map((role) => [JSON.stringify(role), role])).values(),
    ],
  };
}

export function minimalPolicy(operations, options) {
  const needed = entriesOf(operations, 'minimalPolicy');
  const given = optionsOf('minimalPolicy', options, ['dependencies', 'version']);
  const { dependencies = true, version = '1.1' } = given;
  if (typeof dependencies !== 'boolean') {
    throw refused('minimalPolicy', 'dependencies', dependencies, 'must be true or false');
  }
  if (version !== '1.1' && version !== '5.0') {
    throw refused('minimalPolicy', 'version', version, "must be '1.1' or '5.0'");
  }
  const actions = needed.flatMap((entry) =>
    dependencies ? [...entry.actions, ...entry.dependencies] : entry.actions,
  );
  const services = new Map();
  for (const action of withoutCovered(sorted(actions))) {
    const service = action.split(':')[0];
    services.set(service, [...(services.get(service) ?? []), action]);
  }
  return {
    Version: version,
    Statement: [...services.values()].map((Action) => ({ Effect: 'Allow', Action })),
  };
}

/** Each once, in the order of the alphabet. */
function sorted(list) {
  return [...new Set(list)].sort();
}

/** Without those that a wildcard of the list grants already. */
function withoutCovered(actions) {
  const parts = actions.map((action) => action.split(':'));
  const covers = (wide, narrow) => wide.every((part, index) => part === '*' || part === narrow[index]);
  return actions.filter(
    (_, index) => !parts.some((wide, other) => other !== index && covers(wide, parts[index])),
  );
}
