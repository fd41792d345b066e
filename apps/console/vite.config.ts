import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `npm run console -- --port 5173` serves the sources, and asks the service at this address. */
const SERVICE = process.env['COUNTERSIGN_URL'] ?? 'http://127.0.0.1:8443';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // An inlined asset would be a data: address, which the policy of the page refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2024',
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': SERVICE, '/sign-in': SERVICE, '/sign-out': SERVICE } },
});
