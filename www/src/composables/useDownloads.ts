/** The downloads of this page, through the browser's downloads or a file that the user names. */
import type {
  DownloadProgress,
  DownloadResult,
  DownloadTarget,
  DownloadTask,
  FileHandleLike,
} from 'ims-client';
import { computed, markRaw, shallowReactive } from 'vue';
import type { AnyImage } from '../helpers/image-list';
import { useClient } from './useClient';
import { useLanguage } from './useLanguage';
import { useNotifications } from './useNotifications';
import { useTransfers } from './useTransfers';

/** One download as the page shows it. */
export interface Download {
  readonly kind: 'download';
  readonly id: string;
  readonly name: string;
  state: 'running' | 'paused' | 'done' | 'failed' | 'aborted';
  progress: DownloadProgress;
  task: DownloadTask;
  error: unknown;
  result: DownloadResult | undefined;
}

/** What only some browsers have. */
interface PickerWindow {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileHandleLike>;
}

const downloads = shallowReactive<Download[]>([]);
const running = computed(
  () => downloads.filter(({ state }) => state === 'running' || state === 'paused').length,
);
const { notify } = useNotifications();
const { text } = useLanguage();
const { show } = useTransfers();
let count = 0;

/** Closing the tab would end them: the browser asks first. */
addEventListener('beforeunload', (event) => {
  if (running.value > 0) event.preventDefault();
});

/** Begins a download. False where the browser cannot save from a page at all. */
async function start(image: AnyImage): Promise<boolean> {
  const name = image.name ?? image.imageId;
  const target = await chooseTarget(`${name}.${image.diskFormat ?? 'img'}`);
  if (target === undefined) return false;
  if (target === 'nowhere') return true;
  const { begin } = useClient();
  const onProgress = (progress: DownloadProgress) => {
    download.progress = progress;
  };
  const download: Download = shallowReactive({
    kind: 'download' as const,
    id: `download-${++count}`,
    name,
    state: 'running' as Download['state'],
    progress: { bytesReceived: 0, bytesTotal: image.size ?? null, bytesPerSecond: 0, etaSeconds: null },
    task: markRaw(begin((ims) => ims.download(image.imageId, target, { onProgress }))),
    error: undefined,
    result: undefined,
  });
  downloads.unshift(download);
  show();
  download.task.done.then(
    (result) => {
      download.result = result;
      download.state = 'done';
      notify(text.value.uploads.notify.downloaded(name));
    },
    (error) => {
      if (download.state === 'aborted') return;
      download.error = error;
      download.state = 'failed';
    },
  );
  return true;
}

/** The browser's downloads where there is a private file system to go through, else a file that is asked for. */
async function chooseTarget(suggestedName: string): Promise<DownloadTarget | 'nowhere' | undefined> {
  if (await hasPrivateFiles()) return 'download';
  const { showSaveFilePicker } = window as PickerWindow;
  if (!showSaveFilePicker) return undefined;
  // Closing the dialog is an answer, not a failure.
  return showSaveFilePicker({ suggestedName }).catch(() => 'nowhere' as const);
}

/** Private windows have the file system by name, and refuse it. */
async function hasPrivateFiles(): Promise<boolean> {
  try {
    await navigator.storage.getDirectory();
    return true;
  } catch {
    return false;
  }
}

function pause(download: Download) {
  download.task.pause();
  download.state = 'paused';
}

function resume(download: Download) {
  download.task.resume();
  download.state = 'running';
}

async function abort(download: Download) {
  download.state = 'aborted';
  await download.task.abort();
}

function dismiss(download: Download) {
  const at = downloads.indexOf(download);
  if (at >= 0) downloads.splice(at, 1);
}

/** One list for the whole page. */
export function useDownloads() {
  return { downloads, running, start, pause, resume, abort, dismiss };
}
