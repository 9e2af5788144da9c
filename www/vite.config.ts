/** How the console is built: into dist/, for any folder of any server, with nothing inline. */
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { policy } from './build/policy.ts';
import { weight } from './build/weight.ts';

export default defineConfig({
  // Relative, so that the folder works below any path.
  base: './',
  plugins: [vue(), policy(), weight()],
  // The package finds its .wasm beside its code; bundling it in advance would part the two.
  optimizeDeps: { exclude: ['ims-client'] },
  build: {
    target: 'es2022',
    // The policy lets nothing in that stands inside of the page.
    assetsInlineLimit: 0,
    // Firefox keeps it for good when a script did not come: what a lazy part is made of is asked for by that part alone,
    // which can be asked for again.
    modulePreload: { resolveDependencies: (_, files, { hostType }) => (hostType === 'html' ? files : []) },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What changes together is cached together: a new version of the console leaves the libraries where they are.
          groups: [
            { name: 'vue', test: /node_modules[\\/](@vue|vue|vue-router)[\\/]/, priority: 2 },
            // State and helpers are small and used everywhere: in one file instead of thirty.
            { name: 'shared', test: /[\\/]www[\\/]src[\\/](composables|helpers|text)[\\/]/, priority: 1 },
            { name: 'ims-client', test: /[\\/](pkg|ims-client)[\\/](?!inspect)[^\\/]*\.js$/, priority: 2 },
          ],
        },
      },
    },
  },
});
