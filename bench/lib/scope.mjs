/** What was started is ended, last first, however the work ends. */

export async function scoped(work) {
  const endings = [];
  try {
    return await work({ after: (end) => endings.unshift(end) });
  } finally {
    for (const end of endings) {
      // One that fails does not keep the others from being ended.
      await Promise.resolve()
        .then(end)
        .catch((error) => console.error(`while tidying up: ${error.message}`));
    }
  }
}
