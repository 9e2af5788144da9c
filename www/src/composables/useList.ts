/** One page of some list: asked for again when its question changes, and by itself while something is under way. */
import type { CallOptions, CecloudImsClient, Page } from 'ims-client';
import { computed, onScopeDispose, ref, shallowRef, type WatchSource, watch } from 'vue';
import { useAsking } from './useAsking';
import { useChanges } from './useChanges';

/** How a list is asked for. */
export interface ListOptions<T> {
  ask: (ims: CecloudImsClient, call: CallOptions) => Promise<Page<T>>;
  /** What the question depends on; a change asks again. */
  on: WatchSource<unknown>;
  /** Milliseconds until it is asked again by itself; undefined: not. */
  delay?: (list: T[], total: number) => number | undefined;
}

/** A list of its own for a view. */
export function useList<T>({ ask, on, delay = () => undefined }: ListOptions<T>) {
  const { changes } = useChanges();
  const list = shallowRef<T[]>([]);
  const total = ref(0);
  /** Whether the service has said anything yet: before that, nothing is known to be empty. */
  const answered = ref(false);
  /** What is shown answers another question than the one that stands. */
  let isStale = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const { client, loading, error, refresh } = useAsking<Page<T>>({
    ask,
    take: (answer) => {
      list.value = answer.list;
      total.value = answer.total;
      answered.value = true;
      isStale = false;
    },
    failed: () => isStale && empty(),
    settled: schedule,
  });

  const wait = computed(() => delay(list.value, total.value));

  function empty() {
    list.value = [];
    total.value = 0;
    answered.value = false;
  }

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
    empty();
    error.value = undefined;
    void refresh();
  });
  // What was answered stays until there is another answer, so that pages do not flicker.
  watch(on, () => {
    isStale = true;
    void refresh();
  });
  watch(changes, refreshQuietly);
  watch(wait, schedule);
  void refresh();

  onScopeDispose(() => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', refreshQuietly);
  });

  return { list, total, loading, answered, error, refresh, live: computed(() => wait.value !== undefined) };
}
