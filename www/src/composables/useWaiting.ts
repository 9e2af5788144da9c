/** Says when an image that the service makes by itself (an import, a copy) is active, or that it never will be. */
import { ElMessage } from 'element-plus';
import { isAborted } from '../helpers/errors';
import { useChanges } from './useChanges';
import { useClient } from './useClient';
import { useNotifications } from './useNotifications';

const { client } = useClient();
const { changed } = useChanges();
const { notify } = useNotifications();

/** Returns at once; the words come when it is over. */
function waitFor(imageId: string, ready: string, ended: string) {
  client.value?.waitForImage(imageId).then(
    () => {
      ElMessage.success(ready);
      notify(ready);
      changed();
    },
    (error) => {
      // The client was closed by another connection: nobody knows how it went.
      if (isAborted(error)) return;
      ElMessage.error(ended);
      notify(ended);
      changed();
    },
  );
}

/** The same for the whole page. */
export function useWaiting() {
  return { waitFor };
}
