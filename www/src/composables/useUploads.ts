/** The uploads of this page: begun, watched, paused, resumed, stopped, aborted, tried again. */
import {
  type CecloudImsClient,
  type ImageSource,
  ImsError,
  type PendingUpload,
  type UploadOptions,
  type UploadTask,
} from 'ims-client';
import { computed, markRaw, shallowReactive } from 'vue';
import { fresh, takeEvent, takeProgress, type Upload, type UploadTarget } from '../helpers/upload-entry';
import { useChanges } from './useChanges';
import { useClient } from './useClient';
import { useLanguage } from './useLanguage';
import { useNotifications } from './useNotifications';

type Start = (options: UploadOptions) => UploadTask;

const BUSY: Upload['state'][] = ['running', 'paused', 'aborting', 'beginning'];
const { changed } = useChanges();
const { begin, client, account } = useClient();
const { notify } = useNotifications();
const { text } = useLanguage();
const uploads = shallowReactive<Upload[]>([]);
/** Those whose image the service does not know yet: their forms show them. */
const starting = shallowReactive(new Set<Upload>());
const running = computed(() => starting.size + uploads.filter(({ state }) => BUSY.includes(state)).length);
/** Whether the service is about to save what one of them has sent: until then nothing changes but what is known here. */
const isVerifying = computed(() =>
  uploads.some(({ state, progress }) => state === 'running' && progress.phase === 'verifying'),
);
let count = 0;

/** Closing the tab would end them: the browser asks first. */
addEventListener('beforeunload', (event) => {
  if (running.value > 0) event.preventDefault();
});

/** What an upload is made of. */
interface Beginning {
  name: string;
  fileName: string;
  source: ImageSource | undefined;
  target: UploadTarget | undefined;
  pending?: PendingUpload;
  allowUnsafe?: string[];
}

/**
 * Begins an upload. `known` resolves when the service has taken the image's metadata, and the upload stands in the list;
 * it rejects when file or metadata were refused before: then nothing is listed, and the form shows why.
 */
function start(file: File, source: ImageSource, target: UploadTarget, name: string, allowUnsafe: string[]) {
  const beginning = { name, fileName: file.name, source, target, allowUnsafe };
  const run: Start = (options) => begin((ims) => ims.upload(source, target, { ...options, allowUnsafe }));
  const { promise, accept, refuse } = settleable();
  const upload = watchTask(beginning, run, (error) => {
    if (uploads.includes(upload)) return fail(upload, error);
    starting.delete(upload);
    refuse(error);
  });
  const created = ({ isOver = false } = {}) => {
    // One that is being taken back is no longer on its way into the list, unless it was faster.
    if (upload.state === 'aborting' && !isOver) return;
    starting.delete(upload);
    if (!uploads.includes(upload)) uploads.unshift(upload);
    accept();
  };
  starting.add(upload);
  onceKnown.set(upload, created);
  void upload.task.done.then(
    () => created({ isOver: true }),
    () => {},
  );
  return { upload, known: promise };
}

/** A promise that is settled from outside. */
function settleable() {
  let accept: () => void = () => {};
  let refuse: (error: unknown) => void = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    accept = resolve;
    refuse = reject;
  });
  return { promise, accept, refuse };
}

/** Told once the service knows the image. */
const onceKnown = new WeakMap<Upload, () => void>();

/** The client that each was found by: closed, it goes on with nothing. */
const finders = new WeakMap<PendingUpload, CecloudImsClient>();

/** Goes on with an upload of an earlier visit. */
function resumePending(pending: PendingUpload, source: ImageSource | undefined): Upload {
  const name = pending.name || pending.fileName || pending.imageId || '';
  const target = pending.imageId === undefined ? undefined : { imageId: pending.imageId };
  const beginning = { name, fileName: pending.fileName, source, target, pending };
  const run: Start = (options) =>
    begin((ims) => {
      finders.set(pending, ims);
      return pending.resume(source, options);
    });
  const upload = watchTask(beginning, run, (error) => fail(upload, error));
  upload.imageId = pending.imageId;
  uploads.unshift(upload);
  return upload;
}

function watchTask(beginning: Beginning, run: Start, failed: (error: unknown) => void): Upload {
  const upload: Upload = shallowReactive({
    kind: 'upload' as const,
    id: `upload-${++count}`,
    pending: undefined,
    allowUnsafe: [],
    ...beginning,
    account: account.value,
    imageId: undefined,
    ...fresh(),
    task: run(options(account.value, () => upload)),
  });
  markRaw(upload.task);
  watchEnd(upload, failed);
  return upload;
}

