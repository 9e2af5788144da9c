/** What the buttons of an image do, with the questions and the words around it. */
import { ElMessage, ElMessageBox } from 'element-plus';
import { h } from 'vue';
import ErrorNote from '../components/ErrorNote.vue';
import { useClient } from './useClient';
import { useDownloads } from './useDownloads';
import type { AnyImage } from './useImages';
import { useLanguage } from './useLanguage';

export function useImageActions() {
  const { text } = useLanguage();
  const { requireClient } = useClient();
  const { start } = useDownloads();

  async function download(image: AnyImage) {
    if (!(await start(image))) ElMessage.error(text.value.errors.noSaving);
  }

  /** Asks, deletes, and says how it went. True when the image is gone. */
  async function remove(image: AnyImage): Promise<boolean> {
    const name = image.name ?? image.imageId;
    const { title, question, confirm, done, failed } = text.value.remove;
    const sure = await ElMessageBox.confirm(question(name, image.imageId), title, {
      type: 'warning',
      confirmButtonText: confirm,
      confirmButtonClass: 'el-button--danger',
      cancelButtonText: text.value.cancel,
    }).then(
      () => true,
      () => false,
    );
    if (!sure) return false;
    try {
      await requireClient().deleteImage(image.imageId);
    } catch (error) {
      void ElMessageBox.alert(() => h(ErrorNote, { error, heading: failed(name) }), title, {
        confirmButtonText: text.value.close,
      }).catch(() => {});
      return false;
    }
    ElMessage.success(done(name));
    return true;
  }

  return { download, remove };
}
