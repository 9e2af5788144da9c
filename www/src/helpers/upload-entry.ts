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
  concurrency: number | undefined;
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
      break;
    case 'paced':
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
    credentials: undefined as Upload['credentials'],
    notes: [] as UploadNote[],
    error: undefined as unknown,
    result: undefined as UploadResult | undefined,
    notKept: false,
  };
}
