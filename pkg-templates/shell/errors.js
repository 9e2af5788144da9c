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

/** What the core could not make itself. */
export function shellError(kind, operation, message) {
  return new ImsError({
    kind,
    operation,
    message: `${operation}: ${message}`,
    retryable: false,
    resumable: false,
  });
}
