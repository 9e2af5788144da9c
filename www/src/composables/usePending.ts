/** Uploads that an earlier visit has left: found again, gone on with, discarded. */
import type { ImageSource, PendingUpload } from 'ims-client';
import { computed, markRaw, ref, shallowRef, watch } from 'vue';
import { useChanges } from './useChanges';
import { useClient } from './useClient';
import { useUploads } from './useUploads';

const { client, account } = useClient();
const { changes, changed } = useChanges();
const { uploads, canRepeat, dismiss, resumePending } = useUploads();

const found = shallowRef<PendingUpload[]>([]);
/** What failed in this visit and still has its file is tried again where it stands. */
const pending = computed(() =>
  found.value.filter(
    ({ imageId }) =>
      !uploads.some(
        (each) => each.imageId === imageId && ['failed', 'beginning'].includes(each.state) && canRepeat(each),
      ),
  ),
);
/** Those that nobody is at work on. */
const resumable = computed(() => pending.value.filter(({ inUse }) => !inUse));
const looking = ref(false);
let looks = 0;

/** Asks the package what is left in this browser; the uploads of this page are not among them. */
async function look() {
  const ims = client.value;
  if (!ims) return;
  const turn = ++looks;
  looking.value = true;
  // Without storage nothing was kept, and there is nothing to go on with.
  const left = await ims.pendingUploads({ account: account.value }).catch(() => []);
  // A later look knows better, whichever is answered first.
  if (turn !== looks) return;
  looking.value = false;
  found.value = client.value === ims ? left.map((each) => markRaw(each)) : [];
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

/** What this browser keeps for an image, as far as nobody is at work on it. */
function keptFor(imageId: string) {
  return found.value.filter((each) => each.imageId === imageId && !each.inUse);
}

/** One list for the whole page. */
export function usePending() {
  return { pending, resumable, looking, look, goOn, discard, keptFor };
}
