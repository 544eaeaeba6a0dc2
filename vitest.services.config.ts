import { defineConfig } from "vitest/config";

/** Suites that need services of the operating system: Dovecot, Chromium, Debian's Postgres. `.ci/run` installs them. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    env: { LOG_LEVEL: "silent" },
    include: ["test/services/**/*.test.ts"],
    // One after the other: they print figures of a whole machine.
    fileParallelism: false,
    globalSetup: ["./test/helpers/global-cluster.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
