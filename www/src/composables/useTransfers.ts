/** The panel of the transfers: whether it is open, and the ways to bring files into it. */
import { ref } from 'vue';
import { recall, remember } from '../helpers/memory';
import { type PickedFile, useDrafts } from './useDrafts';

const KEY = 'transfers-open';
const open = ref(recall(KEY) === 'yes');
const { add } = useDrafts();

/** Where the keyboard was before the panel opened. */
let opener: Element | null = null;
/** A panel that was open at the last visit does not ask for the keyboard. */
const asked = ref(false);

function show(wanted = true) {
  if (wanted && !open.value) opener = document.activeElement;
  asked.value = wanted;
  // The panel takes the keyboard with it: it goes back where it came from.
  if (!wanted && opener instanceof HTMLElement) opener.focus();
  open.value = wanted;
  remember(KEY, wanted ? 'yes' : 'no');
}

/** Takes files that were dropped or picked. */
function take(files: PickedFile[], into?: { imageId: string; name: string }) {
  add(files, into);
  show();
}

/** One panel for the whole page. */
export function useTransfers() {
  return { open, asked, show, take };
}
