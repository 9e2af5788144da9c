/** An upload as a React hook: const { start, stop, share, state, imageId, error } = useUpload({ endpoint, region }). */
import type { CreateImage, ImageSource, UploadTask } from 'ims-client';
import { createUploadWorker, type UploadWorker, type UploadWorkerOptions } from 'ims-client/worker';
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Upload {
  state: 'idle' | 'running' | 'done' | 'stopped' | 'failed';
  /** 0 to 1. */
  share: number;
  imageId?: string;
  error?: Error;
}

export function useUpload(options: UploadWorkerOptions) {
  const [upload, setUpload] = useState<Upload>({ state: 'idle', share: 0 });
  const uploads = useRef<UploadWorker>(undefined);
  const task = useRef<UploadTask>(undefined);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  // A component that goes away stops its upload; what is stored is kept, and found again by the next start.
  useEffect(
    () => () => {
      uploads.current?.close();
      uploads.current = undefined;
    },
    [],
  );

  const start = useCallback(async (source: ImageSource, image: CreateImage) => {
    uploads.current ??= createUploadWorker(latest.current);
    setUpload({ state: 'running', share: 0 });
    const running = uploads.current.upload(source, image, {
      onProgress: ({ bytesSent, bytesTotal }) =>
        setUpload((now) => ({ ...now, share: bytesTotal ? bytesSent / bytesTotal : 0 })),
    });
    task.current = running;
    try {
      const { image: made } = await running.done;
      setUpload({ state: 'done', share: 1, imageId: made.imageId });
    } catch (error) {
      const state = running.state === 'stopped' ? 'stopped' : 'failed';
      setUpload((now) => ({ ...now, state, error: error as Error }));
    }
  }, []);

  const stop = useCallback(() => task.current?.stop(), []);
  return { ...upload, start, stop };
}

/** What a form does with it. */
export function UploadForm({ options, image }: { options: UploadWorkerOptions; image: CreateImage }) {
  const { start, stop, state, share, imageId, error } = useUpload(options);
  return (
    <form>
      <input
        type="file"
        disabled={state === 'running'}
        onChange={({ target }) => target.files?.[0] && start(target.files[0], image)}
      />
      <progress max={1} value={share} />
      <button type="button" disabled={state !== 'running'} onClick={stop}>
        Stop
      </button>
      <output>{imageId ?? error?.message ?? state}</output>
    </form>
  );
}
