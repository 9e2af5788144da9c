/** Uploads that an earlier visit has left: found again, gone on with, discarded. */
import type { ImageSource, PendingUpload } from 'ims-client';
import { computed, markRaw, ref, shallowRef, watch } from 'vue';
import { useChanges } from './useChanges';
import { useClient } from './useClient';
import { useUploads } from './useUploads';

const { client } = useClient();
const { changes, changed } = useChanges();
const { uploads, canRepeat, dismiss, resumePending } = useUploads();

const found = shallowRef<PendingUpload[]>([]);
/** What failed in this visit and still has its file is tried again where it stands. */
const pending = computed(() =>
  found.value.filter(
    ({ imageId }) =>
      !uploads.some((each) => each.imageId === imageId && each.state === 'failed' && canRepeat(each)),
  ),
);
const looking = ref(false);

/** Asks the package what is left in this browser; the uploads of this page are not among them. */
async function look() {
  const ims = client.value;
  if (!ims) return;
  looking.value = true;
  try {
    const left = await ims.pendingUploads();
    if (client.value === ims) found.value = left.map((each) => markRaw(each));
  } catch {
    // Without storage nothing was kept, and there is nothing to go on with.
    found.value = [];
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
  found.value = found.value.filter((each) => each !== upload);
  // How its last attempt ended says nothing any more.
  for (const each of uploads.filter(
    ({ imageId, state }) => imageId === upload.imageId && state === 'failed',
  )) {
    dismiss(each);
  }
  return resumePending(upload, source);
}

async function discard(upload: PendingUpload) {
  await upload.discard();
  found.value = found.value.filter((each) => each !== upload);
  changed();
}

/** One list for the whole page. */
export function usePending() {
  return { pending, looking, look, goOn, discard };
}
