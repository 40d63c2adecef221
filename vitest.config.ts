// `npm test`. Files of the rooms that keep nothing between tests share a process, which loads the code once for all of them.
import { configDefaults, defineConfig } from "vitest/config";

/** test/isolation.test.ts refuses files here that change the process for those after them. */
export const sharing = [
  "api",
  "core",
  "detectors",
  "doctor",
  "iam",
  "jobs",
  "notices",
  "oracle",
  "queries",
  "report",
  "store",
  "wording",
];

const shared = sharing.map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    env: { NODE_NO_WARNINGS: "1" },
    projects: [
      { extends: true, test: { name: "shared", include: shared, isolate: false } },
      {
        extends: true,
        test: {
          name: "alone",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...shared, "test/long/**", "test/aws/**"],
        },
      },
    ],
  },
});
