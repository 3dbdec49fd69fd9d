// Builds the FEEL engine of the server: one script without imports, run in an isolate by service/feel.
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  // Nothing of Node exists in the isolate; the parser's debug switches read it.
  define: { 'process.env.LOG': 'undefined', 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: 'service/feel',
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: 'service/assets/feel/server.js', name: 'countersignFeel', formats: ['iife'], fileName: () => 'bundle.js' },
  },
});
