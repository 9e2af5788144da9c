/** Something that is done again and again while it is needed, and no longer than the component lives. */
import { onScopeDispose, type Ref, ref, watch } from 'vue';

/** Does it each so many milliseconds while it is needed. */
export function useTicking(everyMs: number, isNeeded: () => boolean, work: () => unknown) {
  let timer: ReturnType<typeof setInterval> | undefined;
  watch(
    isNeeded,
    (needed) => {
      clearInterval(timer);
      if (needed) timer = setInterval(work, everyMs);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearInterval(timer));
}

/** The time in milliseconds since 1970, which goes on while it is needed. */
export function useNow(isNeeded: () => boolean): Ref<number> {
  const now = ref(Date.now());
  useTicking(1_000, isNeeded, () => {
    now.value = Date.now();
  });
  return now;
}
