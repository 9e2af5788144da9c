/** IDs of users as people paste them. */

/** Splits at commas, semicolons, spaces and lines; an ID that is named twice counts once. */
export function parseIds(typed: string): { ids: string[]; invalid: string[] } {
  const words = [...new Set(typed.split(/[\s,;，；、]+/).filter((word) => word))];
  return { ids: words, invalid: words.filter((word) => !/^[\w.-]{1,64}$/.test(word)) };
}
