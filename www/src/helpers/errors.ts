/** An error in plain words of the reader's language, with what a support desk would ask for. */
import { type CecloudErrorCode, cecloudErrorCodes, ImsError, type UploadEndCode } from 'ims-client';
import type { Language } from '../composables/useLanguage';
import { PartError } from '../composables/useParts';
import type { Text } from '../text/en';
import { ownOf } from './words';

/** What is shown of an error. */
export interface Explanation {
  /** What happened and what to do, in one or two sentences. */
  summary: string;
  /** The meaning of the service's code, where the document gives one. */
  meaning?: string;
  /** The package's own words, with the particulars. */
  message: string;
  facts: { label: string; value: string }[];
  kind?: string;
  code?: string;
}

/** Explains whatever was thrown. */
export function explain(error: unknown, text: Text, language: Language): Explanation {
  if (error instanceof PartError)
    return { summary: text.partFailed, message: String(error.cause), facts: [] };
  if (!(error instanceof ImsError)) {
    return { summary: text.errors.unknown, message: String(error), facts: [] };
  }
  const { errors } = text;
  const meaning = meaningOf(error.code, language);
  const summary = [
    kindOf(error, meaning, text),
    adviceOf(error, text) ?? ruleOf(error, text),
    keptOf(error, text),
  ]
    .filter((part) => part)
    .join(' ');
  const facts = [
    { label: errors.code, value: error.code },
    { label: errors.status, value: error.status },
    { label: errors.field, value: error.field },
    { label: errors.requestId, value: error.requestId },
    { label: errors.attempts, value: error.attempts.length > 1 ? error.attempts.length : undefined },
  ].flatMap(({ label, value }) => (value === undefined ? [] : [{ label, value: String(value) }]));
  return {
    summary,
    meaning,
    message: error.message,
    facts,
    kind: error.kind,
    code: error.code,
  };
}

/** The document's meaning of a code; the service may know codes that the document does not. */
function meaningOf(code: string | undefined, language: Language): string | undefined {
  if (code === undefined || !Object.hasOwn(cecloudErrorCodes, code)) return undefined;
  const meaning = cecloudErrorCodes[code as CecloudErrorCode][language];
  return language === 'en' ? sentence(meaning) : `${meaning}。`;
}

/** What sort of failure it is; that a service refuses something says less than the code for which it does. */
function kindOf(error: ImsError, meaning: string | undefined, text: Text): string {
  const { kind, operation } = error;
  if (kind === 'service' && meaning !== undefined) return '';
  // A part of the package did not come.
  if (operation === 'load') return `${text.partFailed} ${text.partFailedHint}`;
  const { errors } = text;
  if (kind === 'source' && operation !== 'download') return sourceOf(error, text);
  return (operation === 'download' ? errors.downloadKind[kind] : undefined) ?? errors.kind[kind];
}

/** Why a file is not taken. */
function sourceOf({ code }: ImsError, { errors }: Text): string {
  switch (code as UploadEndCode | undefined) {
    case 'upload-in-use':
      return errors.elsewhere;
    case 'file-changed':
      return errors.otherFile;
    case 'upload-ended':
      return errors.overElsewhere;
    default:
      return errors.kind.source;
  }
}

/** What is still there. */
function keptOf(error: ImsError, { errors }: Text): string {
  if (error.code === ('left-behind' satisfies UploadEndCode)) {
    return error.resumable ? errors.left : errors.leftUnknown;
  }
  return error.resumable ? errors.kept : '';
}

/** What to do about a code: of the service, or of a problem that was found in a file. */
function adviceOf({ code }: ImsError, text: Text): string | undefined {
  if (code === undefined) return undefined;
  const problem = ownOf(text.problems, code);
  return ownOf(text.errors.advice, code) ?? (problem && `${problem.what}${problem.todo}`);
}

/** Which field is refused, and what it must be. */
function ruleOf({ field, rule }: ImsError, text: Text): string | undefined {
  if (field === undefined) return undefined;
  return `${fieldName(field, text)}: ${ruleText(field, text) ?? sentence(rule ?? '')}`;
}

/** The message for a single field of a form, when that is what was refused. */
export function fieldError(error: unknown, text: Text): { field: string; message: string } | undefined {
  if (!(error instanceof ImsError) || error.kind !== 'validation' || !error.field) return undefined;
  return {
    field: error.field,
    message: ruleText(error.field, text) ?? sentence(error.rule ?? error.message),
  };
}

/** A field by the name that its form has for it. */
function fieldName(field: string, text: Text): string {
  return ownOf<string>(text.forms.fields, lastOf(field)) ?? field;
}

/** The rule of a field in the reader's language: of its path, or of its own name (volumeImages[0].imageUrl). */
function ruleText(field: string, text: Text): string | undefined {
  return ownOf(text.forms.rules, field) ?? ownOf(text.forms.rules, lastOf(field));
}

function lastOf(field: string): string {
  return field.split('.').at(-1) ?? field;
}

/** English words of the package or the document, as a sentence. */
export function sentence(words: string): string {
  const end = /[.!?:]$/.test(words) ? '' : '.';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${end}`;
}

/** Whether it was taken back, with everything that it had made. */
export function isCleanAbort(error: unknown): boolean {
  return isAborted(error) && error.code === undefined && !error.resumable;
}

/** Whether it failed only because somebody stopped it. */
export function isAborted(error: unknown): error is ImsError {
  return error instanceof ImsError && error.kind === 'aborted';
}
