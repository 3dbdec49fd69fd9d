// Builds the islands: one entry per kind of screen that needs more than server-rendered HTML.
// A later editor (diagram, decision or form designer) is one more name in this list.
import { defineConfig } from 'vite';
import { precompressed } from './service/assets/precompressed.mjs';

const islands = ['base', 'form', 'diagram', 'chart'];

export default defineConfig({
  root: 'service/assets',
  base: '/static/dist/',
  publicDir: false,
  resolve: { dedupe: ['preact', '@bpmn-io/feelin', 'luxon'] },
  plugins: [precompressed()],
  build: {
    outDir: '../static/dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    // The content security policy allows no data: addresses, so nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      checks: { eval: false }, // htmx holds an eval that allowEval = false and the policy switch off
      input: Object.fromEntries(islands.map((name) => [name, `service/assets/${name}.js`])),
    },
  },
});