function options(account: string, upload: () => Upload): UploadOptions {
  return {
    checkpoint: { account },
    onProgress(progress) {
      const entry = upload();
      takeProgress(entry, progress);
      if (entry.state !== 'aborting') entry.state = entry.task.state;
      if (entry.imageId === undefined && entry.task.imageId !== undefined) changed();
      entry.imageId = entry.task.imageId ?? entry.imageId;
      if (entry.imageId !== undefined) onceKnown.get(entry)?.();
    },
    onEvent: (event) => takeEvent(upload(), event),
  };
}

function watchEnd(upload: Upload, failed: (error: unknown) => void) {
  const { task } = upload;
  task.done
    .then(
      (result) => {
        upload.result = result;
        notify(text.value.uploads.notify.uploaded(upload.name), upload.fileName);
      },
      (error) => failed(error),
    )
    .finally(() => {
      upload.state = task.state;
      upload.progress = task.progress;
      changed();
    });
}

function fail(upload: Upload, error: unknown) {
  upload.error = error;
  if (upload.task.state === 'failed') notify(text.value.uploads.notify.failed(upload.name), upload.fileName);
}

function pause(upload: Upload) {
  upload.task.pause();
  upload.state = upload.task.state;
}

function resume(upload: Upload) {
  upload.task.resume();
  upload.movedAt = Date.now();
  upload.state = upload.task.state;
}

/** Ends it and keeps what is stored: it stands among those that can go on. Where it does not, its card stays and says so. */
async function stop(upload: Upload) {
  await upload.task.stop();
  // It may have come to another end first.
  if (upload.task.state !== 'stopped') return;
  const imageId = upload.task.imageId ?? upload.imageId;
  const kept = (await client.value?.pendingUploads({ account: upload.account }).catch(() => [])) ?? [];
  if (kept.some((each) => each.imageId === imageId)) dismiss(upload);
  else upload.notKept = true;
}

async function abort(upload: Upload) {
  upload.state = 'aborting';
  await upload.task.abort();
}

/** Once more: into the image that is kept where there is one, else from the beginning. */
async function again(upload: Upload) {
  if (!canRepeat(upload) || upload.state === 'beginning') return;
  const { source, target, pending, allowUnsafe, error } = upload;
  // Never by a plain upload: only this one compares the file with what is stored.
  if (pending)
    return repeat(upload, () =>
      pending.resume(
        source,
        options(upload.account, () => upload),
      ),
    );
  const imageId = upload.task.imageId ?? upload.imageId;
  const gone = isGone(error);
  const kept = imageId !== undefined && !gone && error instanceof ImsError && error.resumable;
  const goal = kept ? { imageId } : target;
  if (source === undefined || goal === undefined) return;
  if (gone) {
    upload.state = 'beginning';
    await forget(upload, imageId);
    upload.imageId = undefined;
  }
  repeat(upload, (ims) =>
    ims.upload(source, goal, { ...options(upload.account, () => upload), allowUnsafe }),
  );
}

/** Another attempt, where the one before stands. */
function repeat(upload: Upload, make: (ims: CecloudImsClient) => UploadTask) {
  Object.assign(upload, fresh());
  upload.task = markRaw(begin(make));
  watchEnd(upload, (failure) => fail(upload, failure));
}

/** Whether the image that an upload goes into is no longer there. */
function isGone(error: unknown): boolean {
  return error instanceof ImsError && error.code === 'IMG.DBGet.NoData';
}

/** What was kept for an image that is gone would be taken up again, and fail again. */
async function forget(upload: Upload, imageId: string | undefined) {
  const kept = (await client.value?.pendingUploads({ account: upload.account }).catch(() => [])) ?? [];
  for (const each of kept.filter((pending) => pending.imageId === imageId)) {
    await each.discard().catch(() => {});
  }
}

/**
 * Whether `again` has what it needs: without the file only the pending uploads can go on, into an image that is gone
 * nothing can, and what another account has begun is its own. What an earlier visit has begun takes the same file alone:
 * where that was refused the pending upload stands in its list again, and asks for it.
 */
function canRepeat({ source, target, pending, account: own, error }: Upload): boolean {
  if (own !== account.value) return false;
  if (pending) {
    const isRefused = error instanceof ImsError && error.kind === 'source';
    return finders.get(pending) === client.value && !isGone(error) && !isRefused;
  }
  if (source === undefined || target === undefined) return false;
  return !('imageId' in target && isGone(error));
}

function dismiss(upload: Upload) {
  const at = uploads.indexOf(upload);
  if (at >= 0) uploads.splice(at, 1);
}

/** Whether an upload of this page is at work on an image. */
function isUploading(imageId: string): boolean {
  return uploads.some(({ state, imageId: own }) => own === imageId && BUSY.includes(state));
}

/** One list for the whole page. */
export function useUploads() {
  return {
    uploads,
    running,
    isVerifying,
    isUploading,
    canRepeat,
    start,
    resumePending,
    pause,
    resume,
    stop,
    abort,
    again,
    dismiss,
  };
}
