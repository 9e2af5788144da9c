/** What can be done with a private image, as its status allows, with the words around it. */
import { ElMessage } from 'element-plus';
import { type Component, computed, type Ref } from 'vue';
import { explain } from '../helpers/errors';
import type { AnyImage } from '../helpers/image-list';
import { hasPicker, inputFiles, pickFiles } from '../helpers/picked-files';
import { useChanges } from './useChanges';
import { useClient } from './useClient';
import { useConfirm } from './useConfirm';
import { useDialogs } from './useDialogs';
import { useDownloads } from './useDownloads';
import type { PickedFile } from './useDrafts';
import { useLanguage } from './useLanguage';
import { usePending } from './usePending';
import { useTransfers } from './useTransfers';
import { useUploads } from './useUploads';

/** One thing that can be done. */
export interface ImageAction {
  id: 'download' | 'fill' | 'edit' | 'share' | 'export' | 'giveUp' | 'delete';
  label: string;
  icon?: Component;
  run: () => unknown;
}

/** The actions of an image, the most wanted first, deleting last. */
export function useImageActions(image: Ref<AnyImage>) {
  const { text, language } = useLanguage();
  const { open } = useDialogs();
  const { start } = useDownloads();
  const { take } = useTransfers();
  const { isUploading } = useUploads();
  const { requireClient } = useClient();
  const { changed } = useChanges();
  const { confirm } = useConfirm();
  const { discard, keptFor } = usePending();

  async function download() {
    if (!(await start(image.value))) ElMessage.error(text.value.errors.noSaving);
  }

  /** Asks for the file that a queued image waits for. */
  async function fill() {
    const files = hasPicker() ? await pickFiles(false) : await askInput();
    const { imageId, name } = image.value;
    if (files.length > 0) take(files, { imageId, name: name || imageId });
  }

  /** Says to the service that the file will not come. */
  async function giveUp() {
    const words = text.value.dialogs.giveUp;
    const { imageId, name } = image.value;
    const kept = keptFor(imageId);
    const question = words.question(name || imageId) + (kept.length > 0 ? ` ${words.kept}` : '');
    if (!(await confirm(words.title, question, words.confirm))) return;
    try {
      await requireClient().completeUpload(imageId, { result: 'failed' });
      // It could not go on into an image that waits no longer.
      for (const each of kept) await discard(each);
    } catch (error) {
      const { summary, meaning = '' } = explain(error, text.value, language.value);
      ElMessage.error(`${words.failed} ${meaning} ${summary}`);
    }
    changed();
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
      return [
        { id: 'fill', label: words.fill, run: fill },
        dialog('edit'),
        { id: 'giveUp', label: words.giveUp, run: giveUp },
        dialog('delete'),
      ];
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
