/** The page of the measurements: one contender, named by the address, sends the picked file; a few numbers are kept. */

/** Tasks of more than 50 ms on the main thread, milliseconds. */
const longTasks = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longTasks.push(duration);
}).observe({ type: 'longtask' });

let upload;
let outcome;

globalThis.bench = {
  /** Everything that a page does before somebody picks a file and says «go». */
  async prepare(request) {
    const [file] = document.querySelector('#file').files;
    const { prepare } = await import(`./${request.contender}.js`);
    upload = await prepare({ ...request, file });
  },
  begin() {
    longTasks.length = 0;
    const started = performance.now();
    upload().then(
      (more) => {
        const seconds = (performance.now() - started) / 1000;
        outcome = { seconds, longTasks: longTasks.length, longestTask: Math.max(0, ...longTasks), ...more };
      },
      (error) => {
        outcome = { failed: String(error?.stack ?? error) };
      },
    );
  },
  look: () => outcome,
  /** Import to first answer, milliseconds: `answer` is what a service would say, from memory. */
  async start({ module, answer }) {
    const started = performance.now();
    const { first } = await import(`./${module}.js`);
    await first(answer);
    return performance.now() - started;
  },
};
