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
