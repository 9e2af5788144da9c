/** What the screen and the system say: narrow or wide, dark or light. */
import { type Ref, ref } from 'vue';

/** Below this a table is no longer readable. */
const NARROW = '(max-width: 767px)';

function media(query: string, changed: (matches: boolean) => void = () => {}): Ref<boolean> {
  const list = matchMedia(query);
  const matches = ref(list.matches);
  const take = () => {
    matches.value = list.matches;
    changed(list.matches);
  };
  list.addEventListener('change', take);
  take();
  return matches;
}

const narrow = media(NARROW);

/** Element Plus is dark where the root element has this class. */
const dark = media('(prefers-color-scheme: dark)', (isDark) => {
  document.documentElement.classList.toggle('dark', isDark);
});

/** The same answers for the whole page. */
export function useMedia() {
  return { narrow, dark };
}
