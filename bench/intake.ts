/**
 * How fast a full mailbox becomes tickets, beside what the same machine can do at all: imapflow's bulk fetch, mailparser,
 * and one committed row for each mail. Same mails, same servers, each side in a fresh process on a fresh database.
 */
import { startDatabases } from "./database.ts";
import { type BenchOptions, type BenchOutcome, median } from "./harness.ts";
import { runSide } from "./intake/run-side.ts";
import type { SideAnswer } from "./intake/side-process.ts";
import { startMailServer } from "./mail/mail-server.ts";

/** Until then V8 still compiles either side, ours being the larger: a service runs for longer than that. */
const WARM_UP_COUNT = 3_000;
const COUNT = 3_000;
/** The mailbox that memory must not grow with. */
const LONG_COUNT = 3 * COUNT;

export async function benchmark({ rounds, tell }: BenchOptions): Promise<BenchOutcome> {
  const databases = await startDatabases();
  const server = await startMailServer();
  try {
    tell(`Rendering ${WARM_UP_COUNT + COUNT + LONG_COUNT} mails.`);
    await server.fill("warm-up", 1_000_000, WARM_UP_COUNT);
    const sizeBytes = await server.fill("mails", 0, COUNT);
    await server.fill("many", 0, LONG_COUNT);
    const warmUp = { imapUrl: server.url("warm-up"), count: WARM_UP_COUNT };
    const short = { warmUp, imapUrl: server.url("mails"), count: COUNT };
    const limits: SideAnswer[] = [];
    const desks: SideAnswer[] = [];
    for (let round = 1; round <= rounds; round++) {
      const limit = await runSide(databases, "limit", short);
      const { outcomes, ...desk } = await runSide(databases, "desk", short);
      limits.push(limit);
      desks.push(desk);
      if (round === 1) tell(`  outcomes: ${JSON.stringify(outcomes)}`);
      tell(`  round ${round}: limit ${rate(limit)}/s, desk ${rate(desk)}/s`);
    }
    const long = await runSide(databases, "desk", {
      ...short,
      imapUrl: server.url("many"),
      count: LONG_COUNT,
    });
    return summarise(limits, desks, long, sizeBytes / COUNT);
  } finally {
    await server.stop();
    await databases.stop();
  }
}

function rate({ elapsedMs }: SideAnswer): number {
  return Math.round((COUNT * 1000) / elapsedMs);
}

function summarise(
  limits: SideAnswer[],
  desks: SideAnswer[],
  long: SideAnswer,
  meanSizeBytes: number,
): BenchOutcome {
  const limit = median(limits.map(rate));
  const desk = median(desks.map(rate));
  const rssPeakMb = median(desks.map((one) => one.rssPeakMb));
  const ratios = desks.map((one, at) => rate(one) / rate(limits[at] as SideAnswer));
  return {
    results: [
      { what: "mails from an IMAP server to committed tickets", value: desk, unit: "mails/s" },
      { what: "limit: fetch, parse, one committed insert each (8 at a time)", value: limit, unit: "mails/s" },
      { what: "processor time of the desk", value: median(desks.map(cpuEach)), unit: "ms/mail" },
      { what: "processor time of the limit", value: median(limits.map(cpuEach)), unit: "ms/mail" },
      { what: `peak memory, ${COUNT} mails`, value: rssPeakMb, unit: "MB" },
      { what: `peak memory, ${LONG_COUNT} mails (one run)`, value: long.rssPeakMb, unit: "MB" },
      { what: "mean size of a mail", value: meanSizeBytes, unit: "bytes" },
    ],
    ratios: {
      "desk / limit": median(ratios),
      "memory with 3 times the mails": long.rssPeakMb / rssPeakMb,
    },
  };
}

function cpuEach({ cpuMs }: SideAnswer): number {
  return cpuMs / COUNT;
}
