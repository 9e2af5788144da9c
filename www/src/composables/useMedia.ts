/** What the screen, the system and the reader say: narrow or wide, dark or light. */
import { computed, type Ref, ref, watchEffect } from 'vue';
import { recall, remember } from '../helpers/memory';

/** Below this a table is no longer readable, and the views are a bar at the bottom. */
const NARROW = '(max-width: 767px)';

export type Theme = 'auto' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const KEY = 'theme';

function media(query: string): Ref<boolean> {
  const list = matchMedia(query);
  const matches = ref(list.matches);
  list.addEventListener('change', () => {
    matches.value = list.matches;
  });
  return matches;
}

const narrow = media(NARROW);
const systemIsDark = media('(prefers-color-scheme: dark)');
const theme = ref<Theme>(THEMES.find((each) => each === recall(KEY)) ?? 'auto');
const dark = computed(() => (theme.value === 'auto' ? systemIsDark.value : theme.value === 'dark'));

// Element Plus is dark where the root element has this class; scroll bars and native fields follow color-scheme.
watchEffect(() => {
  const { classList } = document.documentElement;
  classList.toggle('dark', dark.value);
  classList.toggle('light', !dark.value);
});

function setTheme(wanted: Theme) {
  theme.value = wanted;
  remember(KEY, wanted);
}

/** The same answers for the whole page. */
export function useMedia() {
  return { narrow, dark, theme, setTheme };
}
