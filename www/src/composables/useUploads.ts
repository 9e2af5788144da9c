/** The uploads of this page: begun, watched, paused, resumed, aborted, tried again. */
import {
  type CreateImage,
  ImsError,
  type UploadEvent,
  type UploadProgress,
  type UploadResult,
  type UploadTask,
} from 'ims-client';
import { computed, markRaw, shallowReactive } from 'vue';
import { useClient } from './useClient';

/** One upload as the page shows it. */
export interface Upload {
  readonly kind: 'upload';
  readonly id: string;
  readonly name: string;
  readonly file: File;
  readonly metadata: CreateImage;
  imageId: string | undefined;
  state: UploadTask['state'] | 'aborting';
  progress: UploadProgress;
  offline: boolean;
  warnings: string[];
  task: UploadTask;
  error: unknown;
  result: UploadResult | undefined;
}

const BUSY: Upload['state'][] = ['running', 'paused', 'aborting'];
const uploads = shallowReactive<Upload[]>([]);
const running = computed(() => uploads.filter(({ state }) => BUSY.includes(state)).length);
let count = 0;

/** Closing the tab would end them: the browser asks first. */
addEventListener('beforeunload', (event) => {
  if (running.value > 0) event.preventDefault();
});

/**
 * Begins an upload. Resolves when the service has taken the image's metadata, and the upload stands in the list;
 * rejects when file or metadata were refused before: then nothing is listed, and the form shows why.
 */
function start(file: File, metadata: CreateImage): Promise<void> {
  return new Promise((accept, refuse) => {
    const upload: Upload = shallowReactive({
      kind: 'upload' as const,
      id: `upload-${++count}`,
      name: metadata.name,
      file,
      metadata,
      imageId: undefined,
      ...fresh(),
      task: begin(file, metadata, () => upload, list),
    });
    watchEnd(upload, (error) => {
      if (uploads.includes(upload)) upload.error = error;
      else refuse(error);
    });
    function list() {
      if (uploads.includes(upload)) return;
      uploads.unshift(upload);
      accept();
    }
    void upload.task.done.then(list, () => {});
  });
}

function begin(
  file: File,
  target: CreateImage | { imageId: string },
  upload: () => Upload,
  created: () => void,
): UploadTask {
  const onProgress = (progress: UploadProgress) => {
    const entry = upload();
    entry.progress = progress;
    if (entry.state !== 'aborting') entry.state = entry.task.state;
    entry.imageId = entry.task.imageId;
    if (entry.imageId !== undefined) created();
  };
  const onEvent = (event: UploadEvent) => {
    const entry = upload();
    if (event.type === 'offline' || event.type === 'online') entry.offline = event.type === 'offline';
    if (event.type === 'warning') entry.warnings = [...entry.warnings, event.message];
  };
  return markRaw(useClient().begin((ims) => ims.upload(file, target, { onProgress, onEvent })));
}

function fresh() {
  return {
    state: 'running' as Upload['state'],
    progress: {
      phase: 'inspecting',
      bytesSent: 0,
      bytesTotal: 0,
      bytesPerSecond: 0,
      etaSeconds: null,
      parts: { done: 0, inFlight: 0, total: 0 },
      retries: 0,
    } as UploadProgress,
    offline: false,
    warnings: [] as string[],
    error: undefined as unknown,
    result: undefined as UploadResult | undefined,
  };
}

function watchEnd(upload: Upload, failed: (error: unknown) => void) {
  const { task } = upload;
  task.done
    .then(
      (result) => {
        upload.result = result;
      },
      (error) => failed(error),
    )
    .finally(() => {
      upload.state = task.state;
      upload.progress = task.progress;
    });
}

function pause(upload: Upload) {
  upload.task.pause();
  upload.state = upload.task.state;
}

function resume(upload: Upload) {
  upload.task.resume();
  upload.state = upload.task.state;
}

async function abort(upload: Upload) {
  upload.state = 'aborting';
  await upload.task.abort();
}

/** Once more: into the image that is kept where there is one, else from the beginning. */
function again(upload: Upload) {
  const { imageId } = upload.task;
  const kept = imageId !== undefined && upload.error instanceof ImsError && upload.error.resumable;
  Object.assign(upload, fresh());
  upload.task = begin(
    upload.file,
    kept ? { imageId } : upload.metadata,
    () => upload,
    () => {},
  );
  watchEnd(upload, (error) => {
    upload.error = error;
  });
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
  return { uploads, running, isUploading, start, pause, resume, abort, again, dismiss };
}
