/** Tells that a transfer has ended while nobody looks; only after the reader has said so by a click. */
import { ref } from 'vue';
import { recall, remember } from '../helpers/memory';

export type Permission = 'unsupported' | 'default' | 'granted' | 'denied';
const KEY = 'notify';

const permission = ref<Permission>('Notification' in globalThis ? Notification.permission : 'unsupported');
const wanted = ref(recall(KEY) === 'yes');

/** Asks the browser: must be called from a click. */
async function allow() {
  if (permission.value === 'unsupported') return;
  permission.value = await Notification.requestPermission();
  wanted.value = permission.value === 'granted';
  remember(KEY, wanted.value ? 'yes' : 'no');
}

/** Shows a notification, if it was allowed and the page is not being looked at. */
function notify(title: string, body?: string) {
  if (!wanted.value || permission.value !== 'granted' || !document.hidden) return;
  try {
    const note = new Notification(title, { body, icon: './favicon.svg' });
    note.onclick = () => {
      focus();
      note.close();
    };
  } catch {
    // Some phones have notifications for service workers only: the list says it as well.
  }
}

/** One permission for the whole page. */
export function useNotifications() {
  return { permission, wanted, allow, notify };
}
