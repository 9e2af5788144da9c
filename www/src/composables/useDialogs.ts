/** Which dialog stands over the view: it is part of the address, so that links, reload and the back button know it. */
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';

export const DIALOGS = ['create', 'edit', 'share', 'export', 'copy', 'delete', 'leave'] as const;
export type DialogName = (typeof DIALOGS)[number];

/** What a dialog is about: one ID, or several. */
export interface OpenDialog {
  name: DialogName;
  on: string[];
}

/** The dialog of the page, and the ways to open and close it; for a component's set-up. */
export function useDialogs() {
  const route = useRoute();
  const router = useRouter();

  const current = computed<OpenDialog | undefined>(() => {
    const { do: wanted, on } = route.query;
    const name = DIALOGS.find((each) => each === wanted);
    // One value for each: an ID may hold whatever would stand between them.
    const ids = [on].flat().filter((id) => typeof id === 'string' && id !== '') as string[];
    return name && { name, on: [...new Set(ids)] };
  });

  function open(name: DialogName, ...on: string[]) {
    void router.push({ query: { ...route.query, do: name, on: on.length > 1 ? on : on[0] } });
  }

  /** Goes back where it was opened from; after a reload or by a link there may be nothing to go back to. */
  async function close() {
    if (!current.value) return;
    const { do: _, on: __, ...rest } = route.query;
    const before = router.resolve({ path: route.path, query: rest }).fullPath;
    if (history.state?.back === before) router.back();
    else await router.replace({ query: rest });
  }

  return { current, open, close };
}
