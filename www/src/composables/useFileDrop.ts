/** Files dropped anywhere on the page: without this the browser would leave the page and open them. */
import { onScopeDispose, ref } from 'vue';
import { droppedFiles } from '../helpers/picked-files';
import type { PickedFile } from './useDrafts';

/** Calls `take` with the files of a drop; `over` is true while files hover over the page. */
export function useFileDrop(take: (files: PickedFile[]) => void) {
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
    if (event.dataTransfer)
      void droppedFiles(event.dataTransfer).then((files) => files.length > 0 && take(files));
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
