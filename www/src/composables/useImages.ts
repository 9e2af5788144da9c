/** One list of images: its page, its errors, and its refreshing by itself while something is under way. */
import type { CloudImage, PrivateImage } from 'ims-client';
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { isAborted } from '../helpers/errors';
import { useClient } from './useClient';

export type ImageKind = 'private' | 'public';
export type AnyImage = CloudImage | PrivateImage;

/** Images on a page. */
const PAGE_SIZE = 10;

/** While something is being saved, and while something only waits for its file. */
const SAVING_MS = 2_000;
const QUEUED_MS = 10_000;

/** A list of its own; `busy` says that uploads of this page are about to change it. */
export function useImages(kind: ImageKind, busy: () => boolean = () => false) {
  const { client } = useClient();
  const images = shallowRef<AnyImage[]>([]);
  const total = ref(0);
  const current = ref(1);
  const loading = ref(false);
  /** Whether the service has said anything yet: before that, nothing is known to be empty. */
  const answered = ref(false);
  const error = shallowRef<unknown>();
  let asking: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks again; quietly means without a sign of it. The newest question wins. */
  async function refresh({ quietly = false } = {}) {
    const ims = client.value;
    if (!ims) return;
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    loading.value = !quietly;
    try {
      const page = { current: current.value, size: PAGE_SIZE };
      const call = { signal: mine.signal };
      const answer = await (kind === 'public'
        ? ims.listImages(page, call)
        : ims.listPrivateImages(page, call));
      if (asking !== mine) return;
      images.value = answer.list;
      total.value = answer.total;
      error.value = undefined;
      answered.value = true;
      const last = Math.max(1, Math.ceil(answer.total / PAGE_SIZE));
      // The last image of the last page may have been deleted.
      if (current.value > last) current.value = last;
    } catch (failure) {
      if (asking === mine && !isAborted(failure)) error.value = failure;
    } finally {
      if (asking === mine) {
        loading.value = false;
        schedule();
      }
    }
  }

  const delay = computed(() => {
    const has = (status: string) => images.value.some((image) => image.status === status);
    if (has('saving') || busy()) return SAVING_MS;
    return has('queued') ? QUEUED_MS : undefined;
  });

  function schedule() {
    clearTimeout(timer);
    if (delay.value === undefined) return;
    timer = setTimeout(() => {
      // Nobody looks: ask when somebody does.
      if (document.hidden) document.addEventListener('visibilitychange', refreshQuietly, { once: true });
      else refreshQuietly();
    }, delay.value);
  }

  function refreshQuietly() {
    void refresh({ quietly: true });
  }

  watch([client, current], ([ims], [before]) => {
    if (ims !== before) {
      images.value = [];
      answered.value = false;
      total.value = 0;
      current.value = 1;
    }
    void refresh();
  });
  watch(delay, schedule);
  void refresh();

  onScopeDispose(() => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', refreshQuietly);
    asking?.abort();
    asking = undefined;
  });

  return { images, total, current, size: PAGE_SIZE, loading, answered, error, refresh };
}
