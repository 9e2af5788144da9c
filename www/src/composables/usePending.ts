/** Uploads that an earlier visit has left: found again, gone on with, discarded. */
import type { ImageSource, PendingUpload } from 'ims-client';
import { markRaw, ref, shallowRef, watch } from 'vue';
import { useChanges } from './useChanges';
import { useClient } from './useClient';
import { useUploads } from './useUploads';

const { client } = useClient();
const { changes, changed } = useChanges();
const { uploads, resumePending } = useUploads();

const pending = shallowRef<PendingUpload[]>([]);
const looking = ref(false);

/** Asks the package what is left in this browser; the uploads of this page are not among them. */
async function look() {
  const ims = client.value;
  if (!ims) return;
  looking.value = true;
  try {
    const found = await ims.pendingUploads();
    if (client.value === ims) pending.value = found.map((each) => markRaw(each));
  } catch {
    // Without storage nothing was kept, and there is nothing to go on with.
    pending.value = [];
  } finally {
    looking.value = false;
  }
}

// One that was stopped or failed here can go on as well; what was tried again no longer stands there.
watch([client, changes, () => uploads.map(({ state }) => state).join()], () => void look(), {
  immediate: true,
});

// What another tab finished or left behind meanwhile.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void look();
});

/** Goes on; `source` is needed where the browser kept no handle of the file. */
function goOn(upload: PendingUpload, source?: ImageSource) {
  pending.value = pending.value.filter((each) => each !== upload);
  return resumePending(upload, source);
}

async function discard(upload: PendingUpload) {
  await upload.discard();
  pending.value = pending.value.filter((each) => each !== upload);
  changed();
}

/** One list for the whole page. */
export function usePending() {
  return { pending, looking, look, goOn, discard };
}
