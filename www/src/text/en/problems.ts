/** What can be wrong with a disk image, by code. The package says it in English: nothing to add here. */
export const problems = {} as Record<string, { what: string; todo: string }>;
