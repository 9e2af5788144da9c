/** Files dropped anywhere on the page: without this the browser would leave the page and open them. */
import { onScopeDispose, ref } from 'vue';

/** Calls `take` with the first file of a drop; `over` is true while files hover over the page. */
export function useFileDrop(take: (file: File) => void) {
  const over = ref(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

  function onOver(event: DragEvent) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over.value = true;
  }
  function onLeave(event: DragEvent) {
    // Leaving an element for another one inside of the page is no leaving.
    if (event.relatedTarget === null) over.value = false;
  }
  function onDrop(event: DragEvent) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over.value = false;
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  }

  addEventListener('dragover', onOver);
  addEventListener('dragleave', onLeave);
  addEventListener('drop', onDrop);
  onScopeDispose(() => {
    removeEventListener('dragover', onOver);
    removeEventListener('dragleave', onLeave);
    removeEventListener('drop', onDrop);
  });
  return { over };
}
