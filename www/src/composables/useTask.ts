/** Something that is done once at a time and may fail: what every dialog's button does. */
import { ref, shallowRef } from 'vue';

/** `run` gives true when it went well; what was thrown is kept in `error`. */
export function useTask() {
  const busy = ref(false);
  const done = ref(false);
  const error = shallowRef<unknown>();

  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    error.value = undefined;
    try {
      await work();
      return true;
    } catch (failure) {
      error.value = failure;
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, done, error, run };
}
