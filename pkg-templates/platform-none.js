/** Browsers, workers and the like: what the client needs is global. */
export const platform = {};
