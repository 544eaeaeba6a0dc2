/**
 * How soon a single mail is a committed ticket while the mailbox is idle, beside what the server itself needs to tell an
 * idling client. Both watch the same mailbox at once, so that each mail has its own comparison.
 */
import { setTimeout as delay } from "node:timers/promises";
import { connectDatabase } from "../src/db/client.ts";
import { startDatabases } from "./database.ts";
import { type BenchOptions, type BenchOutcome, percentile } from "./harness.ts";
import { type DeskReader, startDesk } from "./intake/read-mailbox.ts";
import { watchPushes } from "./intake/watch-pushes.ts";
import { type MailServer, startMailServer } from "./mail/mail-server.ts";

const WARM_UP_COUNT = 50;
const COUNT = 200;
/** Between two mails: longer than any of them takes, and not in step with anything. */
const PAUSE_MIN_MS = 60;
const PAUSE_SPREAD_MS = 60;
const PATIENCE_MS = 30_000;

export async function benchmark({ rounds, tell }: BenchOptions): Promise<BenchOutcome> {
  const databases = await startDatabases();
  const server = await startMailServer();
  const delays: Delays = { push: [], commit: [], afterPush: [] };
  try {
    for (let round = 1; round <= rounds; round++) {
      const measured = await measureRound(
        server,
        await databases.create(`bench_idle_${round}`, "migrated"),
        round,
      );
      for (const name of ["push", "commit", "afterPush"] as const) delays[name].push(...measured[name]);
      tell(
        `  round ${round}: committed ${percentile(measured.commit, 0.99).toFixed(1)} ms (p99) after delivery`,
      );
    }
  } finally {
    await server.stop();
    await databases.stop();
  }
  return summarise(delays);
}

/** Milliseconds, one for each mail. */
interface Delays {
  /** From the mail in the mailbox to a bare imapflow client's `exists`. */
  push: number[];
  /** From the mail in the mailbox to the commit of its ticket. */
  commit: number[];
  /** From the bare client's `exists` to the commit; not below 0. */
  afterPush: number[];
}

async function measureRound(server: MailServer, databaseUrl: string, round: number): Promise<Delays> {
  const user = `idle-${round}`;
  await server.fill(user, 0, WARM_UP_COUNT);
  const sql = connectDatabase(databaseUrl);
  const committedAt = new Map<number, number>();
  const desk = startDesk(sql, server.url(user), ({ uid, at }) => committedAt.set(uid, at));
  const pushes = await watchPushes(server.url(user));
  try {
    await waitFor(() => committedAt.size === WARM_UP_COUNT);
    await delay(500);
    const delays: Delays = { push: [], commit: [], afterPush: [] };
    for (let uid = WARM_UP_COUNT + 1; uid <= WARM_UP_COUNT + COUNT; uid++) {
      const deliveredAt = await server.append(user, uid);
      await waitFor(() => committedAt.has(uid) && pushes.at(uid) !== undefined);
      const committed = committedAt.get(uid) ?? Number.NaN;
      const pushed = pushes.at(uid) ?? Number.NaN;
      delays.push.push(pushed - deliveredAt);
      delays.commit.push(committed - deliveredAt);
      delays.afterPush.push(Math.max(0, committed - pushed));
      await delay(PAUSE_MIN_MS + Math.random() * PAUSE_SPREAD_MS);
    }
    return delays;
  } finally {
    await end(desk, pushes, sql);
  }
}

async function end(desk: DeskReader, pushes: { stop(): Promise<void> }, sql: { end(): Promise<void> }) {
  await Promise.all([desk.stop(), pushes.stop()]);
  await sql.end();
}

async function waitFor(isDone: () => boolean): Promise<void> {
  for (const startedAt = performance.now(); !isDone(); await delay(2))
    if (performance.now() - startedAt > PATIENCE_MS)
      throw new Error("A mail did not become a ticket within 30 s.");
}

function summarise({ push, commit, afterPush }: Delays): BenchOutcome {
  const rows = [
    ["mail in the mailbox to ticket committed", commit],
    ["mail in the mailbox to the server's push", push],
    ["the server's push to ticket committed", afterPush],
  ] as const;
  const results = rows.flatMap(([what, values]) =>
    ([0.5, 0.99] as const).map((fraction) => ({
      what: `${what}, p${fraction * 100}`,
      value: percentile(values, fraction),
      unit: "ms",
    })),
  );
  return { results, ratios: { "push to commit (p99) / 50 ms": percentile(afterPush, 0.99) / 50 } };
}
