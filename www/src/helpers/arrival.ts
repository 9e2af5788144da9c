/** Where the keyboard goes when another view is shown: to its heading, once that is there. */

let isAwaited = false;
let leftAt: Element | null = null;

/** A view has been gone to; its heading may come later than it. */
export function awaitHeading() {
  isAwaited = true;
  leftAt = document.activeElement;
}

/** Whether one is still to come, and will take the keyboard. */
export function isHeadingAwaited(): boolean {
  return isAwaited;
}

/** The heading is there: it takes the keyboard, unless somebody has gone on by it meanwhile. */
export function headingArrives(heading: HTMLElement | null) {
  if (!isAwaited || !heading) return;
  isAwaited = false;
  const { activeElement, body } = document;
  if (activeElement === leftAt || activeElement === body || !activeElement)
    heading.focus({ preventScroll: true });
}
