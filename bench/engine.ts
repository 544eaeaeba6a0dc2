/**
 * How many workflow runs of four steps the embedded engine ends in a second, beside the same four functions called bare
 * with four committed inserts, at as many at once and over the same Postgres; and how soon an idle engine begins.
 */
import { connectDatabase } from "../src/db/client.ts";
import { startDatabases } from "./database.ts";
import { type Answer, AT_ONCE, type Request } from "./engine/contract.ts";
import { type BenchOptions, type BenchOutcome, median, percentile } from "./harness.ts";
import { type Program, startProgram } from "./program.ts";

const RUNS = 3000;
/** Both sides are compiled by then, as in a service that has run for some seconds. */
const WARM_UP_RUNS = 2000;
const IDLE_RUNS = 100;
/** What an Inngest dev server ends on such a machine, in memory, with checkpoints. */
const DEV_SERVER_RUNS_PER_SECOND = 90;

type Worker = Program<Request, Answer>;

interface Round {
  bare: number;
  /** One run after the other. */
  bareInTurn: number;
  one: number;
  two: number;
  bareCpuMs: number;
  oneCpuMs: number;
  toFirstStep: number[];
  toFinish: number[];
}

export async function benchmark({ rounds, tell }: BenchOptions): Promise<BenchOutcome> {
  const databases = await startDatabases();
  const measured: Round[] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      const databaseUrl = await databases.create(`bench_engine_${round}`, "migrated");
      const figures = await measureRound(databaseUrl);
      measured.push(figures);
      const { bare, one, two, toFirstStep } = figures;
      tell(
        `  round ${round}: ${one.toFixed(0)} runs/s of the engine, ${two.toFixed(0)} of two, ${bare.toFixed(0)} bare; ` +
          `first step after ${median(toFirstStep).toFixed(1)} ms`,
      );
    }
  } finally {
    await databases.stop();
  }
  return summarise(measured);
}

async function measureRound(databaseUrl: string): Promise<Round> {
  const sql = connectDatabase(databaseUrl, { max: 1 });
  await sql`create table bare_steps (run int not null, step int not null, data json not null)`;
  const programs: Worker[] = [];
  const open = async (role: "bare" | "engine"): Promise<Worker> => {
    const program: Worker = startProgram(new URL("./engine/program.ts", import.meta.url));
    programs.push(program);
    await ask(program, { kind: "open", databaseUrl, role });
    return program;
  };
  try {
    const bare = await open("bare");
    const engine = await open("engine");
    await work(bare, WARM_UP_RUNS);
    await work(engine, WARM_UP_RUNS);
    const bareWork = await work(bare, RUNS);
    const bareInTurn = await work(bare, RUNS / 4, 1);
    const oneWork = await work(engine, RUNS);
    const idle = await ask(engine, { kind: "idle", runs: IDLE_RUNS });
    if (idle.kind !== "idled") throw new Error("An idle engine was asked for.");
    await open("engine");
    await work(engine, WARM_UP_RUNS);
    const twoWork = await work(engine, RUNS);
    return {
      bare: RUNS / bareWork.seconds,
      bareInTurn: RUNS / 4 / bareInTurn.seconds,
      one: RUNS / oneWork.seconds,
      two: RUNS / twoWork.seconds,
      bareCpuMs: bareWork.cpuMsPerRun,
      oneCpuMs: oneWork.cpuMsPerRun,
      toFirstStep: idle.toFirstStep,
      toFinish: idle.toFinish,
    };
  } finally {
    for (const program of programs) program.send({ kind: "close" });
    await Promise.all(programs.map((program) => program.ended));
    await sql.end();
  }
}

function ask(program: Worker, request: Request): Promise<Answer> {
  program.send(request);
  return program.next();
}

async function work(
  program: Worker,
  runs: number,
  atOnce = AT_ONCE,
): Promise<{ seconds: number; cpuMsPerRun: number }> {
  const answer = await ask(program, { kind: "work", runs, atOnce });
  if (answer.kind !== "worked") throw new Error("Work was asked for.");
  return answer;
}

function summarise(rounds: readonly Round[]): BenchOutcome {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const toFirstStep = rounds.flatMap((round) => round.toFirstStep);
  const toFinish = rounds.flatMap((round) => round.toFinish);
  return {
    results: [
      { what: "embedded engine, one process", value: of(({ one }) => one), unit: "runs/s" },
      { what: "embedded engine, two processes", value: of(({ two }) => two), unit: "runs/s" },
      {
        what: `four functions, four committed inserts, no engine, ${AT_ONCE} runs at once`,
        value: of(({ bare }) => bare),
        unit: "runs/s",
      },
      {
        what: "the same, one run after the other",
        value: of(({ bareInTurn }) => bareInTurn),
        unit: "runs/s",
      },
      { what: "CPU of the engine's process for a run", value: of(({ oneCpuMs }) => oneCpuMs), unit: "ms" },
      { what: "CPU of the bare process for a run", value: of(({ bareCpuMs }) => bareCpuMs), unit: "ms" },
      { what: "event to first step when idle (p50)", value: median(toFirstStep), unit: "ms" },
      { what: "event to first step when idle (p95)", value: percentile(toFirstStep, 0.95), unit: "ms" },
      { what: "event to finish when idle (p50)", value: median(toFinish), unit: "ms" },
      { what: "event to finish when idle (p95)", value: percentile(toFinish, 0.95), unit: "ms" },
    ],
    ratios: {
      "engine / bare": of(({ one, bare }) => one / bare),
      "engine / bare, one run after the other": of(({ one, bareInTurn }) => one / bareInTurn),
      "two processes / one": of(({ two, one }) => two / one),
      "engine / Inngest dev server's 90 runs/s": of(({ one }) => one / DEV_SERVER_RUNS_PER_SECOND),
    },
  };
}
