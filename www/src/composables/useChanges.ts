/** Counts what this page changed at the service, so that every list that is shown asks again. */
import { ref } from 'vue';

const changes = ref(0);

/** Something was created, changed or deleted. */
function changed() {
  changes.value += 1;
}

/** One count for the whole page. */
export function useChanges() {
  return { changes, changed };
}
