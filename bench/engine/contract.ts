/** What the benchmark of the engine and its programs say to each other. */

export type Request =
  | { kind: "open"; databaseUrl: string; role: "bare" | "engine" }
  /** So many runs, as fast as they go; so many at once, which the engine was told when it was opened. */
  | { kind: "work"; runs: number; atOnce: number }
  /** So many runs, each alone on an idle engine. */
  | { kind: "idle"; runs: number }
  | { kind: "close" };

/** Times in milliseconds, one for each run. */
export type Answer =
  | { kind: "opened" }
  | { kind: "worked"; seconds: number; cpuMsPerRun: number }
  | { kind: "idled"; toFirstStep: number[]; toFinish: number[] };

/** The four functions: what they compute does not matter, but that each needs the one before it. */
export const STEPS: readonly ((before: number) => number)[] = [
  (before) => before + 1,
  (before) => before * 2,
  (before) => before - 3,
  (before) => before * before,
];

/** Runs at once, on both sides. The engine's own default. */
export const AT_ONCE = 16;
