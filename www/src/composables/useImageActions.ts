/** What can be done with a private image, as its status allows, with the words around it. */
import { ElMessage } from 'element-plus';
import { type Component, computed, type Ref } from 'vue';
import type { AnyImage } from '../helpers/image-list';
import { hasPicker, inputFiles, pickFiles } from '../helpers/picked-files';
import { useDialogs } from './useDialogs';
import { useDownloads } from './useDownloads';
import type { PickedFile } from './useDrafts';
import { useLanguage } from './useLanguage';
import { useTransfers } from './useTransfers';
import { useUploads } from './useUploads';

/** One thing that can be done. */
export interface ImageAction {
  id: 'download' | 'fill' | 'edit' | 'share' | 'export' | 'delete';
  label: string;
  icon?: Component;
  run: () => unknown;
}

/** The actions of an image, the most wanted first, deleting last. */
export function useImageActions(image: Ref<AnyImage>) {
  const { text } = useLanguage();
  const { open } = useDialogs();
  const { start } = useDownloads();
  const { take } = useTransfers();
  const { isUploading } = useUploads();

  async function download() {
    if (!(await start(image.value))) ElMessage.error(text.value.errors.noSaving);
  }

  /** Asks for the file that a queued image waits for. */
  async function fill() {
    const files = hasPicker() ? await pickFiles(false) : await askInput();
    const { imageId, name } = image.value;
    if (files.length > 0) take(files, { imageId, name: name || imageId });
  }

  return computed<ImageAction[]>(() => {
    const words = text.value.images;
    const { imageId, status } = image.value;
    const dialog = (id: 'edit' | 'share' | 'export' | 'delete') => ({
      id,
      label: words[id],
      run: () => open(id, imageId),
    });
    if (isUploading(imageId) || status === 'saving') return [];
    if (status === 'active') {
      return [
        { id: 'download', label: words.download, run: download },
        dialog('edit'),
        dialog('share'),
        dialog('export'),
        dialog('delete'),
      ];
    }
    if (status === 'queued') {
      return [{ id: 'fill', label: words.fill, run: fill }, dialog('edit'), dialog('delete')];
    }
    return [dialog('delete')];
  });
}

/** A file from an input that nobody sees, for browsers without a dialog that gives handles. */
function askInput(): Promise<PickedFile[]> {
  return new Promise((accept) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.onchange = () => accept(inputFiles(input));
    input.oncancel = () => accept([]);
    input.click();
  });
}
