/** Which dialog stands over the view: it is part of the address, so that links, reload and the back button know it. */
import { computed } from 'vue';
import { router } from '../router';

export const DIALOGS = ['create', 'edit', 'share', 'export', 'copy', 'delete', 'leave'] as const;
export type DialogName = (typeof DIALOGS)[number];

/** What a dialog is about: one ID, or several. */
export interface OpenDialog {
  name: DialogName;
  on: string[];
}

const current = computed<OpenDialog | undefined>(() => {
  const { do: wanted, on } = router.currentRoute.value.query;
  const name = DIALOGS.find((each) => each === wanted);
  return name && { name, on: typeof on === 'string' ? on.split(',').filter((id) => id) : [] };
});

function open(name: DialogName, ...on: string[]) {
  const { query } = router.currentRoute.value;
  void router.push({ query: { ...query, do: name, on: on.length ? on.join(',') : undefined } });
}

/** Goes back where it was opened from; after a reload or by a link there may be nothing to go back to. */
async function close() {
  if (!current.value) return;
  const { query, fullPath } = router.currentRoute.value;
  const { do: _, on: __, ...rest } = query;
  const before = router.resolve({ path: router.currentRoute.value.path, query: rest }).fullPath;
  if (before === fullPath) return;
  if (history.state?.back === before) router.back();
  else await router.replace({ query: rest });
}

/** One dialog for the whole page. */
export function useDialogs() {
  return { current, open, close };
}
