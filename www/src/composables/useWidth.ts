/** How wide an element is: what fits depends on the panel beside it, not on the window alone. */
import { onScopeDispose, type Ref, ref, watch } from 'vue';

/** The width in CSS pixels, 0 before it is known. */
export function useWidth(element: Readonly<Ref<HTMLElement | null>>): Ref<number> {
  const width = ref(0);
  const observer = new ResizeObserver(([entry]) => {
    width.value = entry?.contentRect.width ?? 0;
  });
  watch(element, (now, before) => {
    if (before) observer.unobserve(before);
    if (now) {
      width.value = now.clientWidth;
      observer.observe(now);
    }
  });
  onScopeDispose(() => observer.disconnect());
  return width;
}
