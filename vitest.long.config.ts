// `npm run test:long`: what takes many minutes. One at a time: each of them needs the whole machine.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/long/**/*.test.ts"],
    hookTimeout: 60_000,
    maxWorkers: 1,
    env: { NODE_NO_WARNINGS: "1" },
  },
});
