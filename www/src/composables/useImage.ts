/** One image, asked for again when something changed, and by itself while it is being saved. */
import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import { isAborted } from '../helpers/errors';
import { type FoundImage, findImage } from '../helpers/find-image';
import { useChanges } from './useChanges';
import { useClient } from './useClient';

const SAVING_MS = 2_000;

/** The image of this ID. */
export function useImage(imageId: Ref<string>) {
  const { client } = useClient();
  const { changes } = useChanges();
  const found = shallowRef<FoundImage>();
  const error = shallowRef<unknown>();
  const loading = ref(false);
  let asking: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function refresh({ quietly = false } = {}) {
    const ims = client.value;
    if (!ims) return;
    asking?.abort();
    clearTimeout(timer);
    const mine = new AbortController();
    asking = mine;
    loading.value = !quietly;
    try {
      const answer = await findImage(ims, imageId.value, { signal: mine.signal });
      if (asking !== mine) return;
      found.value = answer;
      error.value = undefined;
      if (answer.image.status === 'saving') timer = setTimeout(() => refresh({ quietly: true }), SAVING_MS);
    } catch (failure) {
      if (asking !== mine || isAborted(failure)) return;
      error.value = failure;
      found.value = undefined;
    } finally {
      if (asking === mine) loading.value = false;
    }
  }

  watch(
    [client, imageId],
    () => {
      found.value = undefined;
      error.value = undefined;
      void refresh();
    },
    { immediate: true },
  );
  watch(changes, () => void refresh({ quietly: true }));
  onScopeDispose(() => {
    clearTimeout(timer);
    asking?.abort();
    asking = undefined;
  });

  return { found, error, loading, refresh };
}
