import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The tests mirror the folders: they are in tests/console/web, and see `test` and `expect` as globals.
export default defineConfig({
  server: { fs: { allow: [at("."), at("../../tests/console/web")] } },
  test: { globals: true, dir: at("../../tests/console/web") },
});
