/** One process of the benchmark: the embedded engine, or the same functions called bare with four committed inserts. */
import { setTimeout as delay } from "node:timers/promises";
import { Inngest } from "inngest";
import { connectDatabase, type SqlPool } from "../../src/db/client.ts";
import { embeddedClientOptions } from "../../src/workflows/engine/client-options.ts";
import { createEmbeddedEngine } from "../../src/workflows/engine/engine.ts";
import { type Answer, AT_ONCE, type Request, STEPS } from "./contract.ts";

const EVENTS_AT_ONCE = 100;
const IDLE_PAUSE_MS = 40;
const IDLE_SPREAD_MS = 40;

interface Side {
  work(runs: number, atOnce: number): Promise<void>;
  idle(runs: number): Promise<Extract<Answer, { kind: "idled" }>>;
  close(): Promise<void>;
}

function openBare(sql: SqlPool): Side {
  const runBare = async (run: number): Promise<void> => {
    let result = run;
    for (const [index, step] of STEPS.entries()) {
      result = step(result);
      await sql`insert into bare_steps (run, step, data) values (${run}, ${index}, ${JSON.stringify(result)})`;
    }
  };
  return {
    work: async (runs, atOnce) => {
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < runs) await runBare(next++);
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    },
    idle: () => Promise.reject(new Error("Only the engine has an event to wait for.")),
    close: () => sql.end(),
  };
}

async function openEngine(sql: SqlPool): Promise<Side> {
  const log = { debug: () => {}, info: () => {}, warn: tell, error: tell };
  const engine = createEmbeddedEngine({ sql, log, concurrency: AT_ONCE });
  const client = new Inngest({ id: "bench", ...embeddedClientOptions(engine, log) });
  const firstStepAt = new Map<number, number>();
  const chain = client.createFunction(
    { id: "chain", triggers: [{ event: "chain/go" }] },
    async ({ event, step }) => {
      let result = Number(event.data.run);
      for (const [index, compute] of STEPS.entries()) {
        result = await step.run(`step ${index}`, () => {
          if (index === 0) firstStepAt.set(event.data.run, performance.now());
          return compute(result);
        });
      }
      return result;
    },
  );
  await engine.start([chain], { client });

  const send = (first: number, count: number) =>
    client.send(Array.from({ length: count }, (_, n) => ({ name: "chain/go", data: { run: first + n } })));
  return {
    work: async (runs) => {
      for (let sent = 0; sent < runs; sent += EVENTS_AT_ONCE) {
        await send(sent, Math.min(EVENTS_AT_ONCE, runs - sent));
      }
      while ((await sql`select from engine_runs where state = 'active' limit 1`).length > 0) await delay(20);
    },
    idle: async (runs) => {
      const times: Extract<Answer, { kind: "idled" }> = { kind: "idled", toFirstStep: [], toFinish: [] };
      for (let run = 0; run < runs; run++) {
        await delay(IDLE_PAUSE_MS + Math.random() * IDLE_SPREAD_MS);
        const sentAt = performance.now();
        await send(run, 1);
        while ((await sql`select from engine_runs where state = 'active' limit 1`).length > 0);
        times.toFinish.push(performance.now() - sentAt);
        times.toFirstStep.push((firstStepAt.get(run) ?? Number.NaN) - sentAt);
      }
      return times;
    },
    close: async () => {
      await engine.stop();
      await sql.end();
    },
  };
}

function tell(fields: object, message: string): void {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
}

let side: Side | undefined;

async function answer(request: Request): Promise<Answer | undefined> {
  if (request.kind === "open") {
    const sql = connectDatabase(request.databaseUrl);
    side = request.role === "bare" ? openBare(sql) : await openEngine(sql);
    return { kind: "opened" };
  }
  if (side === undefined) throw new Error("Nothing is open.");
  if (request.kind === "idle") return side.idle(request.runs);
  if (request.kind === "work") {
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    await side.work(request.runs, request.atOnce);
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { kind: "worked", seconds, cpuMsPerRun: (user + system) / 1000 / request.runs };
  }
  await side.close();
  process.disconnect();
  return undefined;
}

process.on("message", async (request: Request) => {
  const reply = await answer(request);
  if (reply !== undefined) process.send?.(reply);
});
