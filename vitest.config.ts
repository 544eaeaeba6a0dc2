import { defineConfig } from "vitest/config";

/** `unit`: pure code beside its source. `integration`: a database, a mailbox, Slack; one cluster, a database per file. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    env: { LOG_LEVEL: "silent" },
    // Many tests wait for processes and sockets: one more than two cores keeps both busy.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/architecture/**/*.test.ts"],
          testTimeout: 30_000,
          // Pure code leaves nothing behind.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/**/*.test.ts"],
          exclude: ["test/architecture/**", "test/services/**"],
          globalSetup: ["./test/helpers/global-cluster.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Each file has a database of its own, and no module keeps state: loading them once saves a third of the time.
          isolate: false,
        },
      },
    ],
  },
});
