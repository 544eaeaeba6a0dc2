/**
 * How much memory intake takes at its peak, beside what it takes while nothing happens: over 10,000 mails of all sorts,
 * and over 200 mails of 20 MB. Each is measured in a process of its own, threads included. Postgres is not in it.
 */
import { startDatabases } from "./database.ts";
import { type BenchOptions, type BenchOutcome, median } from "./harness.ts";
import { runSide } from "./intake/run-side.ts";
import { startMailServer } from "./mail/mail-server.ts";

const MANY_COUNT = 10_000;
const LARGE_COUNT = 200;
const LARGE_SIZE_BYTES = 20 * 1024 * 1024;
const IDLE_COUNT = 20;

export async function benchmark({ rounds, tell }: BenchOptions): Promise<BenchOutcome> {
  const databases = await startDatabases();
  const server = await startMailServer();
  const peaks: Record<"idle" | "many" | "large", number[]> = { idle: [], many: [], large: [] };
  try {
    tell(`Rendering ${MANY_COUNT} mails; ${LARGE_COUNT} large ones are made as they are asked for.`);
    await server.fill("idle", 0, IDLE_COUNT);
    await server.fill("many", 0, MANY_COUNT);
    await server.fillLarge("large", LARGE_COUNT, LARGE_SIZE_BYTES);
    const counts = { idle: IDLE_COUNT, many: MANY_COUNT, large: LARGE_COUNT };
    for (let round = 1; round <= rounds; round++) {
      for (const user of ["idle", "many", "large"] as const) {
        const request = { warmUp: null, imapUrl: server.url(user), count: counts[user] };
        const { rssPeakMb } = await runSide(databases, "desk", request);
        peaks[user].push(rssPeakMb);
        tell(`  round ${round}, ${user}: ${Math.round(rssPeakMb)} MB`);
      }
    }
  } finally {
    await server.stop();
    await databases.stop();
  }
  const [idle, many, large] = [median(peaks.idle), median(peaks.many), median(peaks.large)];
  return {
    results: [
      { what: `peak memory, idle (connected, ${IDLE_COUNT} mails read)`, value: idle, unit: "MB" },
      { what: `peak memory, ${MANY_COUNT} mails`, value: many, unit: "MB" },
      { what: `peak memory, ${LARGE_COUNT} mails of 20 MB`, value: large, unit: "MB" },
    ],
    ratios: { "many / idle": many / idle, "large / idle": large / idle },
  };
}
