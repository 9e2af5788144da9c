/** A question before something that cannot be taken back. Its box loads when it is asked first. */
import { useLanguage } from './useLanguage';
import { loadPart } from './useParts';

const { text } = useLanguage();
/** A second click or Enter asks nothing more. */
let asking = false;

/** True when the reader says yes. */
async function confirm(title: string, question: string, yes: string): Promise<boolean> {
  if (asking) return false;
  asking = true;
  try {
    const { ElMessageBox } = await loadPart(() => import('../components/shell/message-box'));
    const answer = ElMessageBox.confirm(question, title, {
      type: 'warning',
      confirmButtonText: yes,
      confirmButtonClass: 'el-button--danger',
      cancelButtonText: text.value.cancel,
      // The keyboard is on no button: an Enter that was meant for the page would destroy something.
      autofocus: false,
    });
    return await Promise.race([answer.then(() => true), left()]);
  } catch {
    // A no, or no box: then the page says why.
    return false;
  } finally {
    asking = false;
  }
}

/** The back button closes the box, which gives no answer then. */
function left() {
  return new Promise<boolean>((resolve) => {
    addEventListener('hashchange', () => resolve(false), { once: true });
  });
}

/** The same for the whole page. */
export function useConfirm() {
  return { confirm };
}
