/** What a first visit loads, compressed and without the .wasm: printed after every build, which fails above the limit. */
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Bytes. */
const LIMIT = 300 * 1024;

/** Adds up the page, its entry, all that the entry imports, and their styles. */
export function weight(): Plugin {
  let words = '';
  return {
    name: 'first-load',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = new Set<string>(['index.html']);
        const queue = Object.values(bundle).filter((file) => file.type === 'chunk' && file.isEntry);
        for (const chunk of queue) {
          if (chunk.type !== 'chunk' || files.has(chunk.fileName)) continue;
          files.add(chunk.fileName);
          for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
          for (const name of chunk.imports) if (bundle[name]) queue.push(bundle[name]);
        }
        let bytes = 0;
        for (const name of files) {
          const file = bundle[name];
          if (!file) this.error(`the build has no ${name}`);
          bytes += gzipSync(file.type === 'chunk' ? file.code : file.source).length;
        }
        const kibibytes = (bytes / 1024).toFixed(1);
        words = `first load: ${kibibytes} KiB compressed in ${files.size} files, without the .wasm`;
        if (bytes > LIMIT) this.error(`${words}; the limit is ${LIMIT / 1024} KiB`);
      },
    },
    // After the list of all files, where it is seen.
    closeBundle: () => console.log(words),
  };
}
