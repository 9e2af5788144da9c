/** The parts of the page that load when they are wanted, and what is said when one does not come. */
import { type Component, defineAsyncComponent, h, ref } from 'vue';

/** Whether the last part that was wanted could not be loaded. */
const failed = ref(false);
/** Links whose styles did not come. */
const unstyled = new Set<HTMLLinkElement>();
let attempts = 0;

// Such an event does not bubble.
document.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') unstyled.add(target);
  },
  true,
);

// Who only wanted to go somewhere waits for nothing.
addEventListener('unhandledrejection', (event) => {
  if (event.reason instanceof PartError) event.preventDefault();
});

/** What was thrown in place of a part: the page says it, nobody else has to. */
export class PartError extends Error {
  override name = 'PartError';
}

/** Loads a part; rejects with a PartError when it does not come. */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    await mendStyles();
    const part = await load().catch((error) => loadAnew<T>(error));
    failed.value = false;
    return part;
  } catch (error) {
    failed.value = true;
    throw new PartError('a part of the page could not be loaded', { cause: error });
  }
}

/** Styles that did not come are not asked for again by whoever asked first. */
async function mendStyles() {
  const links = [...unstyled].filter(({ isConnected }) => isConnected);
  unstyled.clear();
  await Promise.all(links.map(replaceStyle));
}

function replaceStyle(link: HTMLLinkElement) {
  return new Promise<void>((resolve, reject) => {
    const other = link.cloneNode() as HTMLLinkElement;
    other.onload = () => resolve();
    other.onerror = () => reject(new Error(`no styles at ${link.href}`));
    link.replaceWith(other);
  });
}

/** Firefox keeps a failure for good: the same script by another name is a new attempt. */
async function loadAnew<T>(error: unknown): Promise<T> {
  const [url] = /https?:\S+?\.js\b/.exec(String(error)) ?? [];
  if (url === undefined || !url.startsWith(location.origin)) throw error;
  attempts += 1;
  return import(/* @vite-ignore */ `${url}?again=${attempts}`);
}

/**
 * A component that loads when it is first shown. Where it does not come nothing is shown, and `onFailed` puts the page
 * back to where it can be wanted again.
 */
export function lazyPart<T extends Component>(
  load: () => Promise<{ default: T }>,
  onFailed: () => void = () => {},
) {
  const loader = async () => {
    try {
      return await loadPart(load);
    } catch (error) {
      onFailed();
      throw error;
    }
  };
  return defineAsyncComponent({ loader, errorComponent: Nothing });
}

const Nothing = () => h('span', { hidden: true });

/** One state for the whole page. */
export function useParts() {
  return { failed, loadPart };
}
