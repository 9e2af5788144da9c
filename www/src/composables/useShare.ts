/** The name of an image that is shared with the caller: the service has no way to ask for one share, so the list is read. */
import { ref, shallowRef } from 'vue';
import { useClient } from './useClient';

/** Looks for a share; `found` is called with the image's name. */
export function useShare(shareId: string, found: (name: string) => void = () => {}) {
  const { requireClient } = useClient();
  const name = ref('');
  const error = shallowRef<unknown>();

  async function look() {
    try {
      for await (const share of requireClient().iterateSharedImages()) {
        if (share.shareId !== shareId) continue;
        name.value = share.image?.name ?? share.imageId ?? shareId;
        found(name.value);
        return;
      }
    } catch (failure) {
      error.value = failure;
    }
  }

  void look();
  return { name, error };
}
