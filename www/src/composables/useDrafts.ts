/** Files that were dropped or picked and are not yet uploaded: looked into at once, with a form filled in from them. */
import type { CreateImage, FileHandleLike } from 'ims-client';
import type { DiskImageInfo } from 'ims-client/inspect';
import { shallowReactive } from 'vue';
import { fieldError, isAborted, isCleanAbort } from '../helpers/errors';
import { type NewImage, newImageFor, toCreateImage } from '../helpers/new-image';
import type { Upload } from '../helpers/upload-entry';
import { useClient } from './useClient';
import { useLanguage } from './useLanguage';
import { loadPart } from './useParts';
import { useUploads } from './useUploads';

/** A file, and its handle where the browser gives one: an upload can then go on after a reload without a question. */
export interface PickedFile {
  file: File;
  handle?: FileHandleLike;
}

/** One file that waits. */
export interface Draft extends PickedFile {
  readonly id: string;
  /** The image that waits for a file, where it is not a new one. */
  readonly into: { imageId: string; name: string } | undefined;
  form: NewImage;
  info: DiskImageInfo | undefined;
  inspecting: boolean;
  inspectError: unknown;
  /** The reader accepts what is wrong with it. */
  allowed: boolean;
  /** The upload while the service does not know its image yet. */
  attempt: Upload | undefined;
  readonly starting: boolean;
  error: unknown;
}

const drafts = shallowReactive<Draft[]>([]);
const { owner, rememberOwner } = useClient();
const { start, abort } = useUploads();
const { text } = useLanguage();
let count = 0;

/** What was dropped and typed would be lost: the browser asks first. */
addEventListener('beforeunload', (event) => {
  if (drafts.length > 0) event.preventDefault();
});

/** Takes files; `into` is the image that the first one is for. */
function add(files: PickedFile[], into?: Draft['into']) {
  files.forEach(({ file, handle }, index) => {
    const draft: Draft = shallowReactive({
      id: `draft-${++count}`,
      file,
      handle,
      into: index === 0 ? into : undefined,
      form: newImageFor(file, owner.value),
      info: undefined,
      inspecting: true,
      inspectError: undefined,
      allowed: false,
      attempt: undefined,
      get starting() {
        return draft.attempt !== undefined;
      },
      error: undefined,
    });
    drafts.push(draft);
    void look(draft);
  });
}

/** The inspector loads with the first file: nobody pays for it who only looks at lists. */
async function look(draft: Draft) {
  const untouched = { ...draft.form };
  try {
    const { inspect } = await loadPart(() => import('ims-client/inspect'));
    draft.info = await inspect(draft.file);
    // What was typed meanwhile is not overwritten.
    draft.form = { ...draft.form, ...fitting(draft.info.suggestion, draft.form, untouched) };
  } catch (error) {
    draft.inspectError = error;
  } finally {
    draft.inspecting = false;
  }
}

/** What the file tells, as far as it tells it, for the fields that are as they were at first. */
function fitting(suggestion: Partial<CreateImage>, form: NewImage, first: NewImage): Partial<NewImage> {
  const isUntouched = (name: string) => form[name as keyof NewImage] === first[name as keyof NewImage];
  return Object.fromEntries(
    Object.entries(suggestion).filter(([name, value]) => value !== undefined && isUntouched(name)),
  );
}

/** What stands against an upload unless the reader accepts it. */
function dangers({ info }: Draft): string[] {
  return (info?.problems ?? []).filter(({ severity }) => severity !== 'warning').map(({ code }) => code);
}

/** Uploads a file; what is refused stays, with the reason. */
async function upload(draft: Draft) {
  if (draft.starting) return;
  draft.error = undefined;
  const { file, handle, into, form, allowed } = draft;
  const target = into ? { imageId: into.imageId } : toCreateImage(form);
  try {
    const allow = allowed ? dangers(draft) : [];
    const { upload, known } = start(file, handle ?? file, target, into?.name ?? form.name, allow);
    draft.attempt = upload;
    await known;
    const { tenantId, departmentId, resourceGroupId = '' } = form;
    if (!into) rememberOwner({ tenantId, departmentId, resourceGroupId });
    remove(draft);
  } catch (error) {
    // Who takes it back does not need to be told.
    if (!isCleanAbort(error) && !(into && isAborted(error))) draft.error = error;
  } finally {
    draft.attempt = undefined;
  }
}

/** Takes an upload back whose image the service does not know yet; the form stays as it is. */
async function cancel({ attempt, into }: Draft) {
  if (!attempt || attempt.state === 'aborting') return;
  // An image that was there before is left as it was: aborting would make it a failed one.
  if (into) await attempt.task.stop();
  else await abort(attempt);
}

/** The field of the form that was refused, if one was. */
function refusedField(draft: Draft) {
  const refused = fieldError(draft.error, text.value);
  return refused && Object.hasOwn(text.value.forms.fields, refused.field) ? refused : undefined;
}

function remove(draft: Draft) {
  const at = drafts.indexOf(draft);
  if (at >= 0) drafts.splice(at, 1);
}

/** One list for the whole page. */
export function useDrafts() {
  return { drafts, add, upload, cancel, remove, dangers, refusedField };
}
