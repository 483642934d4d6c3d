import { defineConfig } from "vite";

// Where `npm run dev` finds a daemon's admin listener.
const daemon = process.env.WAKALA_ADMIN ?? "http://127.0.0.1:9090";

export default defineConfig({
  // Relative addresses: the console also works behind a proxy that gives it a path of its own.
  base: "./",
  build: {
    target: "es2022",
    // Nothing is inlined, so that the content security policy needs no exception; nor is anything polyfilled.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  server: { proxy: { "/v1": { target: daemon, ws: true } } },
});
