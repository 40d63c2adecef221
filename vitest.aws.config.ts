// `npm run test:aws`: the reads of AWS against an emulator from PyPI; skipped with a word where that is not to be had.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/aws/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    env: { NODE_NO_WARNINGS: "1" },
  },
});
