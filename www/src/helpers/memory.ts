/** What the page remembers between visits. No secret ever goes here. */

const PREFIX = 'ims-console.';

/** What was remembered; nothing where the browser forbids storage. */
export function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a text; without storage the page works, it only asks again. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // A private window or a full disk: nothing to be done, and nothing lost but convenience.
  }
}

/** Forgets it. */
export function forget(key: string): void {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Where nothing can be stored, nothing was.
  }
}

/** What this tab remembers; else what any did last. */
export function recallHere(key: string): string | undefined {
  try {
    return sessionStorage.getItem(PREFIX + key) ?? recall(key);
  } catch {
    return recall(key);
  }
}

/** Remembers it for this tab, and as where the next one begins. */
export function rememberHere(key: string, value: string): void {
  try {
    sessionStorage.setItem(PREFIX + key, value);
  } catch {
    // As above.
  }
  remember(key, value);
}

/** What was remembered as JSON; nothing where it is none. */
export function recallJson<T>(key: string): T | undefined {
  try {
    return JSON.parse(recall(key) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
