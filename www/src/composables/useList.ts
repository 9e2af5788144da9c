/** One page of some list: asked for again when its question changes, and by itself while something is under way. */
import type { CallOptions, CecloudImsClient, Page } from 'ims-client';
import { computed, onScopeDispose, ref, shallowRef, type WatchSource, watch } from 'vue';
import { isAborted } from '../helpers/errors';
import { useChanges } from './useChanges';
import { useClient } from './useClient';

/** How a list is asked for. */
export interface ListOptions<T> {
  ask: (ims: CecloudImsClient, call: CallOptions) => Promise<Page<T>>;
  /** What the question depends on; a change asks again. */
  on: WatchSource<unknown>;
  /** Milliseconds until it is asked again by itself; undefined: not. */
  delay?: (list: T[]) => number | undefined;
}

/** A list of its own for a view. */
export function useList<T>({ ask, on, delay = () => undefined }: ListOptions<T>) {
  const { client } = useClient();
  const { changes } = useChanges();
  const list = shallowRef<T[]>([]);
  const total = ref(0);
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
      const answer = await ask(ims, { signal: mine.signal });
      if (asking !== mine) return;
      list.value = answer.list;
      total.value = answer.total;
      error.value = undefined;
      answered.value = true;
    } catch (failure) {
      if (asking === mine && !isAborted(failure)) error.value = failure;
    } finally {
      if (asking === mine) {
        loading.value = false;
        schedule();
      }
    }
  }

  const wait = computed(() => delay(list.value));

  function schedule() {
    clearTimeout(timer);
    if (wait.value === undefined) return;
    timer = setTimeout(() => {
      // Nobody looks: ask when somebody does.
      if (document.hidden) document.addEventListener('visibilitychange', refreshQuietly, { once: true });
      else refreshQuietly();
    }, wait.value);
  }

  function refreshQuietly() {
    void refresh({ quietly: true });
  }

  watch(client, () => {
    list.value = [];
    total.value = 0;
    answered.value = false;
    error.value = undefined;
    void refresh();
  });
  watch(on, () => void refresh());
  watch(changes, refreshQuietly);
  watch(wait, schedule);
  void refresh();

  onScopeDispose(() => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', refreshQuietly);
    asking?.abort();
    asking = undefined;
  });

  return { list, total, loading, answered, error, refresh, live: computed(() => wait.value !== undefined) };
}
