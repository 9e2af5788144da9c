/** One upload of this page: what it is made of, how it stands, and what the package tells of it. */
import type {
  CreateImage,
  ImageSource,
  PendingUpload,
  UploadEvent,
  UploadProgress,
  UploadResult,
  UploadTask,
} from 'ims-client';
import { markRaw } from 'vue';
import { PartsMap } from './parts-map';

/** Where a file goes: into a new image, or into one that waits for it. */
export type UploadTarget = CreateImage | { imageId: string };

/** What the package says by the way, by its code where it has one. */
export interface UploadNote {
  code: string;
  message: string;
}

/** One upload as the page shows it. */
export interface Upload {
  readonly kind: 'upload';
  readonly id: string;
  readonly name: string;
  readonly fileName: string;
  readonly source: ImageSource | undefined;
  readonly target: UploadTarget | undefined;
  /** What it goes on with, where an earlier visit has begun it. */
  readonly pending: PendingUpload | undefined;
  readonly allowUnsafe: string[];
  /** Whose it is: nobody else goes on with it. */
  readonly account: string;
  imageId: string | undefined;
  state: UploadTask['state'] | 'aborting' | 'beginning';
  progress: UploadProgress;
  parts: PartsMap;
  offline: boolean;
  /** Parts at a time, as far as it was told. */
  concurrency: number | undefined;
  /** There are fewer at a time than there were. */
  slowed: boolean;
  /** When it got further, milliseconds since 1970. */
  movedAt: number;
  credentials: 'expired' | 'refused' | undefined;
  notes: UploadNote[];
  task: UploadTask;
  error: unknown;
  result: UploadResult | undefined;
  /** It was stopped, and this browser keeps nothing of it. */
  notKept: boolean;
}

/** Takes what the package tells by the way. */
export function takeEvent(entry: Upload, event: UploadEvent) {
  switch (event.type) {
    case 'part':
      entry.parts.take(event);
      break;
    case 'offline':
    case 'online':
      entry.offline = event.type === 'offline';
      entry.movedAt = Date.now();
      break;
    case 'paced':
      // Of each step it is told, also of those by which a healthy upload becomes quicker.
      entry.slowed =
        entry.concurrency === undefined
          ? /struggles/.test(event.reason)
          : event.concurrency < entry.concurrency;
      entry.concurrency = event.concurrency;
      break;
    case 'credentials':
      if (event.reason !== 'first') entry.credentials = event.reason;
      break;
    case 'warning':
      entry.notes = [...entry.notes, { code: event.code, message: event.message }];
      break;
  }
}

/** Takes how far it is. */
export function takeProgress(entry: Upload, progress: UploadProgress) {
  const { phase, bytesSent, parts } = entry.progress;
  const stands =
    progress.phase === phase && progress.bytesSent === bytesSent && progress.parts.done === parts.done;
  if (!stands) entry.movedAt = Date.now();
  entry.progress = progress;
}

/** How an attempt begins. */
export function fresh() {
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
    parts: markRaw(new PartsMap()),
    offline: false,
    concurrency: undefined as number | undefined,
    slowed: false,
    movedAt: Date.now(),
    credentials: undefined as Upload['credentials'],
    notes: [] as UploadNote[],
    error: undefined as unknown,
    result: undefined as UploadResult | undefined,
    notKept: false,
  };
}
