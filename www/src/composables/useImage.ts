/** One image, asked for again when something changed, and by itself while it is being saved. */
import { onScopeDispose, type Ref, shallowRef, watch } from 'vue';
import { type FoundImage, findImage } from '../helpers/find-image';
import { useAsking } from './useAsking';
import { useChanges } from './useChanges';

const SAVING_MS = 2_000;

/** The image of this ID. */
export function useImage(imageId: Ref<string>) {
  const { changes } = useChanges();
  const found = shallowRef<FoundImage>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const { client, loading, error, refresh } = useAsking<FoundImage>({
    ask: (ims, call) => {
      clearTimeout(timer);
      return findImage(ims, imageId.value, call);
    },
    take: (answer) => {
      found.value = answer;
      if (answer.image.status === 'saving') timer = setTimeout(() => refresh({ quietly: true }), SAVING_MS);
    },
    failed: () => {
      found.value = undefined;
    },
  });

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
  onScopeDispose(() => clearTimeout(timer));

  return { found, error, loading, refresh };
}
