/** Files from a drop, a dialog or an input, with their handles where the browser gives them. */
import type { FileHandleLike } from 'ims-client';
import type { PickedFile } from '../composables/useDrafts';

interface HandleItem {
  getAsFileSystemHandle?: () => Promise<(FileHandleLike & { kind: string }) | null>;
}

interface PickerWindow {
  showOpenFilePicker?: (options: { multiple: boolean }) => Promise<FileHandleLike[]>;
}

/** The files of a drop; folders are passed over. */
export async function droppedFiles(data: DataTransfer): Promise<PickedFile[]> {
  // All handles must be asked for before the event is over.
  const asked = [...data.items]
    .filter(({ kind }) => kind === 'file')
    .map(async (item) => {
      const file = item.getAsFile();
      const handle = await (item as HandleItem).getAsFileSystemHandle?.().catch(() => null);
      if (handle && handle.kind !== 'file') return undefined;
      return file ? { file, handle: handle ?? undefined } : undefined;
    });
  return (await Promise.all(asked)).filter((picked) => picked !== undefined);
}

/** The files of an input. */
export function inputFiles(input: HTMLInputElement): PickedFile[] {
  const files = [...(input.files ?? [])].map((file) => ({ file }));
  // The same file can be picked again after it was changed.
  input.value = '';
  return files;
}

/** Whether the browser has a dialog that gives handles. */
export function hasPicker(): boolean {
  return (window as PickerWindow).showOpenFilePicker !== undefined;
}

/** Asks for files by a dialog that gives handles; none where it is closed. */
export async function pickFiles(multiple: boolean): Promise<PickedFile[]> {
  const handles = await (window as PickerWindow).showOpenFilePicker?.({ multiple }).catch(() => []);
  return Promise.all(
    (handles ?? []).map(async (handle) => ({ file: (await handle.getFile()) as File, handle })),
  );
}
