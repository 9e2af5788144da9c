/** Where the keyboard goes when what had it goes away: to the next card or row, or to a heading. Else it begins at the page's top. */
import { isHeadingAwaited } from './arrival';

const HEADING = 'h1, h2, h3, [role="heading"]';
const CARD = 'article, li, tr';
/** What says where one is among several, such as the page that is shown. */
const HERE = '[aria-current="true"]';
const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary';

/** What has the keyboard, with all that it stands in. */
let held: Element[] = [];

/** Where something stood that was taken off the page. */
interface Gap {
  next: Node | null;
  previous: Node | null;
}
let gaps = new WeakMap<Node, Gap>();

/** Watches the page from now on. */
export function keepKeyboardPlace() {
  document.addEventListener('focusin', ({ target }) => {
    held = target instanceof Element && target !== document.body ? ancestry(target) : [];
    gaps = new WeakMap();
  });
  document.addEventListener('focusout', () => {
    // Once it is known what else has it. Who clicks beside everything wants it nowhere.
    setTimeout(() => {
      if (isNowhere() && held[0] && !isLost(held[0])) held = [];
    });
  });
  new MutationObserver((records) => {
    if (held.length === 0) return;
    for (const { removedNodes, nextSibling, previousSibling } of records) {
      for (const node of removedNodes) gaps.set(node, { next: nextSibling, previous: previousSibling });
    }
    // Whoever moves it on purpose, such as a dialog that gives it back, comes first.
    if (held[0] && isLost(held[0])) setTimeout(bringBack);
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
}

function ancestry(element: Element): Element[] {
  const above = element.parentElement;
  return above ? [element, ...ancestry(above)] : [element];
}

function isLost(element: Element): boolean {
  return !element.isConnected || element.matches(':disabled');
}

function isNowhere(): boolean {
  const { activeElement, body } = document;
  // Some browsers leave it on what was disabled, where no key does anything.
  return !activeElement || activeElement === body || activeElement.matches(':disabled');
}

function bringBack() {
  const [lost] = held;
  if (!lost || !isLost(lost) || !isNowhere() || isHeadingAwaited()) return;
  const target = besides(lost) ?? headingAround(lost);
  if (!target) return;
  if (!target.matches(`${FOCUSABLE}, [tabindex]`)) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

/** What stands next to it, or to the card that it went away with. */
function besides(lost: Element): HTMLElement | undefined {
  if (lost.isConnected) return lost.parentElement?.querySelector<HTMLElement>(HERE) ?? undefined;
  const gone = held[held.findIndex((each) => each.isConnected) - 1] ?? lost;
  const { next = null, previous = null } = gaps.get(gone) ?? {};
  for (const [start, way] of [
    [next, 'nextSibling'],
    [previous, 'previousSibling'],
  ] as const) {
    for (let node = start; node; node = node[way]) {
      const found = node.isConnected && node instanceof HTMLElement ? within(node, gone) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

/** A neighbour that can take it: a card for a card, a button for a button, a heading for either. */
function within(neighbour: HTMLElement, gone: Element): HTMLElement | undefined {
  if (neighbour.matches(HEADING)) return neighbour;
  if (gone.matches(CARD) && neighbour.matches(CARD)) {
    return neighbour.querySelector<HTMLElement>('article') ?? neighbour;
  }
  if (gone.matches(FOCUSABLE) && neighbour.matches(FOCUSABLE)) return neighbour;
  return undefined;
}

/** The heading of the nearest part of the page that has one. */
function headingAround(lost: Element): HTMLElement | undefined {
  const around = held.filter(
    (each) => each.isConnected && each !== lost && each !== document.documentElement,
  );
  // What was in a dialog stood on top of the page, in no part of it.
  const parts = [...around.filter((each) => each !== document.body), document.querySelector('main')];
  for (const part of parts) {
    const heading = part?.querySelector<HTMLElement>(HEADING);
    if (heading && heading.checkVisibility?.() !== false) return heading;
  }
  return undefined;
}
