/** A question to the service that is asked again and again: the newest wins, whatever the earlier ones still answer. */
import type { CallOptions, CecloudImsClient } from 'ims-client';
import { onScopeDispose, ref, shallowRef } from 'vue';
import { isAborted } from '../helpers/errors';
import { useClient } from './useClient';

/** What is asked, and what becomes of the answer. */
export interface Asking<T> {
  ask: (ims: CecloudImsClient, call: CallOptions) => Promise<T>;
  take: (answer: T) => void;
  /** After an error that is shown. */
  failed?: () => void;
  /** When the newest question is over, however it ended. */
  settled?: () => void;
}

/** A question of its own for a view or a list. */
export function useAsking<T>({ ask, take, failed, settled }: Asking<T>) {
  const { client } = useClient();
  const loading = ref(false);
  const error = shallowRef<unknown>();
  let asking: AbortController | undefined;

  /** Asks again; quietly means without a sign of it. */
  async function refresh({ quietly = false } = {}) {
    const ims = client.value;
    if (!ims) return;
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    loading.value = !quietly;
    try {
      const answer = await ask(ims, { signal: mine.signal });
      if (asking !== mine) return;
      error.value = undefined;
      take(answer);
    } catch (failure) {
      if (asking !== mine || isAborted(failure)) return;
      error.value = failure;
      failed?.();
    } finally {
      if (asking === mine) {
        loading.value = false;
        settled?.();
      }
    }
  }

  onScopeDispose(() => {
    asking?.abort();
    asking = undefined;
  });

  return { client, loading, error, refresh };
}
