/** A client component: rendered on the server first, where nothing of it may break, then run in the page. */
'use client';

import { CecloudImsClient } from 'ims-client';
import { createUploadWorker } from 'ims-client/worker';
import { useEffect } from 'react';
import { run } from './checks.js';

export default function Page() {
  useEffect(() => {
    if (!globalThis.outcome) run({ CecloudImsClient, createUploadWorker });
  }, []);
  return <p>ims-client</p>;
}
