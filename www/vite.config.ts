/** How the page is built: into dist/, for any folder of any server, with nothing inline. */
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  // Relative, so that the folder works below any path.
  base: './',
  plugins: [vue()],
  // The package finds its .wasm beside its code; bundling it in advance would part the two.
  optimizeDeps: { exclude: ['ims-client'] },
  build: {
    target: 'es2022',
    // The policy lets nothing in that stands inside of the page.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
});
