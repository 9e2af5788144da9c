/** A question before something that cannot be taken back. Its box loads when it is asked first. */
import { useLanguage } from './useLanguage';

const { text } = useLanguage();

/** True when the reader says yes. */
async function confirm(title: string, question: string, yes: string): Promise<boolean> {
  const { ElMessageBox } = await import('../components/shell/message-box');
  return ElMessageBox.confirm(question, title, {
    type: 'warning',
    confirmButtonText: yes,
    confirmButtonClass: 'el-button--danger',
    cancelButtonText: text.value.cancel,
  }).then(
    () => true,
    () => false,
  );
}

/** The same for the whole page. */
export function useConfirm() {
  return { confirm };
}
