/** The one error of the package. */

const FIELDS = [
  'kind',
  'code',
  'status',
  'requestId',
  'operation',
  'field',
  'value',
  'rule',
  'retryable',
  'resumable',
];

/** Known to every entry of the package: each has a copy of the class, and all copies mean the same. */
const MARK = Symbol.for('ims-client.ImsError');

/** Every rejection of the package is one of these; nothing in it is a secret. */
export class ImsError extends Error {
  /** Takes the plain object that the core gives. */
  constructor(details) {
    super(details.message);
    for (const name of FIELDS) if (details[name] !== undefined) this[name] = details[name];
    this.attempts = Object.freeze(details.attempts ?? []);
  }
}
// Set once on the prototype, so that minified code and subclasses keep the name.
Object.defineProperty(ImsError.prototype, 'name', { value: 'ImsError', configurable: true, writable: true });
Object.defineProperty(ImsError.prototype, MARK, { value: true });
Object.defineProperty(ImsError, 'name', { value: 'ImsError', configurable: true });
Object.defineProperty(ImsError, Symbol.hasInstance, {
  value(value) {
    // A class that somebody derives has instances of its own only.
    if (this !== ImsError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && value[MARK] === true;
  },
});

/** A value that was refused before anything was done with it. */
export function refused(operation, field, value, rule) {
  const shown = typeof value === 'string' ? JSON.stringify(value) : typeof value;
  const details = { field, value, rule };
  return shellError('validation', operation, `${field}: ${shown} is refused: ${rule}`, details);
}

/** The options of a call, `{}` where there are none; names that are not known are refused. */
export function optionsOf(operation, options, known) {
  if (options === undefined || options === null) return {};
  if (typeof options !== 'object') throw refused(operation, 'options', options, 'must be an object');
  const wrong = Object.keys(options).find((name) => !known.includes(name));
  if (wrong === undefined) return options;
  throw refused(operation, wrong, options[wrong], `is no option here (known: ${known.join(', ')})`);
}

/** What the core could not make itself. */
export function shellError(kind, operation, message, details) {
  return new ImsError({
    kind,
    operation,
    message: `${operation}: ${message}`,
    retryable: false,
    resumable: false,
    ...details,
  });
}
