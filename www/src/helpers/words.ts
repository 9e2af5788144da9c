/** Words for what a service says, which may be anything. */

/** What a table has for a name: nothing where it only inherits it, as it does `constructor`. */
export function ownOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The reader's word for a value; one that nobody has heard of stands as it came. */
export function wordFor(words: Readonly<Record<string, string>>, value: string): string {
  return ownOf(words, value) ?? value;
}

/** How far something is, in whole percent; more than all of it is nothing that a bar can show. */
export function percentShown(progress: unknown): number {
  return Math.round(Math.min(100, Math.max(0, Number.parseFloat(String(progress)) || 0)));
}
